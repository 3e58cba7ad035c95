"""The courier of a house without a receiver: letters are delivered to the log, without anything personal in them."""

from __future__ import annotations

import logging

from actions.desk.outbox import Letter

log = logging.getLogger("dianda.outbox")


class LogCourier:
    """`Courier` that writes one line a letter. Name, phone, address and notes stay out, whatever the log's own masking does."""

    async def deliver(self, letter: Letter, text: str | None) -> None:
        """See `Courier.deliver`. Never fails."""
        role = letter.body.get("to", {}).get("role", letter.audience.value)
        log.info("%s for %s, ticket %s, key %s", letter.topic, role, letter.ticket_no, letter.key)

    async def close(self) -> None:
        """Nothing is held."""
