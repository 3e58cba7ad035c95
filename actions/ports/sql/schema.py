"""The tables. What a person could be known by is `Encrypted`; times are UTC; money is exact.

Changed only together with a migration beside it: a test compares the two on both databases.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from actions.desk.marks import FIRST, LAST
from actions.ports.sql.columns import Money, RowId, UtcDateTime
from actions.ports.sql.encrypted import Encrypted, EncryptedJson, fingerprint_of

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("ticket_no", String(32), nullable=False, unique=True),
    Column("request_id", String(300), nullable=False, unique=True),
    Column("kind", String(24), nullable=False),
    Column("category", JSON, nullable=False),
    Column("priority", String(12), nullable=False),
    Column("status", String(16), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("conversation_id", String(128)),
    Column("account_no", String(16)),
    Column("contact_name", Encrypted),
    Column("contact_phone", Encrypted),
    Column("phone_fingerprint", String(64), info=fingerprint_of("contact_phone")),
    Column("address", Encrypted),
    Column("area", String(8), nullable=False),
    Column("description", Encrypted, nullable=False),
    Column("business", String(60)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("parent_ticket_no", String(32)),
    Column("version", Integer, nullable=False),
    # The number of events: with `version` it tells whether the row is still the one that was read.
    Column("last_event", Integer, nullable=False),
    Column("paused_at", UtcDateTime),
    # When the retention job took the personal columns away.
    Column("erased_at", UtcDateTime),
    # The classifier was not sure: a person is to look at the category.
    Column("review", Boolean, nullable=False, server_default=false()),
    # When it first went out, when it was last done, and who last took it, as its log says: a report walks over no log.
    *(Column(f"{step}_at", UtcDateTime) for step in (*FIRST, *LAST)),
    Column("taken_by", String(128)),
    # By which a report finds the same customer again without decrypting a million addresses.
    Column("address_fingerprint", String(64), info=fingerprint_of("address")),
    Index(None, "conversation_id"),
    Index(None, "account_no"),
    Index(None, "kind", "status"),
    Index(None, "phone_fingerprint"),
    Index(None, "parent_ticket_no"),
    Index(None, "review", sqlite_where=text("review"), postgresql_where=text("review")),
)

ticket_clocks = Table(
    "ticket_clocks",
    metadata,
    Column("ticket_no", String(32), ForeignKey("tickets.ticket_no", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("step", String(16), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("warn_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("cancelled", Boolean, nullable=False),
    Column("warned_at", UtcDateTime),
    Column("breached_at", UtcDateTime),
    # `TicketClock.rings_at`, kept so that a sweep over a million open tickets reads only what rings.
    Column("rings_at", UtcDateTime),
    Column("paused_at", UtcDateTime),
    Index(None, "rings_at"),
)

ticket_events = Table(
    "ticket_events",
    metadata,
    Column("ticket_no", String(32), ForeignKey("tickets.ticket_no", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("type", String(16), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("note", Encrypted, nullable=False),
    Column("status_before", String(16)),
    Column("status_after", String(16), nullable=False),
    Column("request_id", String(300)),
    Column("data", JSON, nullable=False),
    UniqueConstraint("ticket_no", "request_id"),
)

ticket_sequences = Table(
    "ticket_sequences",
    metadata,
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True),
    # Made of the event that caused the letter, see `desk.outbox`: the receiver's idempotency key.
    Column("key", String(80), nullable=False, unique=True),
    Column("audience", String(12), nullable=False),
    Column("topic", String(40), nullable=False),
    # Null: a notice about no ticket, `subject` says about what (`desk.notices`).
    Column("ticket_no", String(32), ForeignKey("tickets.ticket_no", ondelete="CASCADE")),
    Column("subject", String(60)),
    Column("body", EncryptedJson, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    # When it may be tried; while somebody carries it, when they are given up. Null: no more.
    Column("next_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("last_error", String(200), nullable=False),
    # Why it is not tried before next_at: quiet_hours, or empty.
    Column("held", String(20), nullable=False, server_default=text("''")),
    Index(None, "next_at"),
    Index(None, "state", "id"),
    Index(None, "ticket_no"),
    Index(None, "subject", "state"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_no", String(16), primary_key=True),
    Column("name", Encrypted, nullable=False),
    Column("phone", Encrypted, nullable=False),
    # To find an account by its phone without reading all of them, see `Cipher.fingerprint`.
    Column("phone_fingerprint", String(64), nullable=False, info=fingerprint_of("phone")),
    Column("address", Encrypted, nullable=False),
    Column("area", String(8), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("payment_mode", String(16), nullable=False),
    Column("balance", Money, nullable=False),
    Column("arrears", Money, nullable=False),
    Column("arrears_days", Integer, nullable=False),
    Column("disconnected", Boolean, nullable=False),
    Column("life_support", Boolean, nullable=False),
    Column("birth_year", Integer),
    Column("demo", Boolean, nullable=False),
    Index(None, "phone_fingerprint"),
)

bills = Table(
    "bills",
    metadata,
    Column("account_no", String(16), ForeignKey("accounts.account_no", ondelete="CASCADE"), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("kwh", Integer, nullable=False),
    Column("amount", Money, nullable=False),
    Column("estimated", Boolean, nullable=False, server_default=false()),
)

payments = Table(
    "payments",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_no", String(16), ForeignKey("accounts.account_no", ondelete="CASCADE"), nullable=False),
    Column("paid_at", UtcDateTime, nullable=False),
    Column("amount", Money, nullable=False),
    Column("channel", String(40), nullable=False),
    Column("month", String(7), nullable=False),
    Index(None, "account_no", "paid_at"),
)

bindings = Table(
    "bindings",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("customer_id", String(128), nullable=False),
    Column("account_no", String(16), ForeignKey("accounts.account_no", ondelete="CASCADE"), nullable=False),
    Column("bound_at", UtcDateTime, nullable=False),
    UniqueConstraint("customer_id", "account_no"),
)

outages = Table(
    "outages",
    metadata,
    Column("outage_no", String(40), primary_key=True),
    Column("type", String(8), nullable=False),
    Column("reason", String(300), nullable=False),
    Column("area", String(300), nullable=False),
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime),
    Column("estimated_restore", UtcDateTime),
    Index(None, "ends"),
)

crews = Table(
    "crews",
    metadata,
    Column("crew_no", String(20), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("skills", JSON, nullable=False),
)

places = Table(
    "places",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("area", String(8), nullable=False),
)

verification_attempts = Table(
    "verification_attempts",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_failed_at", UtcDateTime),
    Column("locked_until", UtcDateTime),
)

conversations = Table(
    "conversations",
    metadata,
    Column("conversation_id", String(128), primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("customer_id", String(128)),
    Column("started_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("turns", Integer, nullable=False),
    Column("last_text", Encrypted),
    Index(None, "last_at"),
    Index(None, "customer_id"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("turn_id", String(32), nullable=False, unique=True),
    Column(
        "conversation_id", String(128), ForeignKey("conversations.conversation_id", ondelete="CASCADE"), nullable=False
    ),
    Column("message_id", String(200), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("customer_id", String(128)),
    Column("text", Encrypted),
    Column("payload", Encrypted),
    Column("received_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("after_seq", Integer, nullable=False),
    Column("seq", Integer),
    UniqueConstraint("conversation_id", "message_id"),
    Index(None, "state", "id"),
)

outbound = Table(
    "outbound",
    metadata,
    Column(
        "conversation_id",
        String(128),
        ForeignKey("conversations.conversation_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("seq", Integer, primary_key=True),
    Column("role", String(8), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("turn_id", String(32)),
    Column("message_id", String(200)),
    # A reply's whole object, or a push's list of messages.
    Column("body", EncryptedJson, nullable=False),
    Column("key", String(200)),
    UniqueConstraint("conversation_id", "key"),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("handoff_id", String(32), primary_key=True),
    Column("conversation_id", String(128), nullable=False),
    Column("reason", Encrypted, nullable=False),
    Column("summary", Encrypted, nullable=False),
    Column("priority", String(12), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("agent", String(128)),
    Column("taken_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    # At most one open handoff a conversation, whoever asks at once.
    Index(
        "uq_handoffs_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

handoff_requests = Table(
    "handoff_requests",
    metadata,
    Column("request_id", String(300), primary_key=True),
    Column("handoff_id", String(32), ForeignKey("handoffs.handoff_id", ondelete="CASCADE"), nullable=False),
)

knowledge_gaps = Table(
    "knowledge_gaps",
    metadata,
    Column("fingerprint", String(64), primary_key=True, info=fingerprint_of("text")),
    Column("reason", String(16), primary_key=True),
    Column("channel", String(20), primary_key=True),
    # Masked before it comes here, and ciphertext all the same: no mask knows every name.
    Column("text", Encrypted, nullable=False),
    Column("nearest", String(64)),
    Column("times", Integer, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Index(None, "last_at"),
)
