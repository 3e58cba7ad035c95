"""Passages in this process: FAISS for meaning, bm25s for words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from bot.language.words import words
from knowledge_base.lexical import Floats
from knowledge_base.passage_search import NOTHING_FOUND, SIDES, Found, Rows, Side, check_vectors
from knowledge_base.passage_words import PassageWords
from knowledge_base.topic_model import Ints
from knowledge_base.vector_index import Kind, VectorIndex

_ABOUT = "passages.json"


class FaissPassages:
    """The `PassageSearch` of one machine."""

    def __init__(
        self, vectors: Mapping[Side, VectorIndex] | Path, kinds: Mapping[Side, Kind], numbers: Mapping[Side, Ints], spoken: Ints,
        words: PassageWords | Path,
    ) -> None:  # fmt: skip
        """``numbers`` are the row numbers of each side's vectors, ``spoken`` those of the passages that words are of.

        What is given as a folder is read when first asked for: a base with a topic model of its own asks for neither (``meaning.py``).
        """
        self._vectors, self._numbers, self._spoken = vectors, numbers, spoken
        self._words, self._lock = words, Lock()
        self.kinds = dict(kinds)
        """The kind of vector index of each side."""

    @classmethod
    def build(cls, rows: Rows, *, kind: Kind | None = None, tokens: Sequence[Sequence[str]] | None = None) -> FaissPassages:
        """Index passages; each side by the kind of vector index that suits its size, unless one is named.

        ``tokens`` are the words of every row where they are at hand.
        """
        check_vectors(rows.vectors, rows.texts)
        spoken = rows.of("asked", "said")
        found = (words(rows.texts[at]) if tokens is None else tokens[at] for at in spoken)
        return cls.of_vectors(rows.vectors, rows.sides, kind=kind, words=PassageWords.build(found))

    @classmethod
    def of_vectors(cls, vectors: Floats, sides: Ints, *, kind: Kind | None = None, words: PassageWords | None = None) -> FaissPassages:
        """Index passages by meaning; ``words`` are those of the passages asked and said, none by default."""
        check_vectors(vectors)
        rows = Rows((), vectors, sides)
        numbers = {side: rows.of(side) for side in SIDES}
        indexes = {side: VectorIndex.build(vectors[found], kind) for side, found in numbers.items()}
        kinds = {side: index.kind for side, index in indexes.items()}
        return cls(indexes, kinds, numbers, rows.of("asked", "said"), words or PassageWords(None))

    def nearest(self, side: Side, vector: Floats, k: int) -> Found:
        """See `PassageSearch.nearest`."""
        check_vectors(vector)
        found, scores = self._indexes()[side].search(vector, k)
        return Found(self._numbers[side][found], scores) if len(found) else NOTHING_FOUND

    def nearest_many(self, side: Side, vectors: Floats, k: int) -> list[Found]:
        """See `PassageSearch.nearest_many`."""
        check_vectors(vectors)
        found = self._indexes()[side].search_many(vectors, k)
        return [Found(self._numbers[side][at], scores) if len(at) else NOTHING_FOUND for at, scores in found]

    def worded(self, text: str, k: int) -> Found:
        """See `PassageSearch.worded`."""
        found, scores = self._spoken_words().best(text, k)
        return Found(self._spoken[found], scores) if len(found) else NOTHING_FOUND

    def check(self) -> None:
        """Nothing can be away."""

    def _indexes(self) -> Mapping[Side, VectorIndex]:
        with self._lock:
            if isinstance(self._vectors, Path):
                folder = self._vectors
                self._vectors = {side: VectorIndex.load(folder / side, kind) for side, kind in self.kinds.items()}
            return self._vectors

    def _spoken_words(self) -> PassageWords:
        with self._lock:
            if isinstance(self._words, Path):
                self._words = PassageWords.load(self._words)
            return self._words

    def save(self, folder: Path) -> None:
        """Write everything into `folder`."""
        folder.mkdir(parents=True)
        for side in SIDES:
            self._indexes()[side].save(folder / side)
            np.save(folder / f"{side}.rows.npy", self._numbers[side])
        np.save(folder / "spoken.npy", self._spoken)
        self._spoken_words().save(folder / "words")
        (folder / _ABOUT).write_text(json.dumps(self.kinds), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, at_once: bool = True) -> FaissPassages:
        """Read what :meth:`save` wrote; the vectors only when first asked for them, unless ``at_once``."""
        kinds: dict[Side, Kind] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        numbers = {side: np.load(folder / f"{side}.rows.npy") for side in SIDES}
        found = cls(folder, kinds, numbers, np.load(folder / "spoken.npy"), folder / "words")
        if at_once:
            found._indexes()
        return found
