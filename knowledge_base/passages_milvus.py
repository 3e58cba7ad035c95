"""Passages on a Milvus server: vectors and Milvus' own BM25 over its Chinese analyzer, for bases that outgrow one machine.

Every version of the base is a collection of its own, filled beside the one that is served under a name nobody asks for;
its alias ``<prefix>_<index>`` is given when all passages are in it and searchable. So a service sees a whole collection
or none, two services that fill the same one do no harm, and going back is asking for the earlier alias. A second alias,
``<prefix>_<index>_opened_<seconds>``, tells when a collection was last opened; when a new one has been filled, those opened
longest ago are dropped.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from bot.language.words import DICTIONARY
from knowledge_base.errors import StoreAway
from knowledge_base.lexical import Floats
from knowledge_base.passage_search import NOTHING_FOUND, SIDES, Found, Rows, Side, check_vectors
from knowledge_base.passage_words import K1, B

log = logging.getLogger("dianda.knowledge")
_KEPT = 4
"""Finished collections kept, as many as index folders (``index.py``)."""
_ABANDONED_SECONDS = 24 * 3600
"""A collection without its alias for so long was left by a filler that died."""
_EXACT = 30_000
"""Passages up to which every vector is looked at; see ``vector_index.py``."""
_BATCH = 2_000
_SEARCH_SECONDS, _FILL_SECONDS = 3.0, 600.0
_LONGEST_TEXT = 8_192
"""Bytes of a passage that the server reads words from."""
_MADE = re.compile(r"(?P<prefix>\w+)_[0-9a-z]+_made_(?P<at>\d+)_[0-9a-f]{8}", re.ASCII)
_OPENED = re.compile(r"_opened_(\d+)$")
_MARKS = list(" ，。？！、,.?!：:；;“”\"'（）()…~-")


@dataclass(frozen=True)
class MilvusServer:
    """Where the server is, and under which names our collections stand."""

    uri: str
    token: str = field(default="", repr=False)
    """``user:password`` or a key; empty for a server without."""
    prefix: str = "dianda"
    """First part of all names; one of its own for every installation on the server. Letters, digits and ``_``."""


class MilvusPassages:
    """The `PassageSearch` of a collection that is finished."""

    def __init__(self, server: MilvusServer, collection: str) -> None:
        self._server, self._collection = server, collection

    @classmethod
    def open(cls, server: MilvusServer, name: str, read_rows: Callable[[], Rows]) -> MilvusPassages:
        """The passages of the index `name`; filled with what ``read_rows`` gives when they are not there. Raises StoreAway."""
        alias = f"{server.prefix}_{name}"
        with _told():
            client = _client(server)
            filled = not client.has_collection(alias, timeout=_SEARCH_SECONDS)
            if filled:
                _fill(client, server, alias, read_rows())
            client.load_collection(alias, timeout=_FILL_SECONDS)
            _touch(client, alias)
            if filled:
                _sweep(client, server, keep=alias)
        return cls(server, alias)

    def nearest(self, side: Side, vector: Floats, k: int) -> Found:
        """See `PassageSearch.nearest`."""
        check_vectors(vector)
        return self._found("vector", vector.astype(np.float32), k, [side], 1.0)

    def nearest_many(self, side: Side, vectors: Floats, k: int) -> list[Found]:
        """See `PassageSearch.nearest_many`."""
        return [self.nearest(side, vector, k) for vector in vectors]

    def worded(self, text: str, k: int) -> Found:
        """See `PassageSearch.worded`. The scores are those of bm25s, whose formula leaves a constant factor out."""
        return self._found("words", text, k, ["asked", "said"], 1.0 / (K1 + 1.0))

    def check(self) -> None:
        """See `PassageSearch.check`."""
        with _told():
            if not _client(self._server).has_collection(self._collection, timeout=_SEARCH_SECONDS):
                raise StoreAway(f"Milvus 里没有集合 {self._collection}；重启服务会重新写入")

    def _found(self, field: str, asked: object, k: int, sides: list[Side], factor: float) -> Found:
        if k <= 0:
            return NOTHING_FOUND
        breadth = {"params": {"ef": max(k, 96)}} if field == "vector" else {}
        with _told():
            (hits,) = _client(self._server).search(
                self._collection, data=[asked], anns_field=field, limit=k, partition_names=list(sides), output_fields=["row"],
                search_params=breadth, timeout=_SEARCH_SECONDS,
            )  # fmt: skip
        rows = np.array([hit["row"] for hit in hits], dtype=np.int64)
        scores = np.array([hit["distance"] for hit in hits], dtype=np.float32)
        # milvus-lite gives BM25 below zero, a server above: best first with both.
        return Found(rows, (np.abs(scores) if field == "words" else scores) * np.float32(factor))


def reach(server: MilvusServer) -> None:
    """Raise StoreAway when the server does not answer, or not to us."""
    with _told():
        _client(server).list_collections(timeout=_SEARCH_SECONDS)


@lru_cache(maxsize=8)
def _client(server: MilvusServer) -> Any:
    """One connection a server for the whole process; it may be used by several threads and mends itself."""
    from pymilvus import MilvusClient

    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints a traceback of its own beside raising
    return MilvusClient(uri=server.uri, token=server.token, timeout=_SEARCH_SECONDS * 3)


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong on the way to the server or there, as StoreAway."""
    from grpc import FutureTimeoutError, RpcError
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except (MilvusException, RpcError, FutureTimeoutError) as error:
        raise StoreAway(f"知识库的检索服务器（Milvus）不可用：{type(error).__name__}: {error}") from error


