"""The safety lines for a danger (``actions/words/danger.yml``). Also used by the gateway while the dialogue is away."""

from __future__ import annotations

from actions.handlers.words import Bubble, Phrases
from bot.language.hazards import danger


def safety_bubble(phrases: Phrases, words: str) -> Bubble:
    """The lines for what these words tell of; the general ones when the kind is not clear."""
    found = danger(words)
    return phrases.bubble(f"danger_{found.kind if found else 'other'}")
