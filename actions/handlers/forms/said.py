"""What the customer said in this turn, as the dialogue understood it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_PAYLOAD = re.compile(r"^/([a-z_]+)(\{.*\})?$", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence that looked compound, understood by itself (`bot.language.clauses`)."""

    text: str
    joint: str
    """``word`` when 还有, 顺便 and the like stand between the pieces, ``mark`` when only commas do."""
    intent: str
    confidence: float
    entities: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Said:
    """One turn: words, understanding, and where and when it came."""

    text: str
    intent: str
    confidence: float
    now: datetime
    conversation_id: str = ""
    turn_id: str = ""
    channel: str = "web"
    customer_id: str | None = None
    elder: bool = False
    doubt: str = "none"
    """``none``, ``close`` (the two best intents are near each other) or ``unsure``."""
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[dict[str, Any], ...] = field(default_factory=tuple)
    pieces: tuple[Piece, ...] = ()
    """The pieces of a sentence that looks compound; empty for any other."""

    @property
    def pressed(self) -> bool:
        """True when a button was pressed instead of words written."""
        return bool(_PAYLOAD.match(self.text))

    @property
    def words(self) -> str:
        """What was written; empty for a button."""
        return "" if self.pressed else self.text.strip()

    def values(self, *kinds: str) -> list[str]:
        """The values of these kinds, in the order they were said."""
        return [str(e["value"]) for e in self.entities if e["entity"] in kinds and e.get("value") is not None]

    def value(self, kind: str) -> str | None:
        """The last value of a kind: in 不是八八，是九九 the later one counts."""
        found = self.values(kind)
        return found[-1] if found else None
