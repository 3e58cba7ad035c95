"""Sentences that ask the same thing, put together: agglomerative clustering by cosine, average linkage."""

from __future__ import annotations

import numpy as np

from knowledge_base.lexical import Floats

NEAR = 0.35
"""Clusters at least this alike on average are one. Vectors are unit rows around their centre (`dense.centred`)."""


def cluster(vectors: Floats, weights: Floats, near: float = NEAR) -> list[list[int]]:
    """Groups of row numbers; within a group and among groups the weightier first.

    ``weights`` say how often each sentence was asked: the average of two groups is over what was asked, not over wordings.
    """
    likeness = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(likeness, -np.inf)
    mass = np.asarray(weights, dtype=np.float64).copy()
    groups = [[at] for at in range(len(vectors))]
    while len(vectors):
        first, second = sorted(divmod(int(likeness.argmax()), len(vectors)))
        if likeness[first, second] < near:
            break
        joined = (mass[first] * likeness[first] + mass[second] * likeness[second]) / (mass[first] + mass[second])
        joined[[first, second]] = -np.inf
        likeness[first], likeness[:, first] = joined, joined
        likeness[second], likeness[:, second] = -np.inf, -np.inf
        mass[first] += mass[second]
        groups[first] += groups[second]
        groups[second] = []
    order = [at for at in np.argsort(-mass, kind="stable").tolist() if groups[at]]
    return [sorted(groups[at], key=lambda row: (-float(weights[row]), row)) for at in order]
