"""Which topic does a question belong to, or none? Kernel ridge regression over meaning, wording and sound.

Every labelled sentence is a training point; its likeness to a question is a radial kernel of the sentence vectors plus
the cosines of rarity-weighted words, characters (1–2) and syllables (1–3). One linear system is solved, nothing is iterated,
so training is deterministic, and held-out predictions come with it. At run time the n-gram part is folded
into one weight a gram and topic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.lexical import Floats, syllables

Ints = npt.NDArray[np.int64]
Halves = npt.NDArray[np.float16]
_WIDTH, _MEANING = 2.0, 8.0
_VIEWS = (("w", 0.5), ("c", 1.0), ("s", 0.5))
"""Words, characters, sounds: letter and weight. Weights and width are chosen by cross-validation (docs/benchmarks.md)."""
_UNLIKE = np.float32(_MEANING * np.exp(-_WIDTH))
"""The kernel of two sentences that have nothing to do with each other (cosine 0)."""
_RIDGE = 0.5
_RAREST = 2
"""A gram of one sentence only teaches nothing about another."""
FOLDS = 4
Grams = tuple[list[str], ...]
"""The grams of one text, view by view."""


def grams(text: str, words: Sequence[str]) -> Grams:
    """Words, character 1–2-grams and sound 1–3-grams of a text, each with its view's letter in front; ``words`` are the text's."""
    characters = [c for c in text.lower() if not c.isspace()]
    spoken = [s for s in syllables(text) if s.strip()]
    found = (words, _runs(characters, (1, 2)), _runs(spoken, (1, 2, 3)))
    return tuple([letter + gram for gram in view] for (letter, _), view in zip(_VIEWS, found, strict=True))


def _runs(units: Sequence[str], sizes: Sequence[int]) -> list[str]:
    return ["\x1f".join(units[at : at + size]) for size in sizes for at in range(len(units) - size + 1)]


class GramSpace:
    """Rarity-weighted unit rows of grams, one after the other for each view."""

    def __init__(self, vocabulary: dict[str, int], rarity: Floats) -> None:
        self.vocabulary = vocabulary
        self.rarity = rarity

    @classmethod
    def build(cls, texts: Sequence[Grams]) -> GramSpace:
        """The space of the grams that occur in at least two of `texts`."""
        seen: Counter[str] = Counter()
        for text in texts:
            for named in text:
                seen.update(set(named))
        kept = sorted(key for key, count in seen.items() if count >= _RAREST)
        rarity = np.log((1 + len(texts)) / (1 + np.array([seen[key] for key in kept])))
        return cls({key: at for at, key in enumerate(kept)}, rarity.astype(np.float32))

    def row(self, text: Grams) -> tuple[Ints, Floats]:
        """Columns and values of one text."""
        at = self.vocabulary.get
        counted = [Counter([found for found in map(at, named) if found is not None]) for named in text]
        columns = np.array([column for counts in counted for column in counts], dtype=np.int64)
        times = np.array([count for counts in counted for count in counts.values()], dtype=np.float32)
        values: Floats = (1 + np.log(times)) * self.rarity[columns]
        start = 0
        for counts, (_, weight) in zip(counted, _VIEWS, strict=True):
            view = values[start : start + len(counts)]
            if counts and (length := float(view @ view)) > 0:
                view *= (weight / length) ** 0.5
            start += len(counts)
        return columns, values

    def matrix(self, texts: Sequence[Grams]) -> Any:
        """The rows of many texts, scipy CSR."""
        from scipy import sparse

        rows = [self.row(text) for text in texts]
        pointers = np.concatenate([[0], np.cumsum([len(columns) for columns, _ in rows])])
        columns = np.concatenate([columns for columns, _ in rows])
        values = np.concatenate([values for _, values in rows])
        return sparse.csr_matrix((values, columns, pointers), shape=(len(texts), len(self.vocabulary)), dtype=np.float32)


@dataclass(frozen=True)
class Solved:
    """The fit on all training points, and what fits that have not seen a point's fold say of it."""

    weights: Floats
    held_out: Floats


