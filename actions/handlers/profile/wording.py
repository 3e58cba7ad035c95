"""Answers for elders: the short form of an article, the long one behind a button."""

from __future__ import annotations

from dataclasses import replace

from actions.handlers.words import Bubble, Phrases, button

_LEAST = 40
"""Characters above which an answer is long."""


def shortened(bubbles: list[Bubble], phrases: Phrases) -> list[Bubble]:
    """Bubbles with the words for the ear in the place of an article's long ones. What it rests on stays."""
    return [_short(bubble, phrases) for bubble in bubbles]


def _short(bubble: Bubble, phrases: Phrases) -> Bubble:
    long = bubble.citations and bubble.speech and len(bubble.speech) < len(bubble.text) > _LEAST
    if not long or bubble.card is not None or bubble.priority is not None or bubble.speech is None:
        return bubble
    topic = str(bubble.citations[0].get("topic", ""))
    more = [button(phrases.text("button_more"), "/faq", choice="topic:" + topic)] if topic else []
    return replace(bubble, text=bubble.speech, buttons=[*bubble.buttons[:2], *more])
