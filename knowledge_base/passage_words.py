"""BM25 over passages, one document a passage: a sparse index that holds a million of them in a few hundred megabytes.

bm25s computes every word's score in every passage when the index is built; a search adds up a few columns of that
matrix. The adding is done here, over the passages that hold a word only, as most of a million hold none.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np

from bot.language.words import words
from knowledge_base.lexical import Floats
from knowledge_base.topic_model import Ints

K1, B = 1.2, 0.3
"""As in ``lexical.py``; Milvus is told the same."""


class PassageWords:
    """The words of the passages. ``best`` is safe to call from several threads."""

    def __init__(self, model: bm25s.BM25 | None) -> None:
        self._model = model

    @classmethod
    def build(cls, passages: Iterable[Sequence[str]]) -> PassageWords:
        """Index the words of passages; a passage is known by its position."""
        vocabulary: dict[str, int] = {"\x00": 0}
        documents: list[Sequence[int]] = []
        for passage in passages:
            # A passage without a word would be refused by bm25s.
            found = [vocabulary.setdefault(word, len(vocabulary)) for word in passage]
            documents.append(array("i", found or [0]))
        if not documents:
            return cls(None)
        model = bm25s.BM25(k1=K1, b=B, method="lucene", dtype="float32", int_dtype="int32")
        model.index((documents, vocabulary), create_empty_token=False, show_progress=False)
        return cls(model)

    def best(self, text: str, k: int) -> tuple[Ints, Floats]:
        """Positions and scores of the `k` best passages, best first; only such as share a word."""
        if self._model is None or k <= 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        matrix, vocabulary = self._model.scores, self._model.vocab_dict
        known = [vocabulary[word] for word in dict.fromkeys(words(text)) if word in vocabulary]
        spans = [slice(matrix["indptr"][at], matrix["indptr"][at + 1]) for at in known]
        if not spans:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        holders = np.concatenate([matrix["indices"][span] for span in spans])
        summed = np.bincount(holders, weights=np.concatenate([matrix["data"][span] for span in spans]))
        touched = np.flatnonzero(summed)
        scores = summed[touched].astype(np.float32)
        if k < len(touched):
            kept = np.argpartition(-scores, k - 1)[:k]
            touched, scores = touched[kept], scores[kept]
        order = np.lexsort((touched, -scores))
        return touched[order], scores[order]

    def save(self, folder: Path) -> None:
        """Write the index into `folder`; nothing where there are no passages."""
        if self._model is not None:
            self._model.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> PassageWords:
        """Read what :meth:`save` wrote."""
        return cls(bm25s.BM25.load(str(folder), load_corpus=False) if folder.exists() else None)
