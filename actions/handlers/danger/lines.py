"""The safety lines (``actions/words/danger.yml``). Also used by the gateway while the dialogue is away."""

from __future__ import annotations

from actions.handlers.danger.heard import danger_words
from actions.handlers.words import Bubble, Phrases

OTHER = "other"
_NO_BREATH = "no_breath"


def safety_bubble(phrases: Phrases, words: str, kind: str | None = None) -> Bubble:
    """The lines for what these words tell of, what they ask answered first; the general ones when the kind is not clear."""
    kind = kind or danger_words().kind(words) or OTHER
    bubble = phrases.bubble(f"danger_{kind}")
    more = [line for line in said_lines(phrases, words, kind, with_kind=True) if line.text not in bubble.text]
    if more:
        bubble.text = "\n".join([bubble.text, *(line.text for line in more)])
        bubble.speech = "".join([bubble.speech or "", *(line.speech or line.text for line in more)])
    return bubble


def said_lines(phrases: Phrases, words: str, kind: str, *, with_kind: bool = False) -> list[Bubble]:
    """The lines that answer what is asked and told in these words, most urgent first; ``with_kind``: beside the kind's own."""
    hints = danger_words().hints(words, kind, with_kind=with_kind)
    return [phrases.bubble(f"danger_{_NO_BREATH}" if hint == _NO_BREATH else f"danger_say_{hint}") for hint in hints]


def stay(phrases: Phrases, kind: str) -> str:
    """What to keep doing until the crew is there."""
    if kind == "life_support":
        return phrases.text("danger_stay_life_support")
    return phrases.text("danger_stay_off" if kind in ("overvoltage", "was_shocked", "leakage") else "danger_stay")
