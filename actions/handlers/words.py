"""What is said to the customer. The words themselves are data (``actions/words/*.yml``); here they become bubbles."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actions.handlers.yaml_files import read_yaml


@dataclass
class Bubble:
    """One message: for the eye, for the ear, with buttons, citations and perhaps a card."""

    text: str
    speech: str | None = None
    buttons: list[dict[str, str]] = field(default_factory=list)
    citations: list[dict[str, Any]] = field(default_factory=list)
    card: dict[str, Any] | None = None
    priority: str | None = None
    upload: list[str] = field(default_factory=list)
    """Papers that may be sent now as a photo or PDF: a page shows its attach button while there are any."""

    def to_json(self) -> dict[str, Any]:
        """The public shape of a message."""
        shown: dict[str, Any] = {
            "text": self.text,
            "speech": self.speech or spoken(self.text),
            "buttons": self.buttons,
            "citations": self.citations,
        }
        if self.card:
            shown["card"] = self.card
        if self.priority:
            shown["priority"] = self.priority
        if self.upload:
            shown["upload"] = self.upload
        return shown


def button(title: str, intent: str, **entities: str) -> dict[str, str]:
    """A button that sends an intent, with values when given."""
    return {"title": title, "payload": intent + (json.dumps(entities, ensure_ascii=False) if entities else "")}


def spoken(text: str) -> str:
    """A text for the ear when none was written: brackets and list marks left out."""
    plain = re.sub(r"[（(][^（）()]{0,60}[）)]", "", text)
    plain = re.sub(r"\n+", "，", plain)
    return re.sub(r"[•·◆▪\-—*#【】「」]+", "", plain).strip()


class Phrases:
    """The small words of the conversation by name, with values filled in."""

    def __init__(self, phrases: dict[str, dict[str, Any]], **always: str) -> None:
        """``always``: values that any phrase may use (company, hotline)."""
        self._phrases, self._always = phrases, always

    @classmethod
    def load(cls, folder: Path, **always: str) -> Phrases:
        """Read ``*.yml`` of a folder; later files add to earlier ones."""
        merged: dict[str, dict[str, Any]] = {}
        for path in sorted(folder.glob("*.yml")):
            for name, value in (read_yaml(path) or {}).items():
                merged[name] = value if isinstance(value, dict) else {"text": value}
        return cls(merged, **{"company": "供电公司", "hotline": "95598", **always})

    def text(self, name: str, **values: Any) -> str:
        """The words for the eye."""
        return str(self._phrases[name]["text"]).strip().format(**{**self._always, **values})

    def bubble(self, name: str, **values: Any) -> Bubble:
        """A bubble with these words and the buttons written beside them."""
        phrase = self._phrases[name]
        ear = phrase.get("speech")
        found = Bubble(
            self.text(name, **values), str(ear).strip().format(**{**self._always, **values}) if ear else None
        )
        found.buttons = [{"title": b["title"], "payload": b["payload"]} for b in phrase.get("buttons", [])]
        found.priority = phrase.get("priority")
        return found
