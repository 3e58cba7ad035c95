"""Search of 1,000 to 1,000,000 passages: time to build, memory, recall and latency, FAISS kinds, BM25 and Milvus side by side.

    python -m tests.load.scale                                    1 k, 10 k, 100 k; Milvus to 10 k: part of `make bench`
    python -m tests.load.scale --sizes 1000000 --kinds ivfpq      one figure of the largest; what was made before is kept

Each figure is taken in processes of its own, one that builds and one that opens what was built, so memory is what the
searching process really holds. Milvus is milvus-lite from PyPI, a server for tests: a cluster answers otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from knowledge_base.at_scale import PassageRetriever, PassageSignals
from knowledge_base.passage_search import Rows
from knowledge_base.passage_words import PassageWords
from knowledge_base.passages_faiss import FaissPassages
from knowledge_base.passages_milvus import MilvusPassages, MilvusServer
from knowledge_base.retrieve import SIGNALS, Query
from knowledge_base.vector_index import Kind, VectorIndex, kind_for
from tests.assistant import BUILT
from tests.load.scale_data import NEIGHBOURS, Made, made
from tests.servers import milvus_lite

KINDS = ("flat", "hnsw", "ivfpq", "words", "fused", "milvus", "milvus-words")
SIZES = (1_000, 10_000, 100_000)
MILVUS_LIMIT = 10_000
"""milvus-lite walks over all passages in Python at every search; larger ones only when asked for with ``--milvus-limit``."""
CODED_FROM = 100_000
"""Codes of 256 values are not learned from fewer."""
CACHE = BUILT / "bench" / "scale"
console = Console(width=110)
Figures = dict[str, Any]


def resident(pid: int | str = "self") -> float:
    """Megabytes a process holds by itself, pages of mapped files not counted."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(fields["RssAnon"].split()[0]) / 1024


def build(kind: str, data: Made) -> Figures:
    """Build one kind of index and save it."""
    folder = data.folder / kind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tokens = data.tokens() if kind == "words" else []
    began, worked = time.perf_counter(), time.process_time()
    if kind == "words":
        PassageWords.build(tokens).save(folder / "words")
    else:
        VectorIndex.build(data.vectors, kind).save(folder / "vectors")  # type: ignore[arg-type]
    spent = {"build_s": time.perf_counter() - began, "build_cpu_s": time.process_time() - worked}
    return spent | {"disk_mb": sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 2**20}


def search(kind: str, data: Made) -> Figures:
    """Open what was built and ask it the independent questions."""
    held = resident()
    if kind == "fused":
        return _timed(data, _fused(data), held)
    if kind == "words":
        index = PassageWords.load(data.folder / "words" / "words")
        return _timed(data, lambda at: index.best(data.asked[at], NEIGHBOURS)[0], held)
    vectors = VectorIndex.load(data.folder / kind / "vectors", kind)  # type: ignore[arg-type]
    return _timed(data, lambda at: vectors.search(data.queries[at], NEIGHBOURS)[0], held, recall=True)


def _fused(data: Made) -> Callable[[int], Any]:
    """The whole search of a large base, from a question with its vector to topics: 256 passages on each way, pooled, fused."""
    kind: Kind = kind_for(len(data.pairs))
    every = np.arange(len(data.pairs))
    vectors, nothing = VectorIndex.load(data.folder / kind / "vectors", kind), VectorIndex.build(data.queries[:0])
    passages = FaissPassages(
        {"asked": vectors, "said": vectors, "refused": nothing}, {"asked": every, "said": every, "refused": every[:0]}, every,
        data.folder / "words" / "words",
    )  # fmt: skip
    topics = [str(at) for at in range(int(data.topic_of.max()) + 1)]
    retriever = PassageRetriever(topics, PassageSignals(passages, data.topic_of, len(topics)), np.zeros_like(data.queries[0]), np.ones(len(SIGNALS), dtype=np.float32))
    return lambda at: retriever.search(Query(data.asked[at], data.queries[at]), 3)


def milvus(kind: str, data: Made) -> Figures:
    """Fill a milvus-lite server and ask it; memory is the server's."""
    with milvus_lite(data.folder / "milvus") as (uri, pid):
        held, began = resident(pid), time.perf_counter()
        rows = Rows(data.texts(), data.vectors, np.zeros(len(data.pairs), dtype=np.int64))
        found = MilvusPassages.open(MilvusServer(uri), f"bench{len(data.pairs)}", lambda: rows)
        spent = time.perf_counter() - began
        dense = _timed(data, lambda at: found.nearest("asked", data.queries[at], NEIGHBOURS).rows, held, recall=True, pid=pid, least=64)
        worded = _timed(data, lambda at: found.worded(data.asked[at], NEIGHBOURS).rows, held, pid=pid, least=64)
    shutil.rmtree(data.folder / "milvus", ignore_errors=True)
    return {"build_s": spent, **(worded if kind == "milvus-words" else dense), "words": worded}


