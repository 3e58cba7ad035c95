"""Where passages may lie: in memory, and on a real server that speaks Milvus' protocol (milvus-lite)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from knowledge_base.passages_milvus import MilvusServer
from knowledge_base.storage import Storage
from tests import servers

_NUMBERS = count()


@pytest.fixture(scope="session")
def milvus_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for the run."""
    with servers.milvus_lite(tmp_path_factory.mktemp("milvus") / "server") as (uri, _):
        yield uri


@pytest.fixture(scope="module", params=["faiss", "milvus"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """Each place passages may lie in; names of its own for every module."""
    if request.param == "faiss":
        return Storage()
    return Storage(MilvusServer(request.getfixturevalue("milvus_uri"), prefix=f"test{next(_NUMBERS)}"))
