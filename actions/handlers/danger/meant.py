"""Whether a turn tells of danger: what the guard and the model miss, and what they hear though it is only asked about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from actions.handlers.danger.heard import danger_words
from actions.handlers.forms.said import Said

_DANGER = "report_hazard"
_SAME_MATTER = frozenset({"report_outage", "report_meter_fault", "report_power_quality", "query_outage"})
_TOPIC = "topic"
"""See `handlers.context.TOPIC`."""


def meant(said: Said, memory: dict[str, Any]) -> Said:
    """The turn as it is meant."""
    if not said.words:
        return said
    if (question := danger_words().question(said.words)) is not None:
        if said.intent not in (_DANGER, "out_of_scope", "report_outage", "report_violation", "faq"):
            return said
        if said.intent == "faq":
            return said
        return replace(said, text=question, intent="faq", confidence=1.0, doubt="none", pieces=())
    if said.intent != _DANGER and danger_words().also_danger(said.words, str(memory.get(_TOPIC) or "")):
        return replace(said, intent=_DANGER, confidence=1.0, doubt="none", pieces=())
    if said.intent == _DANGER and said.pieces:
        # 电表滴滴响，还有糊味: what is broken there is the danger itself, no second wish.
        same = (replace(p, intent=_DANGER) if p.intent in _SAME_MATTER else p for p in said.pieces)
        return replace(said, pieces=tuple(same))
    return said
