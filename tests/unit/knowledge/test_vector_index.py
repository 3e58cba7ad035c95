"""Each kind of vector index finds what exact search finds, also after it was written and read, and for any encoder's width."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge_base.vector_index import Kind, VectorIndex, kind_for


def clustered(count: int, dim: int) -> np.ndarray:
    """Unit rows as sentences give them: many ways to ask the same."""
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((count // 20, dim))[rng.integers(count // 20, size=count)] + 0.7 * rng.standard_normal((count, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(("kind", "dim", "recall"), [("flat", 64, 1.0), ("hnsw", 64, 0.95), ("ivfpq", 64, 0.95), ("ivfpq", 100, 0.95)])
def test_the_nearest_are_found(tmp_path: Path, kind: Kind, dim: int, recall: float) -> None:
    vectors = clustered(4_000, dim)
    built = VectorIndex.build(vectors, kind)
    built.save(tmp_path / "vectors")
    index = VectorIndex.load(tmp_path / "vectors", kind)
    hits = []
    for query in vectors[:50]:
        exact = np.argsort(-(vectors @ query), kind="stable")[:10]
        found, scores = index.search(query, 10)
        hits.append(len(set(found.tolist()) & set(exact.tolist())) / 10)
        np.testing.assert_allclose(scores, vectors[found] @ query, atol=2e-3)
        assert built.search(query, 10)[0].tolist() == found.tolist()
    assert np.mean(hits) >= recall
    assert len(index.search(vectors[0], 5_000)[0]) <= 4_000


def test_larger_bases_take_smaller_indexes() -> None:
    kinds = [kind_for(count) for count in (0, 1_000, 12_000, 100_000, 1_000_000)]
    assert kinds == ["flat", "flat", "flat", "hnsw", "ivfpq"]
