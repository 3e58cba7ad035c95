"""The safety lines for a danger (``actions/words/danger.yml``). Also used by the gateway while the dialogue is away."""

from __future__ import annotations

import re

from actions.handlers.words import Bubble, Phrases
from bot.language.hazards import danger

_WIRE_DOWN = re.compile(r"线.{0,6}(?:掉|断|落|垂|耷拉)|(?:掉|断|落|垂).{0,4}线")


def safety_bubble(phrases: Phrases, words: str) -> Bubble:
    """The lines for what these words tell of; the general ones when the kind is not clear."""
    found = danger(words)
    kind = found.kind if found else "other"
    if kind == "fire" and _WIRE_DOWN.search(words):
        # A wire that lies on the ground and burns: the distance comes first, and its lines tell of fire too.
        kind = "fallen_wire"
    return phrases.bubble(f"danger_{kind}")
