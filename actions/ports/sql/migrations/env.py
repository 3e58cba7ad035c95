"""Alembic's way in. Runs on the connection that `migrate` hands over; there is no ini file and no offline mode."""

from alembic import context

from actions.ports.sql import (  # noqa: F401  their tables join the metadata
    draft_schema,
    paper_schema,
    profile_schema,
    schema_notices,
    stop_schema,
    street_schema,
    unread_schema,
)
from actions.ports.sql.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite alters a table by making it anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
