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
from pypinyin.core import Pinyin

from bot.language.intent_model import sound
from bot.language.words import words

Floats = npt.NDArray[np.float32]
Tokens = list[str]
_K1, _B = 1.2, 0.3
_PHRASES = Pinyin()
_MARKS = frozenset(" ，。？！、,.?!：:；;“”\"'（）()…~-")


@lru_cache(maxsize=2048)
def syllables(text: str) -> tuple[str, ...]:
    """The syllables of a text, marks left in. Kept for a while: several views ask for those of the same text."""
    return tuple([syllable for phrase in _PHRASES.seg(text.lower()) for syllable in _spoken(phrase)])


@lru_cache(maxsize=1 << 15)
def _spoken(phrase: str) -> tuple[str, ...]:
    """The syllables of one of the pieces that pypinyin reads a text by; few thousand come again and again."""
    return tuple(sound(phrase))


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
    """BM25 in all views. ``scores`` is safe to call from several threads."""

    def __init__(self, models: Mapping[str, bm25s.BM25], topics: int) -> None:
        """One model a view. bm25s has computed every token's score in every document; the sums are taken here, of all views at once."""
        self._models, self._topics = models, topics
        self._numbers: dict[str, dict[str, int]] = {}
        ends, holders, values = [np.zeros(1, dtype=np.int64)], [], []
        for at, (view, model) in enumerate(models.items()):
            matrix, before = model.scores, sum(map(len, ends)) - 1
            self._numbers[view] = {token: before + number for token, number in model.vocab_dict.items()}
            ends.append(ends[-1][-1] + matrix["indptr"][1:])
            holders.append(matrix["indices"] + at * topics)
            values.append(matrix["data"])
        self._ends = np.concatenate(ends)
        self._holders, self._values = np.concatenate(holders), np.concatenate(values)

    @classmethod
    def build(cls, documents: Mapping[str, Sequence[Tokens]]) -> TopicWords:
        """Index one document a topic, cut in each of the views."""
        models = {}
        for view in VIEWS:
            models[view] = bm25s.BM25(k1=_K1, b=_B, method="lucene", dtype="float32")
            # A document without a word would be refused by bm25s.
            found = [document or ["\x00"] for document in documents[view]]
            models[view].index(found, create_empty_token=False, show_progress=False)
        return cls(models, len(next(iter(documents.values()))))

    def scores(self, tokens: Mapping[str, Sequence[str]]) -> Floats:
        """The score of every topic in every view, shape ``(len(VIEWS), topics)``; no token known: 0. A token said twice counts once."""
        found = [map(numbers.get, dict.fromkeys(tokens[view])) for view, numbers in self._numbers.items()]
        at = np.array([number for view in found for number in view if number is not None], dtype=np.int64)
        starts = self._ends[at]
        lengths = self._ends[at + 1] - starts
        # The places of every token's scores, one token after the other.
        places = np.arange(lengths.sum()) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
        summed = np.bincount(self._holders[places], self._values[places], len(VIEWS) * self._topics)
        return summed.astype(np.float32).reshape(len(VIEWS), self._topics)

    def save(self, folder: Path) -> None:
        """Write each view's index into a folder of its name in `folder`."""
        for view, model in self._models.items():
            model.save(str(folder / view), show_progress=False)

    @classmethod
    def load(cls, folder: Path, topics: int) -> TopicWords:
        """Read what :meth:`save` wrote."""
        return cls({view: bm25s.BM25.load(str(folder / view), load_corpus=False) for view in VIEWS}, topics)
