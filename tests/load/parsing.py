"""Understanding alone, beside stock Rasa's: one sentence at a time, and 256 in one call."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

ROUNDS, BATCH = 3, 256
GREETINGS = ("您好，", "请问", "麻烦问一下，")
"""Before the sentences of each round of many, so that none was read before."""


def post(url: str, body: Any, headers: dict[str, str]) -> None:
    """One call, its answer read to the end."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=120) as answer:
        answer.read()


def spent(call: Callable[[], None]) -> float:
    """Milliseconds that a call takes."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def measure(console: Console, texts: Sequence[str], ours: tuple[str, dict[str, str]], stock: str) -> None:
    """Print medians over different sentences, both sides in turn. ``ours``: address of the parse call and its headers."""
    url, headers = ours
    one: list[float] = []
    theirs: list[float] = []
    many: list[float] = []
    for start in range(ROUNDS):
        for text in texts[start * 100 : start * 100 + 100]:
            one.append(spent(lambda text=text: post(url, {"text": text}, headers)))
            theirs.append(spent(lambda text=text: post(stock, {"text": text}, {})))
        part = [f"{GREETINGS[start]}{texts[at % len(texts)]}" for at in range(BATCH)]
        many.append(spent(lambda part=part: post(url, {"texts": part}, headers)))
    table = Table("只理解，不对话", "电答", "stock Rasa 3.6.21")
    for q in (50, 95, 99):
        a, b = (statistics.quantiles(side, n=100)[q - 1] for side in (one, theirs))
        table.add_row(f"一句 p{q}", f"{a:.1f} ms", f"{b:.1f} ms")
    table.add_row(f"{BATCH} 句一次", f"{statistics.median(many) / 1000:.2f} s", "–")
    console.print(table)
