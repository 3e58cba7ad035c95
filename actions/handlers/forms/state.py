"""Where a running flow stands. Plain data: it travels in a slot of the conversation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

CONFIRM = "confirm"
FIX = "fix"
SWITCH = "switch"


@dataclass
class FlowState:
    """A flow under way."""

    flow: str
    instance: str
    """Names this run of the flow; with the conversation it keys everything the flow creates."""
    values: dict[str, str] = field(default_factory=dict)
    asking: str | None = None
    """The field asked, or ``confirm``, ``fix`` (which one is wrong?) or ``switch`` (leave this for that?)."""
    tries: dict[str, int] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    on_file: list[str] = field(default_factory=list)
    """Fields taken from the account instead of the customer's mouth: shown masked."""
    said: list[str] = field(default_factory=list)
    """The customer's own words about the matter, for the ticket's description."""
    notes: list[str] = field(default_factory=list)
    """What the customer added unasked, for the ticket: no answer to a question, and no value of a field."""
    told: list[str] = field(default_factory=list)
    """Lists of materials and hints of options already told."""
    papers: dict[str, str] = field(default_factory=dict)
    """Papers sent for it, by id: what each counts for."""
    spelled: str = ""
    """Digits of a phone number that is being told in pieces."""
    switch_to: str | None = None
    verified: str | None = None

    def to_json(self) -> dict[str, Any]:
        """For the slot."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any] | None) -> FlowState | None:
        """From the slot; None when nothing runs."""
        return cls(**raw) if raw and raw.get("flow") and "instance" in raw else None
