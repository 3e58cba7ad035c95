"""The port behind which passages are searched, however many there are: by meaning and by words, side by side.

A base of some thousand passages lies in one process; one of a million in compressed indexes or on another machine. What
asks for topics (``retrieve.py``, ``at_scale.py``) sees this port only. Adapters: ``passages_faiss.py`` (in this process) and
``passages_milvus.py`` (a Milvus server); ``tests/contract/knowledge`` is their conformance suite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np

from knowledge_base.errors import UnusableVectors
from knowledge_base.lexical import Floats
from knowledge_base.topic_model import Ints

Side = Literal["asked", "said", "refused"]
"""``asked``: questions and names of articles; ``said``: what articles say; ``refused``: what no article answers."""
SIDES: tuple[Side, ...] = get_args(Side)


@dataclass(frozen=True)
class Rows:
    """Passages to be made searchable. A passage is known by its row number from here on."""

    texts: Sequence[str]
    """Normalised, as questions are."""
    vectors: Floats
    """Unit rows, shape ``(len(texts), dim)``."""
    sides: Ints
    """Position in ``SIDES``, shape ``(len(texts),)``."""

    def of(self, *sides: Side) -> Ints:
        """Row numbers of the passages on these sides, ascending."""
        return np.flatnonzero(np.isin(self.sides, [SIDES.index(side) for side in sides]))


@dataclass(frozen=True)
class Found:
    """Passages, best first: row numbers and scores, shape ``(found,)`` each."""

    rows: Ints
    scores: Floats


def check_vectors(vectors: Floats, texts: Sequence[str] = ()) -> None:
    """Raise UnusableVectors unless every row of ``(n, dim)``, or the one row ``(dim,)``, is a direction; ``texts`` say of what."""
    lengths = np.einsum("...d,...d->...", vectors, vectors)
    # Neither infinity nor what is no number comes out finite, and zero nothing but zeros.
    good = np.isfinite(lengths) & (lengths > 0)
    if good.all():
        return
    broken = np.flatnonzero(~np.atleast_1d(good))
    of = "；".join(texts[at] for at in broken[:3].tolist()) if len(texts) else f"第 {broken[0] + 1} 条"
    raise UnusableVectors(f"编码器给出的向量不可用（有非数字或全为零），共 {len(broken)} 条：{of}")


NOTHING_FOUND = Found(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))


class PassageSearch(Protocol):
    """Searches passages. Safe to call from several threads; never raises on any text.

    Raises StoreAway when the passages lie elsewhere and cannot be reached, and UnusableVectors for a vector that is no
    direction, asked or to be written: neither reaches an index.
    """

    def nearest(self, side: Side, vector: Floats, k: int) -> Found:
        """The `k` passages of a side nearest to a unit vector, shape ``(dim,)``; scores are cosines."""
        ...

    def nearest_many(self, side: Side, vectors: Floats, k: int) -> list[Found]:
        """:meth:`nearest` for many unit vectors, shape ``(n, dim)``: what building an index asks."""
        ...

    def worded(self, text: str, k: int) -> Found:
        """The `k` passages (asked or said) that share the weightiest words with a normalised text; BM25, above 0."""
        ...

    def check(self) -> None:
        """Raise StoreAway when searches would fail now."""
        ...
