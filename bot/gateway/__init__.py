"""The gateway: one aiohttp application between the channels and the assistant.

A customer's sentence comes in as a `Turn`, is written to the journal, waits its place in the
conversation, is answered by the assistant (or a person, or a holding line) and leaves as a `Reply`.
`app.build_app` puts the parts together; `docs/architecture.md` draws the borders.
"""
