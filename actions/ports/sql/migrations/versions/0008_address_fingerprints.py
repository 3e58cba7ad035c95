"""Addresses of tickets are known again without being decrypted: a report compared them one by one."""

import sqlalchemy as sa
from alembic import op

from actions.ports.sql.encrypted import Encrypted, cipher_of

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BATCH = 500


def upgrade() -> None:
    """Older tickets get theirs now."""
    op.add_column("tickets", sa.Column("address_fingerprint", sa.String(64), nullable=True))
    connection = op.get_bind()
    cipher = cipher_of(connection)
    tickets = sa.table("tickets", sa.column("id", sa.BigInteger), sa.column("address", Encrypted), sa.column("address_fingerprint", sa.String))
    change = sa.update(tickets).where(tickets.c.id == sa.bindparam("of_id"))
    last = 0
    while True:
        page = sa.select(tickets.c.id, tickets.c.address).where(tickets.c.id > last, tickets.c.address.is_not(None))
        rows = connection.execute(page.order_by(tickets.c.id).limit(BATCH)).all()
        if not rows:
            return
        last = rows[-1].id
        connection.execute(change, [{"of_id": row.id, "address_fingerprint": cipher.fingerprint(row.address)} for row in rows])


def downgrade() -> None:
    """Reports of that release decrypt again."""
    op.drop_column("tickets", "address_fingerprint")
