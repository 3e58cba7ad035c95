"""Sentences the index learns from beside the articles: what customers asked, and what nobody here can answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.language.normalise import normalise

_ANNOTATED = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
_LOOKED_UP = ("query_bill", "query_balance", "query_usage", "query_ticket", "cancel_ticket", "give_praise")
_CHAT = ("greet", "goodbye", "thank", "affirm", "deny", "inform", "cancel", "repeat", "bot_challenge", "ask_capabilities")
_EACH, _OUT_OF_SCOPE = 25, 670
"""Sentences taken of each intent: enough to know its tone, too few to drown the near misses. Every sentence costs building
time, and those that ``unanswerable.yml`` has teach more."""
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_COUNTERPARTS = (
    {"电费": "水费", "电表": "水表", "停电": "停水", "来电": "来水", "用电": "用水", "供电局": "自来水公司", "供电公司": "自来水公司", "电卡": "水卡"},
    {"电费": "燃气费", "电表": "燃气表", "停电": "停气", "来电": "来气", "用电": "用气", "供电局": "燃气公司", "供电公司": "燃气公司", "电卡": "气卡"},
    {"电费": "暖气费", "电表": "热量表", "停电": "停暖", "来电": "来暖气", "用电": "用暖", "供电局": "热力公司", "供电公司": "热力公司", "电卡": "热力卡"},
    {"电费": "话费", "电表": "宽带", "停电": "断网", "来电": "来网", "用电": "上网", "供电局": "电信公司", "供电公司": "移动公司", "电卡": "电话卡"},
)  # fmt: skip
_COUNTERPART_SHARE = 4
"""Of every so many sentences one is also told of another utility."""


@dataclass(frozen=True)
class Training:
    """``asked``: topic → sentences; the others are sentences that no article answers."""

    asked: dict[str, list[str]] = field(default_factory=dict)
    near_misses: tuple[str, ...] = ()
    """Written by hand, close to what we do: by them the refusal is measured."""
    far: tuple[str, ...] = ()
    """Chat, look-ups, other trades, and customers' sentences told of another utility."""

    @property
    def unanswerable(self) -> tuple[str, ...]:
        """Near misses, then the rest."""
        return self.near_misses + self.far


def read_training(root: Path) -> Training:
    """Read ``training/`` under `root` and the intents of ``nlu_data`` beside it, whichever are there.

    Only intents are taken that no article could answer: looking up one's own account, and chat.
    """
    asked = _read(root / "training" / "asked.yml")
    known = {normalise(text).text for texts in asked.values() for text in texts} | {""}
    refused = _grouped(root / "training" / "unanswerable.yml")
    near_misses = [text for text in dict.fromkeys(normalise(text).text for text in refused.get("near", [])) if text not in known]
    far = refused.get("far", [])
    far += list(counterparts(text for texts in asked.values() for text in texts))
    for intent, texts in _intents(root.parent / "nlu_data" / "intents"):
        if intent == "out_of_scope" or intent in _LOOKED_UP or intent in _CHAT:
            far += texts[:: max(1, round(len(texts) / (_OUT_OF_SCOPE if intent == "out_of_scope" else _EACH)))]
    known.update(near_misses)
    return Training(asked, tuple(near_misses), tuple(text for text in dict.fromkeys(normalise(text).text for text in far) if text not in known))


def counterparts(texts: Iterable[str]) -> Iterator[str]:
    """Some of the sentences, told of water, gas, heat or telephone: the same words but for the one that matters."""
    told = [text for text in texts if any(word in text for word in _COUNTERPARTS[0])]
    for at, text in enumerate(told[::_COUNTERPART_SHARE]):
        other = text
        for ours, theirs in _COUNTERPARTS[at % len(_COUNTERPARTS)].items():
            other = other.replace(ours, theirs)
        if "电" not in other.replace("电信", "").replace("电话", ""):
            yield other


def _read(path: Path) -> dict[str, list[str]]:
    if not path.exists():
        return {}
    content = yaml.load(path.read_text(encoding="utf-8"), _Loader) or {}  # noqa: S506 - a safe loader
    return {str(key): [str(text) for text in texts] for key, texts in content.items()}


def _grouped(path: Path) -> dict[str, list[str]]:
    """Like :func:`_read` for a file with groups under each key; the groups are for its editors."""
    if not path.exists():
        return {}
    content = yaml.load(path.read_text(encoding="utf-8"), _Loader) or {}  # noqa: S506 - a safe loader
    return {str(key): [str(text) for texts in groups.values() for text in texts] for key, groups in content.items()}


def _intents(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for path in sorted(folder.glob("*.yml")):
        for entry in yaml.load(path.read_text(encoding="utf-8"), _Loader).get("nlu", []):  # noqa: S506 - a safe loader
            lines = (line.strip() for line in entry["examples"].splitlines())
            yield entry["intent"], [_ANNOTATED.sub(r"\1", line[2:]) for line in lines if line.startswith("- ")]
