"""A customer tells of a swindler: what to do is said at once, wherever in the conversation it comes up; never a repair form.

What is told is kept for a report (举报), so that it need not be told again. Words: ``actions/words/heard/scam.yml``.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from actions.handlers.articles import knowledge_trace
from actions.handlers.forms.said import Said
from actions.handlers.forms.step import Outcome
from actions.handlers.services import Services
from actions.handlers.yaml_files import read_yaml

SCAM = "scam"
"""Memory: since when a swindler is talked of, and what was told of him."""
_TALKED_OF = timedelta(minutes=20)
_FILE = Path(__file__).resolve().parents[1] / "words" / "heard" / "scam.yml"
_ARTICLE = "safety-scam"
_ARTICLES = {"scam_door": "service-staff-identity", "scam_more": "service-staff-identity"}
_LOST = ("lost_card", "lost_money", "clicked")
_OTHER_BUSINESS = 0.9
"""A wish this sure, that speaks of no swindler, is one of its own even while a swindler is talked of."""
_NO_BUSINESS = frozenset({"report_outage", "payment_problem", "query_payment", "inform", "affirm", "deny", "goodbye", "out_of_scope", "faq", "bind_account",
                          "query_outage", "how_to_pay", "thank", "greet", "cancel"})  # fmt: skip


@cache
def _heard() -> dict[str, tuple[re.Pattern[str], ...]]:
    raw: dict[str, list[str]] = read_yaml(_FILE)
    return {name: tuple(re.compile(pattern) for pattern in patterns) for name, patterns in raw.items()}


def _says(words: str, name: str) -> bool:
    return any(pattern.search(words) for pattern in _heard()[name])


def turn(services: Services, said: Said, memory: dict[str, Any], *, telling: bool = False) -> Outcome | None:
    """What is said to a turn that tells of a swindler, or None. ``telling``: a form asks for a story, so that only a loss is spoken to."""
    words = said.words
    if not words or said.intent in ("report_hazard", "human_agent") or _says(words, "not"):
        return None
    since: dict[str, Any] = memory.get(SCAM) or {}
    recent = bool(since) and said.now - datetime.fromisoformat(since["at"]) <= _TALKED_OF
    talked_of = recent or memory.get("topic") == _ARTICLE  # what the article answered was told of a swindler too
    name = _line(said, talked_of=talked_of)
    if name is None or (telling and name.removeprefix("scam_") not in _LOST):
        return None
    told = [*(since["said"] if recent else []), words][-6:]
    bubble = services.phrases.bubble(name)
    hit = services.knowledge.hit(_ARTICLES.get(name, _ARTICLE))
    if hit is not None:
        bubble.citations = list(hit.citations)
    kept = {SCAM: {"at": said.now.isoformat(), "said": told}, "just_said": {"text": "；".join(told)}}
    return Outcome([bubble], {"knowledge": knowledge_trace([hit])} if hit is not None else {}, kept)


def _line(said: Said, *, talked_of: bool) -> str | None:
    words = said.words
    told = next((name for name in ("door", "code", "sms", "swindle") if _says(words, name)), None)
    if _says(words, "lost_card"):
        return "scam_lost_card"
    if told is not None or talked_of:
        if _says(words, "lost_money"):
            return "scam_lost_money"
        if _says(words, "clicked"):
            return "scam_clicked"
    if talked_of and _says(words, "kept"):
        return "scam_kept"
    if told is not None:
        # 95598的短信是真的吗 is answered as a message; 是不是骗子 goes on with what was told.
        return "scam_more" if told == "swindle" and talked_of else f"scam_{'sms' if told == 'swindle' else told}"
    if not talked_of or said.pressed or _says(words, "owed"):
        return None
    if said.intent not in _NO_BUSINESS and said.confidence >= _OTHER_BUSINESS:
        return None
    return "scam_more" if _says(words, "more") else None
