"""The topics an article may be about, by group, and the businesses it may lead to.

``topics.yml`` is a copy of the contract's catalogue. Ids are stable: the API's trace and every evaluation use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

TOPICS = Path(__file__).with_name("topics.yml")

BUSINESSES = frozenset([
    "query_bill", "query_balance", "query_usage", "query_payment", "dispute_bill", "request_invoice", "how_to_pay",
    "payment_problem", "report_outage", "query_outage", "report_hazard", "report_power_quality", "report_meter_fault",
    "claim_damage", "request_reconnection", "query_ticket", "urge_ticket", "cancel_ticket", "file_complaint",
    "make_suggestion", "give_praise", "report_violation", "apply_new_service", "change_capacity", "transfer_account",
    "close_account", "apply_ev_charger", "apply_pv", "change_tariff_plan", "bind_account", "unbind_account",
    "query_account_number", "update_contact", "manage_notifications", "human_agent", "switch_elderly_mode",
])  # fmt: skip
"""Intents of the contract that an article's button may start (its ``leads_to``)."""


@dataclass(frozen=True)
class Catalogue:
    """Which topics there are. ``titles``: topic → its name; ``groups``: topic → group; both in the file's order."""

    titles: Mapping[str, str]
    groups: Mapping[str, str]

    def __contains__(self, topic: object) -> bool:
        return topic in self.titles

    @property
    def topics(self) -> tuple[str, ...]:
        """All topic ids."""
        return tuple(self.titles)


@lru_cache(maxsize=8)
def read_catalogue(path: Path = TOPICS) -> Catalogue:
    """Read a catalogue file ``{group: {topic: title}}``."""
    content: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    titles = {topic: title for topics in content.values() for topic, title in topics.items()}
    groups = {topic: group for group, topics in content.items() for topic in topics}
    return Catalogue(titles, groups)