def _fill(client: Any, server: MilvusServer, alias: str, rows: Rows) -> None:
    check_vectors(rows.vectors, rows.texts)
    began = time.monotonic()
    name = f"{alias}_made_{int(time.time())}_{uuid.uuid4().hex[:8]}"
    client.create_collection(name, schema=_schema(client, rows.vectors.shape[1]), timeout=_FILL_SECONDS)
    try:
        for side in SIDES:
            client.create_partition(name, side, timeout=_FILL_SECONDS)
            numbers = rows.of(side)
            for start in range(0, len(numbers), _BATCH):
                batch = [
                    {"row": int(at), "text": _shortened(rows.texts[at]), "vector": rows.vectors[at].astype(np.float32)}
                    for at in numbers[start : start + _BATCH]
                ]
                client.insert(name, batch, partition_name=side, timeout=_FILL_SECONDS)
        client.flush(name, timeout=_FILL_SECONDS)
        client.create_index(name, _indexes(client, len(rows.texts)), timeout=_FILL_SECONDS)
        client.load_collection(name, timeout=_FILL_SECONDS)
        _check_count(client, name, len(rows.texts))
    except BaseException:
        client.drop_collection(name)
        raise
    try:
        client.create_alias(name, alias, timeout=_FILL_SECONDS)
    except Exception:  # another service was faster
        client.drop_collection(name)
        if not client.has_collection(alias, timeout=_SEARCH_SECONDS):
            raise
    log.info("%d passages are in Milvus as %s after %.0f s", len(rows.texts), name, time.monotonic() - began)


def _touch(client: Any, alias: str) -> None:
    """Note that a collection was opened now; the notes before are taken back."""
    from pymilvus.exceptions import MilvusException

    name = client.describe_alias(alias, timeout=_SEARCH_SECONDS)["collection_name"]
    notes = [note for note in client.list_aliases(name, timeout=_SEARCH_SECONDS)["aliases"] if _OPENED.search(note)]
    fresh = f"{alias}_opened_{int(time.time())}"
    if fresh not in notes:
        with suppress(MilvusException):  # another service opened it in the same second
            client.create_alias(name, fresh, timeout=_SEARCH_SECONDS)
    for note in notes:
        if note != fresh:
            with suppress(MilvusException):
                client.drop_alias(note, timeout=_SEARCH_SECONDS)


def _schema(client: Any, dim: int) -> Any:
    from pymilvus import DataType, Function, FunctionType

    schema = client.create_schema(auto_id=False)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=_LONGEST_TEXT, enable_analyzer=True, analyzer_params=_analyzer())
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("bm25", FunctionType.BM25, input_field_names=["text"], output_field_names=["words"]))
    return schema


def _analyzer() -> dict[str, Any]:
    """Milvus' jieba with the words of our trade: whole words and the shorter words inside them, marks left out."""
    lines = DICTIONARY.read_text(encoding="utf-8").splitlines()
    ours = [line.split(" ")[0] for line in lines if line and not line.startswith("#")]
    tokenizer = {"type": "jieba", "dict": ["_default_", *ours], "mode": "search", "hmm": True}
    return {"tokenizer": tokenizer, "filter": ["lowercase", {"type": "stop", "stop_words": _MARKS}]}


def _indexes(client: Any, count: int) -> Any:
    found = client.prepare_index_params()
    if count <= _EXACT:
        found.add_index(field_name="vector", index_type="FLAT", metric_type="IP")
    else:
        found.add_index(field_name="vector", index_type="HNSW", metric_type="IP", params={"M": 24, "efConstruction": 100})
    found.add_index(field_name="words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params={"bm25_k1": K1, "bm25_b": B})
    return found


def _check_count(client: Any, name: str, expected: int) -> None:
    (answer,) = client.query(name, filter="", output_fields=["count(*)"], consistency_level="Strong", timeout=_FILL_SECONDS)
    if answer["count(*)"] != expected:
        raise StoreAway(f"Milvus 的集合 {name} 里有 {answer['count(*)']} 条，应为 {expected} 条")


def _sweep(client: Any, server: MilvusServer, keep: str) -> None:
    """Drop what is neither among the collections opened last nor being filled."""
    finished: list[tuple[int, str, list[str]]] = []
    for name in client.list_collections(timeout=_SEARCH_SECONDS):
        made = _MADE.fullmatch(name)
        if made is None or made["prefix"] != server.prefix:
            continue
        aliases: list[str] = list(client.list_aliases(name, timeout=_SEARCH_SECONDS)["aliases"])
        opened = [int(note[1]) for alias in aliases if (note := _OPENED.search(alias))]
        if aliases:
            finished.append((max(opened, default=int(made["at"])), name, aliases))
        elif int(made["at"]) < time.time() - _ABANDONED_SECONDS:
            client.drop_collection(name, timeout=_FILL_SECONDS)
    for _, name, aliases in sorted(finished, reverse=True)[_KEPT:]:
        if keep not in aliases:
            for alias in aliases:  # a server refuses to drop what still has a name
                client.drop_alias(alias, timeout=_SEARCH_SECONDS)
            client.drop_collection(name, timeout=_FILL_SECONDS)


def _shortened(text: str) -> str:
    """The beginning of a text that fits the field; whole characters."""
    return text.encode()[: _LONGEST_TEXT - 8].decode(errors="ignore")
