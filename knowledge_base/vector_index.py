"""Nearest unit vectors in FAISS, by the kind of index that suits their number.

=======  ===================  ================================================================================
kind     up to                what it is
=======  ===================  ================================================================================
flat     30,000               every vector is looked at: exact, nothing to train
hnsw     300,000              a graph of neighbours: much faster at a little recall; memory of the vectors and a third
ivfpq    beyond               coarse cells and codes of 48 bytes (or fewer) in memory; the first of them are looked at again with
                              the vectors themselves, which stay in a file (half precision, mapped)
=======  ===================  ================================================================================

Exact as long as that costs some milliseconds, a graph as long as its vectors fit beside everything else in a few hundred
megabytes; docs/benchmarks.md has the figures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import faiss as untyped_faiss
import numpy as np
import numpy.typing as npt

from knowledge_base.lexical import Floats
from knowledge_base.topic_model import Ints

faiss: Any = untyped_faiss  # its stubs know neither the factory's classes nor the search parameters
Kind = Literal["flat", "hnsw", "ivfpq"]
_LIMITS: tuple[tuple[int, Kind], ...] = ((30_000, "flat"), (300_000, "hnsw"))
_NEIGHBOURS, _BUILD_BREADTH, _SEARCH_BREADTH = 24, 100, 96
"""HNSW: links a vector, candidates while building, least candidates while searching."""
_CODE_BYTES, _PROBED, _REFINED = 48, 48, 8
"""IVF-PQ: bytes a code, cells looked into, candidates looked at again for each passage asked for."""
_TRAINED_ON, _ROUNDS, _TRAINED_ON_EACH = 40_000, 10, 64
"""Vectors that cells are learned from, rounds of learning, and vectors for each of a code's 256 values: more bring nothing
measurable and cost minutes."""
_BATCH = 50_000
_TRAINING_SEED = 5


def kind_for(count: int) -> Kind:
    """The kind of index for so many vectors."""
    return next((kind for limit, kind in _LIMITS if count <= limit), "ivfpq")


class VectorIndex:
    """Vectors of one side. ``search`` is safe to call from several threads."""

    def __init__(self, kind: Kind, index: Any, exact: npt.NDArray[np.float16] | None) -> None:
        self.kind, self._index, self._exact = kind, index, exact

    @classmethod
    def build(cls, vectors: Floats, kind: Kind | None = None) -> VectorIndex:
        """Index unit rows; by default by the kind that suits their number."""
        kind = kind or kind_for(len(vectors))
        if kind == "flat" or not len(vectors):
            index = faiss.IndexFlatIP(vectors.shape[1])
        elif kind == "hnsw":
            index = faiss.IndexHNSWFlat(vectors.shape[1], _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = _BUILD_BREADTH
        else:
            index = _trained(vectors)
        for start in range(0, len(vectors), _BATCH):
            index.add(np.ascontiguousarray(vectors[start : start + _BATCH], dtype=np.float32))
        return cls(kind, index, vectors.astype(np.float16) if kind == "ivfpq" else None)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Floats, k: int) -> tuple[Ints, Floats]:
        """Positions and cosines of the `k` nearest, best first; fewer when there are fewer."""
        k = min(k, len(self))
        if k <= 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        if self._exact is not None:
            return self._refined(vector, k)
        if self.kind == "hnsw":
            scores, found = self._index.search(vector[None, :], k, params=faiss.SearchParametersHNSW(efSearch=max(_SEARCH_BREADTH, k)))
        else:
            scores, found = self._index.search(vector[None, :], k)
        kept = found[0] >= 0
        return found[0][kept], scores[0][kept]

    def search_many(self, vectors: Floats, k: int) -> list[tuple[Ints, Floats]]:
        """:meth:`search` for many rows; where all are compared, one large product costs a tenth of many small ones."""
        if self.kind != "flat" or not 0 < k <= len(self):
            return [self.search(vector, k) for vector in vectors]
        scores, found = self._index.search(vectors, k)
        return list(zip(found, scores, strict=True))

    def _refined(self, vector: Floats, k: int) -> tuple[Ints, Floats]:
        assert self._exact is not None
        wanted = min(len(self), max(k * _REFINED if k <= 64 else k * 2, 256))
        _, found = self._index.search(vector[None, :], wanted, params=faiss.SearchParametersIVF(nprobe=_PROBED))
        near = np.sort(found[0][found[0] >= 0])  # ascending: the file is read front to back
        scores = self._exact[near].astype(np.float32) @ vector
        order = np.argsort(-scores, kind="stable")[:k]
        return near[order], scores[order]

    def save(self, path: Path) -> None:
        """Write ``path``.faiss, and ``path``.exact.npy where vectors are looked at again."""
        faiss.write_index(self._index, str(path.with_suffix(".faiss")))
        if self._exact is not None:
            np.save(path.with_suffix(".exact.npy"), self._exact)

    @classmethod
    def load(cls, path: Path, kind: Kind) -> VectorIndex:
        """Read what :meth:`save` wrote."""
        exact = np.load(path.with_suffix(".exact.npy"), mmap_mode="r") if kind == "ivfpq" else None
        return cls(kind, faiss.read_index(str(path.with_suffix(".faiss"))), exact)


def _trained(vectors: Floats) -> Any:
    """An empty IVF-PQ whose cells and codes are learned from a sample."""
    count, dim = vectors.shape
    cells = int(np.clip(count // 1000, 1, 1024))
    sample = np.random.default_rng(_TRAINING_SEED).choice(count, min(count, _TRAINED_ON), replace=False)
    parts = max(size for size in range(1, _CODE_BYTES + 1) if dim % size == 0)
    # A code's bytes cut the vector evenly. np: no order of codes is learned; that takes minutes and is not used here.
    index = faiss.index_factory(dim, f"IVF{cells},PQ{parts}np", faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = index.pq.cp.seed = _TRAINING_SEED
    index.cp.niter = index.pq.cp.niter = _ROUNDS
    index.pq.cp.max_points_per_centroid = _TRAINED_ON_EACH
    index.train(np.ascontiguousarray(vectors[np.sort(sample)], dtype=np.float32))
    return index
