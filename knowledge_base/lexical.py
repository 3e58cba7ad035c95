"""BM25 over one document a topic, in three views: words, characters and sounds.

Sounds are toneless pinyin with a recogniser's usual confusions folded, so 电费 and 店费 are the same. Characters and
sounds are taken singly and in pairs. One document a topic measures better than one a question (docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import bm25s
import numpy as np
import numpy.typing as npt

from bot.language.intent_model import sound
from bot.language.words import words

Floats = npt.NDArray[np.float32]
Tokens = list[str]
_K1, _B = 1.2, 0.3
_MARKS = frozenset(" ，。？！、,.?!：:；;“”\"'（）()…~-")


@lru_cache(maxsize=2048)
def syllables(text: str) -> tuple[str, ...]:
    """The syllables of a text, marks left in. Kept for a while: several views ask for those of the same text."""
    return tuple(sound(text.lower()))


def characters(text: str) -> Tokens:
    """Characters and pairs of characters."""
    return _singles_and_pairs([c for c in text.lower() if c not in _MARKS])


def sounds(text: str) -> Tokens:
    """Syllables and pairs of syllables."""
    return _singles_and_pairs([s for s in syllables(text) if s not in _MARKS])


def _singles_and_pairs(units: Sequence[str]) -> Tokens:
    return [*units, *(f"{a} {b}" for a, b in pairwise(units))]


VIEWS: Mapping[str, Callable[[str], Tokens]] = MappingProxyType({"words": words, "characters": characters, "sounds": sounds})


class TopicWords:
    """One view's BM25. ``scores`` is safe to call from several threads."""

    def __init__(self, model: bm25s.BM25, topics: int) -> None:
        self._model = model
        self._topics = topics
        self._vocabulary: dict[str, int] = model.vocab_dict

    @classmethod
    def build(cls, documents: Sequence[Tokens]) -> TopicWords:
        """Index one document a topic."""
        model = bm25s.BM25(k1=_K1, b=_B, method="lucene", dtype="float32")
        # A document without a word would be refused by bm25s.
        model.index([document or ["\x00"] for document in documents], create_empty_token=False, show_progress=False)
        return cls(model, len(documents))

    def scores(self, tokens: Sequence[str]) -> Floats:
        """The score of every topic; zeros when no token is known. A token said twice counts once."""
        known = [self._vocabulary[token] for token in dict.fromkeys(tokens) if token in self._vocabulary]
        if not known:
            return np.zeros(self._topics, dtype=np.float32)
        found: Floats = self._model.get_scores_from_ids(known)
        return found

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        self._model.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, topics: int) -> TopicWords:
        """Read an index written by :meth:`save`."""
        return cls(bm25s.BM25.load(str(folder), load_corpus=False), topics)
