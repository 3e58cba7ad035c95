"""What the desk needs from outside, as protocols, and the adapters beside them.

`memory` is the reference adapter (tests), `sql` the one that lasts, `demo` the embedded utility. Every adapter of a port
passes the same conformance suite, tests/contract/ports.
"""
