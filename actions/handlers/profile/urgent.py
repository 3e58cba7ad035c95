"""An outage where somebody's life hangs on a machine: said first, filed as urgent, and given to a person at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.desk.profiles import Fact, Trait
from actions.desk.tickets import Priority
from actions.handlers.forms.said import Said
from actions.handlers.forms.step import Outcome
from actions.handlers.services import Services

TOLD = "life_support_told"
"""Memory: the lines were said and a person was called in this conversation."""


def on_life_support(services: Services, said: Said, memory: dict[str, Any]) -> bool:
    """Whether a machine keeps somebody alive there, by file, by what is kept, or by what was said; a doubt counts as yes."""
    profiles = services.profiles
    if profiles is None:
        return False
    machine = next((h for h in profiles.statements.hear(said.words) if h.trait is Trait.LIFE_SUPPORT), None)
    return (machine is not None and machine.so) or Trait.LIFE_SUPPORT in profiles.known(services, said, memory)


def life_support_first(
    services: Services, said: Said, memory: dict[str, Any], known: Mapping[Trait, Fact]
) -> Outcome | None:
    """The lines, and the conversation in the queue for a person, once a conversation; None when nothing hangs on it."""
    if memory.get(TOLD) or not (Trait.LIFE_SUPPORT in known or on_life_support(services, said, memory)):
        return None
    phrases = services.phrases
    reason = phrases.text("life_support_reason")
    summary = "\n".join(line for line in (reason, f"客户说：{said.words}" if said.words else "") if line)
    services.handoffs.open(
        said.conversation_id, reason, summary, Priority.URGENT, said.now, f"{said.turn_id}:life_support"
    )
    return Outcome([phrases.bubble("life_support_first")], {"handoff": "queued"}, {TOLD: True})
