"""Search on the real base beside bm25s alone and the encoder alone, in one run: how long it takes, and how well it finds.

``python -m tests.load.retrieval`` (a part of ``make bench``). Rounds are interleaved, so that a busy neighbour burdens all alike.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.cli.knowledge import open_base
from bot.gateway.settings import PROJECT, Settings
from bot.language.encoder import SentenceEncoder, encoder_folder
from bot.language.normalise import normalise
from knowledge_base.evaluate import evaluate, read_cases
from knowledge_base.lexical import VIEWS, syllables
from knowledge_base.retrieve import HybridRetriever
from tests.assistant import RunningAssistant

QUESTIONS = PROJECT / "tests" / "data" / "kb_questions.yml"
NO_TOKENS: dict[str, list[str]] = {view: [] for view in VIEWS}
ROUNDS = 4
AIMS = {"融合，不含编码": 3.0, "融合，含编码": 40.0, "融合，经 HTTP": 40.0}
"""Milliseconds at the 99th percentile."""
console = Console()


def retrieval(service: RunningAssistant | None = None) -> None:
    """Measure and print; over HTTP too when a service runs."""
    settings = Settings()
    encoder = SentenceEncoder(encoder_folder(settings.home))
    base = open_base(settings)
    cases = read_cases(QUESTIONS)
    texts = [normalise(case.question).text for case in cases]
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    retriever = base.index.retriever
    assert isinstance(retriever, HybridRetriever)
    ways: dict[str, Callable[[str], Any]] = {
        "融合，含编码": lambda text: base.search_with_vector(text, encoder.encode([text])[0], 5),
        "融合，不含编码": lambda text: base.search_with_vector(text, vectors[text], 5),
        "仅 bm25s（词）": lambda text: retriever.words.scores({**NO_TOKENS, "words": VIEWS["words"](text)}),
        "仅编码器": lambda text: retriever.meaning.measure(retriever.centred(encoder.encode([text])[0])).near,
    }
    if service is not None:
        running = service
        ways["融合，经 HTTP"] = lambda text: running.call("GET", f"/api/v1/knowledge?k=5&q={quote(text)}")
    _timed(texts, ways)
    console.print(f"{len(cases)} 句独立问题（tests/data/kb_questions.yml）")
    console.print(str(evaluate(base, cases, encoder)), highlight=False)


def _timed(texts: list[str], ways: Mapping[str, Callable[[str], Any]]) -> None:
    spent: dict[str, list[float]] = defaultdict(list)
    for work in ways.values():  # warm up
        for text in texts[:50]:
            work(text)
    for _ in range(ROUNDS):
        for name, work in ways.items():
            syllables.cache_clear()  # a customer's question is a new one
            for text in texts:
                began = time.perf_counter()
                work(text)
                spent[name].append((time.perf_counter() - began) * 1000)
    table = Table("检索", "最少", "p50", "p95", "p99", "p99 目标")
    for name, times in spent.items():
        aim = AIMS.get(name)
        found = [min(times), *np.quantile(times, [0.5, 0.95, 0.99])]
        table.add_row(name, *(f"{each:.2f} ms" for each in found), "–" if aim is None else f"≤ {aim:.0f}{'' if found[-1] <= aim else '，未到'}")
    console.print(table)


if __name__ == "__main__":
    retrieval()
