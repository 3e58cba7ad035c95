"""The training sentences: what they are, and that they are whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from actions.desk.classes import is_class
from actions.desk.tickets import Kind

FOLDER = Path(__file__).parent
KINDS = (Kind.COMPLAINT, Kind.REPAIR)


class SentencesError(ValueError):
    """A file of sentences is wrong; the message names it and the place."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a customer said, and what it is about."""

    text: str
    category: tuple[str, str]
    urgent: bool = False


def read_sentences(kind: Kind, *folders: Path) -> list[Sentence]:
    """All sentences of a kind in `<folder>/<kind>/*.yml`, each once. Raises SentencesError."""
    found: dict[str, Sentence] = {}
    for folder in folders or (FOLDER,):
        for path in sorted((folder / kind.value).glob("*.yml")):
            for sentence in _file(kind, path):
                before = found.setdefault(sentence.text, sentence)
                if before != sentence:
                    raise SentencesError(f"{path}: “{sentence.text}” stands under {before.category} and {sentence.category}")
    return list(found.values())


def _file(kind: Kind, path: Path) -> Iterator[Sentence]:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 — both are safe
    for block in content if isinstance(content, list) else [content]:
        first = block["first"]
        for second, written in block["classes"].items():
            if not is_class(kind, (first, second)):
                raise SentencesError(f"{path}: {first}/{second} is no class of a {kind.value}")
            for urgent, texts in _groups(written):
                for text in texts:
                    if not isinstance(text, str) or not text.strip():
                        raise SentencesError(f"{path}: {first}/{second}: {text!r} is no sentence")
                    yield Sentence(text.strip(), (first, second), urgent)


def _groups(written: Any) -> Iterator[tuple[bool, list[Any]]]:
    if isinstance(written, list):
        yield False, written
    else:
        yield False, written.get("normal", [])
        yield True, written.get("urgent", [])
