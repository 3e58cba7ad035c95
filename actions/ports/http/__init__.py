"""The utility's own systems over HTTP. What they are asked and have to answer is in docs/systems.md."""

from actions.ports.http.customers import HttpCustomers
from actions.ports.http.utility import UtilityCustomers

__all__ = ["HttpCustomers", "UtilityCustomers"]
