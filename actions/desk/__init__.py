"""The service desk: tickets, clocks, calendar, verification. Pure domain: no I/O, no SQL, no HTTP, no Rasa.

Import from the modules; nothing is re-exported here, because the ports' modules import these types and
`desk.desk` imports the ports' protocols: an eager package would close that circle.
"""
