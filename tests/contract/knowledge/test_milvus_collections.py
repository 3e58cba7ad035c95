"""What stands on the server: whole collections only, the few that were opened last, and nobody else's touched."""

from __future__ import annotations

import time

import numpy as np
import pytest
from pymilvus import MilvusClient

from knowledge_base.errors import StoreAway
from knowledge_base.passage_search import Rows
from knowledge_base.passages_milvus import MilvusPassages, MilvusServer

ROWS = Rows(["电费怎么交", "停电了怎么办", "今天星期几"], np.eye(3, 8, dtype=np.float32), np.array([0, 1, 2]))


def names(uri: str, prefix: str) -> list[str]:
    return [name for name in MilvusClient(uri).list_collections() if name.startswith(f"{prefix}_")]


def opened(uri: str, prefix: str, name: str, rows: Rows = ROWS) -> MilvusPassages:
    return MilvusPassages.open(MilvusServer(uri, prefix=prefix), name, lambda: rows)


def test_old_versions_leave_the_server(milvus_uri: str) -> None:
    opened(milvus_uri, "sweep_other", "1")
    first = opened(milvus_uri, "sweep", "1")
    time.sleep(1.1)  # recency is told in whole seconds
    last = [opened(milvus_uri, "sweep", str(number)) for number in range(2, 7)][-1]
    ours = [name for name in names(milvus_uri, "sweep") if not name.startswith("sweep_other_")]
    assert len(ours) == 4 and len(names(milvus_uri, "sweep_other")) == 1, "another installation's are not ours to drop"
    last.check()
    with pytest.raises(StoreAway):
        first.check()


def test_what_was_gone_back_to_stays(milvus_uri: str) -> None:
    """The version served now may be the oldest on the server."""
    for number in range(1, 5):
        opened(milvus_uri, "back", str(number))
    time.sleep(1.1)
    served = opened(milvus_uri, "back", "1")
    opened(milvus_uri, "back", "5")
    served.check()
    assert served.worded("电费", 5).rows.tolist() == [0]


def test_a_filling_that_breaks_off_leaves_nothing(milvus_uri: str) -> None:
    damaged = Rows(ROWS.texts[:1], ROWS.vectors, ROWS.sides)
    with pytest.raises(IndexError):
        opened(milvus_uri, "broken", "1", damaged)
    assert names(milvus_uri, "broken") == []
    assert opened(milvus_uri, "broken", "1").nearest("asked", ROWS.vectors[0], 5).rows.tolist() == [0]


def test_two_services_may_fill_the_same(milvus_uri: str) -> None:
    def meanwhile() -> Rows:
        opened(milvus_uri, "twice", "1")
        return ROWS

    found = MilvusPassages.open(MilvusServer(milvus_uri, prefix="twice"), "1", meanwhile)
    assert found.nearest("asked", ROWS.vectors[0], 5).rows.tolist() == [0]
    assert len(names(milvus_uri, "twice")) == 1