@dataclass(frozen=True)
class Kernel:
    """The training points' likeness to each other."""

    matrix: Floats
    importance: Floats
    space: GramSpace
    rows: Any

    @classmethod
    def of(cls, named: Sequence[Grams], vectors: Floats, importance: Floats) -> Kernel:
        """All pairs of texts with these grams; ``vectors`` are their unit rows. Takes 4 bytes a pair."""
        space = GramSpace.build(named)
        rows = space.matrix(named)
        matrix = _meaning(vectors @ vectors.T)
        for start in range(0, len(named), 1024):
            matrix[start : start + 1024] += (rows[start : start + 1024] @ rows.T).toarray()
        return cls(matrix, importance, space, rows)

    def solve(self, labels: Ints, classes: int, fold: Ints) -> Solved:
        """Fit on all points, and four times without the points of a fold (0 to 3; points of fold -1 are always seen).

        Both of shape ``(points, classes)``; important points are met closer. Two folds are conditioned on one factor of
        the rest, first one pair, then the other; the second time the full fit falls out too. A third less work than five
        systems of their own.
        """
        from scipy.linalg import cholesky, solve_triangular

        target = np.full((len(labels), classes), -1.0 / classes, dtype=np.float32)
        target[np.arange(len(labels)), labels] += 1.0
        weights, held_out = np.zeros_like(target), np.zeros_like(target)
        for pair in ((0, 1), (2, 3)):
            seen = np.flatnonzero(~np.isin(fold, pair))
            parts = [np.flatnonzero(fold == at) for at in pair]
            both = np.concatenate(parts)
            factor = cholesky(self._system(seen), lower=True, overwrite_a=True, check_finite=False)
            known = solve_triangular(factor, target[seen], lower=True, check_finite=False)
            bridge = solve_triangular(factor, self.matrix[np.ix_(seen, both)], lower=True, overwrite_b=True, check_finite=False)
            told = bridge.T @ known
            left = self._system(both) - bridge.T @ bridge  # with the ridge; between the two folds there is none
            first, second = slice(0, len(parts[0])), slice(len(parts[0]), len(both))
            for learn, test in ((first, second), (second, first)):
                held_out[both[test]] = told[test] + left[test, learn] @ _solved(left[learn, learn], target[both[learn]] - told[learn])
        weights[both] = _solved(left, target[both] - told)
        weights[seen] = solve_triangular(factor, known - bridge @ weights[both], lower=True, trans="T", check_finite=False)
        return Solved(weights, held_out)

    def _system(self, points: Ints) -> Floats:
        found: Floats = self.matrix[np.ix_(points, points)]
        found[np.diag_indices(len(points))] += _RIDGE / self.importance[points]
        return found


def _solved(system: Floats, target: Floats) -> Floats:
    from scipy.linalg import cho_factor, cho_solve

    if not len(target):
        return target
    found: Floats = cho_solve(cho_factor(system, check_finite=False), target, check_finite=False)
    return found


def _meaning(cosine: Floats) -> Floats:
    found: Floats = np.multiply(cosine, _WIDTH, dtype=np.float32)
    np.exp(found, out=found)
    found *= _UNLIKE
    return found


class TopicModel:
    """The trained model. ``scores`` is safe to call from several threads."""

    def __init__(self, weights: Floats, space: GramSpace, gram_weights: Halves) -> None:
        """``weights`` have a row for every training point, ``gram_weights`` one for every gram; a column for every class."""
        # A class's weights lie side by side: read in one stream, the product takes a third of the time.
        self._weights = np.ascontiguousarray(weights.T)
        # What a question unlike anything gets of every class. Apart from it the sum has little left to round.
        self._unlike = (_UNLIKE * weights.sum(0, dtype=np.float64)).astype(np.float32)
        self._space, self._gram_weights = space, gram_weights

    @classmethod
    def of(cls, kernel: Kernel, weights: Floats) -> TopicModel:
        """The model of a fit on all points."""
        return cls(weights, kernel.space, np.asarray(kernel.rows.T @ weights, dtype=np.float16))

    def scores(self, text: Grams, likeness: Floats) -> Floats:
        """How much the question belongs to each class: about 1 for certain, about 0 for not at all.

        ``likeness`` has the cosine of the question with every training point.
        """
        found: Floats = self._weights @ (_meaning(likeness) - _UNLIKE) + self._unlike
        columns, values = self._space.row(text)
        if len(columns):
            found = found + values @ self._gram_weights[columns].astype(np.float32)
        return found

    def save(self, folder: Path) -> None:
        """Write the model into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "weights.npy", self._weights.T)
        np.save(folder / "gram_weights.npy", self._gram_weights)
        np.save(folder / "rarity.npy", self._space.rarity)
        (folder / "grams.txt").write_text("\n".join(self._space.vocabulary), encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, folder: Path, order: Ints) -> TopicModel:
        """Read a model written by :meth:`save`; it will be told the likeness to the training points in this `order`."""
        with (folder / "grams.txt").open(encoding="utf-8", newline="\n") as file:
            names = file.read().split("\n")
        space = GramSpace({name: at for at, name in enumerate(names)}, np.load(folder / "rarity.npy"))
        return cls(np.load(folder / "weights.npy")[order], space, np.load(folder / "gram_weights.npy"))
