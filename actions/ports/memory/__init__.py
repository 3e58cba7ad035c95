"""Every port in memory: the reference the conformance suites were written against, and what unit tests use.

One lock each, everything under it; nothing outlives the process.
"""

from actions.ports.memory.attempts import MemoryAttempts
from actions.ports.memory.conversations import MemoryConversations
from actions.ports.memory.customers import MemoryCustomers
from actions.ports.memory.drafts import MemoryDrafts
from actions.ports.memory.enterprise import MemoryEnterprises
from actions.ports.memory.gaps import MemoryGaps
from actions.ports.memory.handoffs import MemoryHandoffs
from actions.ports.memory.network import MemoryNetwork
from actions.ports.memory.notices import MemoryNotices
from actions.ports.memory.outbox import MemoryOutbox
from actions.ports.memory.papers import MemoryPapers, MemoryVault
from actions.ports.memory.profiles import MemoryProfiles
from actions.ports.memory.repairs import MemoryRepairs
from actions.ports.memory.stops import MemoryStops
from actions.ports.memory.surveys import MemorySurveys
from actions.ports.memory.tickets import MemoryTicketStore

__all__ = [
    "MemoryAttempts",
    "MemoryConversations",
    "MemoryCustomers",
    "MemoryDrafts",
    "MemoryEnterprises",
    "MemoryGaps",
    "MemoryHandoffs",
    "MemoryNetwork",
    "MemoryNotices",
    "MemoryOutbox",
    "MemoryPapers",
    "MemoryProfiles",
    "MemoryRepairs",
    "MemoryStops",
    "MemorySurveys",
    "MemoryTicketStore",
    "MemoryVault",
]
