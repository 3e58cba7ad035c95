"""Every port in a database: SQLite (WAL) by default, PostgreSQL in production, the same code on both.

`engine.connect` opens it, `migrate.migrate` brings its tables up to date, `seed.seed_demo` fills it with the demo utility.
"""

from actions.ports.sql.attempts import SqlAttempts
from actions.ports.sql.conversations import SqlConversations
from actions.ports.sql.customers import SqlCustomers
from actions.ports.sql.drafts import SqlDrafts
from actions.ports.sql.encrypted import generate_key
from actions.ports.sql.engine import connect
from actions.ports.sql.enterprise import SqlEnterprises
from actions.ports.sql.gaps import SqlGaps
from actions.ports.sql.handoffs import SqlHandoffs
from actions.ports.sql.migrate import migrate
from actions.ports.sql.network import SqlNetwork
from actions.ports.sql.notices import SqlNotices
from actions.ports.sql.outbox import SqlOutbox
from actions.ports.sql.papers import SqlPapers
from actions.ports.sql.profiles import SqlProfiles
from actions.ports.sql.repairs import SqlRepairs
from actions.ports.sql.seed import seed_demo
from actions.ports.sql.stops import SqlStops
from actions.ports.sql.surveys import SqlSurveys
from actions.ports.sql.tickets import SqlTicketStore

__all__ = [
    "SqlAttempts",
    "SqlConversations",
    "SqlCustomers",
    "SqlDrafts",
    "SqlEnterprises",
    "SqlGaps",
    "SqlHandoffs",
    "SqlNetwork",
    "SqlNotices",
    "SqlOutbox",
    "SqlPapers",
    "SqlProfiles",
    "SqlRepairs",
    "SqlStops",
    "SqlSurveys",
    "SqlTicketStore",
    "connect",
    "generate_key",
    "migrate",
    "seed_demo",
]
