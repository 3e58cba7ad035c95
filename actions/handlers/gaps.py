"""Questions that found no article, or two, are kept for those who write articles: without what tells who asked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime

from actions.ports.gaps import GapReason, GapStore
from bot.language.entities import find_entities
from bot.language.normalise import normalise

log = logging.getLogger("dianda.knowledge")

LONGEST = 120
"""Characters kept; whoever writes more tells a story, and stories hold names."""
PERSONAL = frozenset({"account_no", "phone", "person_name", "address", "ticket_no"})
STRUCK = "＊"


class GapLog:
    """Notes such questions. A turn is answered whether or not its question could be noted."""

    def __init__(self, store: GapStore, mask: Callable[[str], str]) -> None:
        """`mask` strikes out what a log may not hold either; entities are struck out before it."""
        self._store, self._mask = store, mask

    def note(self, question: str, reason: GapReason, channel: str, nearest: str | None, at: datetime) -> None:
        """Keep the question, or count it once more."""
        try:
            text = self.anonymous(question, at.date())
            if text.strip(STRUCK + " ，。？！、"):
                self._store.note(text, reason, channel, nearest, at)
        except Exception:
            log.exception("a question without an answer could not be noted")

    def anonymous(self, question: str, today: date) -> str:
        """The question in its regular form, personal data struck out."""
        regular = normalise(question[: 4 * LONGEST]).text
        kept = regular
        for found in reversed(find_entities(regular, today)):
            if found.entity in PERSONAL:
                kept = kept[: found.start] + STRUCK + kept[found.end :]
        return self._mask(kept)[:LONGEST]
