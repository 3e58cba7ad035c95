"""Answers for elders: the short form of an article, the long one behind a button."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from actions.handlers.forms.said import Said
from actions.handlers.words import Bubble, Phrases, button

_LEAST = 40
"""Characters above which an answer is long."""


SHORTENED = "profile_shortened"
"""Memory: the topic that the last reply told in short."""
_MORE = re.compile(r"^(?:请|再|能不能|你|您|给我|帮我|把它)*(?:说|讲|念)?(?:得|的)?(?:再)?(?:详细|仔细|具体|清楚|完整)(?:一?[些点]|一下)?(?:说说|说|讲|吗|吧|啊|呀)*[。.!！?？]*$")


def wants_more(said: Said, topic: str | None) -> Said:
    """说详细些 after a short answer, as the button beside it; any other turn as it is."""
    if not topic or not _MORE.match(said.words):
        return said
    choice = f"topic:{topic}"
    payload = "/faq" + json.dumps({"choice": choice}, ensure_ascii=False)
    return replace(said, text=payload, intent="faq", confidence=1.0, doubt="none", entities=({"entity": "choice", "value": choice},), pieces=())


def topic_in_short(bubbles: list[Bubble], topics: list[str]) -> str | None:
    """The topic behind the button for the long form; None when nothing was made short."""
    payloads = [b["payload"] for bubble in bubbles for b in bubble.buttons if b["payload"].startswith("/faq")]
    return next((topic for topic in topics if any(f'"topic:{topic}"' in payload for payload in payloads)), None)


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
