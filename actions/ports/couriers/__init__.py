"""Who carries letters out of the house: the log (nobody to tell is configured), a signed HTTP webhook, a table of the utility's."""

from actions.ports.couriers.database import DatabaseCourier
from actions.ports.couriers.log import LogCourier
from actions.ports.couriers.split import SplitCourier
from actions.ports.couriers.webhook import WebhookCourier

__all__ = ["DatabaseCourier", "LogCourier", "SplitCourier", "WebhookCourier"]
