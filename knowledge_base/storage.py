"""Where an installation keeps its passages: in the service's own memory, or on a Milvus server."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.dense import centred
from knowledge_base.passage_search import PassageSearch, Rows, check_vectors
from knowledge_base.passages_faiss import FaissPassages
from knowledge_base.passages_milvus import MilvusPassages, MilvusServer, reach

LARGEST_LEARNED = 20_000
"""Labelled sentences up to which the topic model is trained on all pairs of them (``topic_model.py``): 4 bytes a pair twice,
and time with the third power, so about 4 GB and some minutes at the limit. Larger bases are searched by passages alone
(``at_scale.py``)."""


@dataclass(frozen=True)
class Storage:
    """What an installation chose."""

    milvus: MilvusServer | None = None
    """None: in memory, with FAISS."""
    largest_learned: int = LARGEST_LEARNED

    def to_json(self) -> dict[str, Any]:
        """For the publishing process. Holds the server's token: never log it."""
        server = self.milvus and {"uri": self.milvus.uri, "token": self.milvus.token, "prefix": self.milvus.prefix}
        return {"milvus": server, "largest_learned": self.largest_learned}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Storage:
        """Read what :meth:`to_json` made."""
        server = stored["milvus"]
        return cls(MilvusServer(**server) if server else None, int(stored["largest_learned"]))

    def check(self) -> None:
        """Raise StoreAway when the server cannot be reached; whether it already holds the passages is another matter."""
        if self.milvus is not None:
            reach(self.milvus)

    def open(self, folder: Path, name: str, *, at_once: bool = True) -> PassageSearch:
        """The passages of the index `name` that lies in `folder`, made searchable first where they are not. Raises StoreAway.

        Without ``at_once`` what lies in memory is read only when it is searched.
        """
        if self.milvus is not None:
            return MilvusPassages.open(self.milvus, name, lambda: read_rows(folder))
        place = folder / "passages"
        if not place.exists():  # the index was made for a server
            partial = folder / f"passages.{uuid.uuid4().hex[:8]}.partial"
            try:
                FaissPassages.build(read_rows(folder)).save(partial)
                try:
                    partial.rename(place)
                except OSError:  # another worker was faster
                    if not place.exists():
                        raise
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        return FaissPassages.load(place, at_once=at_once)


def write_rows(folder: Path, texts: Sequence[str], raw: Any, centre: Any, sides: Any) -> None:
    """Write what searching is made of: texts, the encoder's rows, their centre, and the side of each."""
    np.save(folder / "centre.npy", centre)
    np.save(folder / "vectors.npy", raw)
    np.save(folder / "sides.npy", sides)
    (folder / "texts.json").write_text(json.dumps(list(texts), ensure_ascii=False), encoding="utf-8")


def read_rows(folder: Path) -> Rows:
    """Read what :func:`write_rows` wrote."""
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    raw = np.load(folder / "vectors.npy")
    check_vectors(raw, texts)
    return Rows(texts, centred(raw, np.load(folder / "centre.npy")), np.load(folder / "sides.npy"))
