"""Who carries letters out of the house: the log (nobody to tell is configured) or a signed HTTP webhook."""

from actions.ports.couriers.log import LogCourier
from actions.ports.couriers.webhook import WebhookCourier

__all__ = ["LogCourier", "WebhookCourier"]
