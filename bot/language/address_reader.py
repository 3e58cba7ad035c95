"""The learned reader of addresses: a linear-chain CRF over the characters of a sentence.

It learns from marked sentences (``nlu_data/entities`` and ``nlu_data/intents``) where an address begins and ends, with the
rules' view of every character among what it sees. ``dianda train`` builds it into ``$DIANDA_HOME/models/addresses``.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pycrfsuite

from bot.language.address_features import features

PROJECT = Path(__file__).resolve().parents[2]
MODEL, ABOUT = "addresses.crf", "addresses.json"
LONGEST = 400
"""Nobody's address stands behind so many characters; a pasted page must not cost a second."""


class AddressModelMissing(RuntimeError):
    """No learned address reader in the installation; `dianda train` makes it."""


@dataclass(frozen=True)
class Span:
    """An address in a regular text, and how sure its least sure character is (0 to 1)."""

    start: int
    end: int
    sure: float


class AddressReader:
    """The trained reader. Safe to call from several threads."""

    def __init__(self, model: Path, tags: Mapping[str, str]) -> None:
        """``tags`` must be the word classes the model was trained with."""
        self._tags = tags
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open(str(model))
        # A tagger holds one sentence at a time.
        self._lock = threading.Lock()

    def spans(self, text: str) -> list[Span]:
        """The addresses in the regular `text`, in order."""
        rows = features(text[:LONGEST], self._tags)
        if not rows:
            return []
        with self._lock:
            labels = self._tagger.tag(rows)
            return [
                Span(start, end, min(self._tagger.marginal(labels[at], at) for at in range(start, end)))
                for start, end in spelt_out(labels)
            ]


def spelt_out(labels: list[str]) -> list[tuple[int, int]]:
    """The spans that B (begins), I (inside), E (ends), S (single) and O (outside) spell."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for at, label in enumerate([*labels, "O"]):
        if start is not None and label in "BSO":
            spans.append((start, at))
            start = None
        if label != "O" and start is None:
            start = at
        if start is not None and label in "ES":
            spans.append((start, at + 1))
            start = None
    return spans


def reader_folder(home: Path | None = None) -> Path:
    """Where the address reader of this installation lies (``$DIANDA_HOME/models/addresses``)."""
    return (home or Path(os.environ.get("DIANDA_HOME") or PROJECT / "var")) / "models" / "addresses"


def open_reader(home: Path | None = None) -> AddressReader:
    """Open the reader of the installation in `home` for this process, which has one. Raises AddressModelMissing."""
    reader = _opened(reader_folder(home))
    _IN_USE[:] = [reader]
    return reader


def address_reader() -> AddressReader:
    """The reader in use, else that of ``$DIANDA_HOME``. Raises AddressModelMissing."""
    return _IN_USE[0] if _IN_USE else open_reader()


_IN_USE: list[AddressReader] = []


@lru_cache(maxsize=2)
def _opened(folder: Path) -> AddressReader:
    if not (folder / MODEL).exists() or not (folder / ABOUT).exists():
        raise AddressModelMissing(f"{folder} holds no address reader; run `make train` once")
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return AddressReader(folder / MODEL, {word: tag for tag, words in about["tags"].items() for word in words.split()})
