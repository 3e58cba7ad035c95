"""Sentences the index learns from beside the articles: what customers asked, and what nobody here can answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.language.normalise import normalise

_ANNOTATED = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
_LOOKED_UP = ("query_bill", "query_balance", "query_usage", "query_ticket", "cancel_ticket", "give_praise")
_CHAT = ("greet", "goodbye", "thank", "affirm", "deny", "inform", "cancel", "repeat", "bot_challenge", "ask_capabilities")
_EACH = 40
"""Sentences taken of each intent: enough to know its tone, too few to drown the near misses."""
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Training:
    """``asked``: topic → sentences; ``unanswerable``: sentences that no article answers."""

    asked: dict[str, list[str]] = field(default_factory=dict)
    unanswerable: tuple[str, ...] = ()


def read_training(root: Path) -> Training:
    """Read ``training/`` under `root` and the intents of ``nlu_data`` beside it, whichever are there.

    Only intents are taken that no article could answer: looking up one's own account, and chat.
    """
    asked = _read(root / "training" / "asked.yml")
    refused = [text for group in _read(root / "training" / "unanswerable.yml").values() for text in group]
    for intent, texts in _intents(root.parent / "nlu_data" / "intents"):
        if intent == "out_of_scope":
            refused += texts
        elif intent in _LOOKED_UP or intent in _CHAT:
            refused += texts[:: max(1, len(texts) // _EACH)]
    known = {normalise(text).text for texts in asked.values() for text in texts}
    unanswerable = dict.fromkeys(normalise(text).text for text in refused)
    return Training(asked, tuple(text for text in unanswerable if text and text not in known))


def _read(path: Path) -> dict[str, list[str]]:
    if not path.exists():
        return {}
    content = yaml.load(path.read_text(encoding="utf-8"), _Loader) or {}  # noqa: S506 - a safe loader
    return {str(key): [str(text) for text in texts] for key, texts in content.items()}


def _intents(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for path in sorted(folder.glob("*.yml")):
        for entry in yaml.load(path.read_text(encoding="utf-8"), _Loader).get("nlu", []):  # noqa: S506 - a safe loader
            lines = (line.strip() for line in entry["examples"].splitlines())
            yield entry["intent"], [_ANNOTATED.sub(r"\1", line[2:]) for line in lines if line.startswith("- ")]