def _timed(data: Made, ask: Callable[[int], Any], held: float, *, recall: bool = False, pid: int | str = "self", least: int = 256) -> Figures:
    faiss.omp_set_num_threads(1)
    threadpool_limits(1)
    asked = range(min(least, len(data.asked)))
    for at in asked[:20]:
        ask(at)
    spent, hits = [], 0
    for at in asked:
        began = time.perf_counter()
        found = ask(at)
        spent.append((time.perf_counter() - began) * 1000)
        if recall:
            hits += len(set(found.tolist()) & set(data.truth[at].tolist()))
    figures = {"p50_ms": float(np.quantile(spent, 0.5)), "p99_ms": float(np.quantile(spent, 0.99)), "memory_mb": resident(pid) - held}
    return figures | ({"recall": hits / (NEIGHBOURS * len(asked))} if recall else {})


STEPS: dict[str, Callable[[str, Made], Figures]] = {"build": build, "search": search, "milvus": milvus}


def figures_of(size: int, kind: str, *, again: bool) -> Figures:
    """One line of the table; what was measured before is taken from the cache unless `again`."""
    path = CACHE / str(size) / f"{kind}.json"
    if path.exists() and not again:
        return json.loads(path.read_text())  # type: ignore[no-any-return]
    steps = {"fused": ["search"], "milvus": ["milvus"]}.get(kind, ["build", "search"])
    found: Figures = {"kind": kind}
    for step in steps:
        done = subprocess.run([sys.executable, "-m", "tests.load.scale", "--step", step, "--sizes", str(size), "--kinds", kind],
                              check=True, capture_output=True, text=True, env=os.environ)  # fmt: skip
        found |= json.loads(done.stdout.splitlines()[-1])
    path.write_text(json.dumps(found))
    return found


def lines(sizes: list[int], kinds: list[str], milvus_limit: int, *, again: bool) -> Iterator[tuple[int, str, Figures]]:
    """Measure everything that was asked for, smallest first."""
    for size in sizes:
        console.print(f"{size:,} 条：准备…")
        _quietly(size)
        for kind in kinds:
            too_many, too_few = kind == "milvus" and size > milvus_limit, kind == "ivfpq" and size < CODED_FROM
            if kind == "milvus-words" or too_many or too_few:
                continue
            console.print(f"{size:,} 条：{kind}…")
            found = figures_of(size, kind, again=again)
            yield size, kind, found
            if kind == "milvus":
                yield size, "milvus-words", found["words"]


def _quietly(size: int) -> None:
    subprocess.run([sys.executable, "-m", "tests.load.scale", "--step", "data", "--sizes", str(size)], check=True, env=os.environ)


def main() -> None:
    """Measure and print the table; or, as a process of it, one step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--milvus-limit", type=int, default=MILVUS_LIMIT)
    parser.add_argument("--again", action="store_true", help="measure again what the cache has")
    parser.add_argument("--step", choices=["data", *STEPS])
    chosen = parser.parse_args()
    sizes, kinds = sorted(int(size) for size in chosen.sizes.split(",")), chosen.kinds.split(",")
    if chosen.step:
        CACHE.mkdir(parents=True, exist_ok=True)
        data = made(sizes[0], BUILT, CACHE)
        if chosen.step != "data":
            print(json.dumps(STEPS[chosen.step](kinds[0], data)))
        return
    table = Table("条数", "", "建立 s", "CPU s", "内存 MB", "磁盘 MB", "recall@10", "p50 ms", "p99 ms", title="知识库规模")
    for size, kind, found in lines(sizes, kinds, chosen.milvus_limit, again=chosen.again):
        mark = " ←" if kind == kind_for(size) else ""
        cells = [(found.get(name), form) for name, form in (("build_s", ".1f"), ("build_cpu_s", ".1f"), ("memory_mb", ",.0f"), ("disk_mb", ",.0f"), ("recall", ".3f"), ("p50_ms", ".2f"), ("p99_ms", ".2f"))]
        table.add_row(f"{size:,}", kind + mark, *("–" if value is None else format(value, form) for value, form in cells))
    console.print(table)


if __name__ == "__main__":
    main()
