"""Ours beside stock Rasa 3.6.21 on the same data, in one run: latency, throughput, start, memory, accuracy; then retrieval.

Stock answers each intent with a fixed sentence over its REST channel, so its turn does less than ours (no journal, no action,
no knowledge base). Medians of interleaved rounds; figures are written down in docs/benchmarks.md by hand, with this command.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from rich.console import Console
from rich.table import Table

from bot.gateway.assistant_process import RASA_PYTHON
from tests.assistant import BUILT, ROOT, RunningAssistant
from tests.load import parsing
from tests.load.retrieval import retrieval
from tests.servers import free_port

STOCK = Path(__file__).parent / "stock"
ROUNDS, ALONE, TOGETHER = 3, 60, 25
"""Rounds, turns of a lone caller, turns of each of eight."""
USUAL = ("我家停电了", "上个月电费多少", "电费怎么交", "你好", "转人工")
"""What customers say most, always in the same words: printed apart, since we remember what we have read."""
console = Console()


def train_stock() -> Path:
    """Train stock Rasa on our sentences, once per state of the data."""
    folder = BUILT / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = max(p.stat().st_mtime for p in (ROOT / "nlu_data" / "intents").glob("*.yml"))
    model = folder / f"stock-{int(stamp)}.tar.gz"
    if model.exists():
        return model
    intents = yaml.safe_load((ROOT / "bot/assistant/domain/intents.yml").read_text(encoding="utf-8"))["intents"]
    intents.remove("start_flow")
    entities = yaml.safe_load((ROOT / "bot/assistant/domain/dialogue.yml").read_text(encoding="utf-8"))["entities"]
    domain = {
        "version": "3.1",
        "intents": intents,
        "entities": entities,
        "responses": {f"utter_{i}": [{"text": f"好的：{i}"}] for i in intents},
    }
    rules = {
        "version": "3.1",
        "rules": [{"rule": i, "steps": [{"intent": i}, {"action": f"utter_{i}"}]} for i in intents],
    }
    for name, content in (("domain.yml", domain), ("rules.yml", rules)):
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    console.print("训练 stock Rasa（DIET，几分钟）…")
    began = time.monotonic()
    subprocess.run([str(RASA_PYTHON), "-m", "rasa", "train", "--config", str(STOCK / "config.yml"), "--domain", str(folder / "domain.yml"), "--data",
                    str(ROOT / "nlu_data/intents"), str(folder / "rules.yml"), "--out", str(folder), "--fixed-model-name", model.name.removesuffix(".tar.gz")],
                   check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""})  # fmt: skip
    console.print(f"stock Rasa 训练用时 {time.monotonic() - began:.0f} s")
    return model


class Stock:
    """A running stock Rasa."""

    def __init__(self, model: Path) -> None:
        self.port = free_port()
        (BUILT / "bench" / "credentials.yml").write_text("rest:\n", encoding="utf-8")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [str(RASA_PYTHON), "-m", "rasa", "run", "--model", str(model), "--interface", "127.0.0.1", "--port", str(self.port), "--enable-api",
             "--credentials", str(BUILT / "bench" / "credentials.yml"), "--endpoints", str(STOCK / "endpoints.yml")],
            cwd=BUILT / "bench", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""})  # fmt: skip
        asyncio.run(self._ready())
        self.start_seconds = time.monotonic() - began

    async def _ready(self) -> None:
        async with aiohttp.ClientSession() as session:
            for _ in range(1200):
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/status") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.5)
        raise RuntimeError("stock Rasa did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


async def _turns(
    url: str, make: Any, headers: dict[str, str], sentences: Sequence[Sequence[str]]
) -> tuple[list[float], float]:
    """Latencies in ms, and turns a second, of customers who each say their ``sentences``, one after the other."""
    spent: list[float] = []
    async with aiohttp.ClientSession(headers=headers) as session:

        async def customer(says: Sequence[str]) -> None:
            conversation = ""
            for at, text in enumerate(says):
                if at % 5 == 0:
                    conversation = uuid.uuid4().hex
                began = time.perf_counter()
                async with session.post(url, json=make(conversation, text)) as answer:
                    await answer.read()
                    assert answer.status == 200, answer.status
                spent.append((time.perf_counter() - began) * 1000)

        began = time.perf_counter()
        await asyncio.gather(*(customer(says) for says in sentences))
        return spent, sum(map(len, sentences)) / (time.perf_counter() - began)


def memory(pid: int) -> float:
    """Resident MB of a process and its children."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if status.parent.name == str(pid) or fields.get("PPid", "").strip() == str(pid):
            total += int(fields.get("VmRSS", "0 kB").split()[0])
    return total / 1024


def main() -> None:
    """Run everything and print one table."""
    stock_model = train_stock()
    home = Path(tempfile.mkdtemp(prefix="dianda-bench-"))
    ours = RunningAssistant(home)
    began = time.monotonic()
    ours.start()
    our_start = time.monotonic() - began
    stock = Stock(stock_model)
    try:
        sides = {
            "ours": (f"{ours.base}/api/v1/chat", lambda c, t: {"conversation_id": c, "text": t, "message_id": uuid.uuid4().hex}, {"Authorization": f"Bearer {ours.token}"}),
            "stock": (f"http://127.0.0.1:{stock.port}/webhooks/rest/webhook", lambda c, t: {"sender": c, "message": t}, {}),
        }  # fmt: skip
        rows: dict[str, dict[str, list[float]]] = {side: defaultdict(list) for side in sides}
        never_said = [case["text"] for case in cases()]
        random.Random(1).shuffle(never_said)
        fresh = iter(never_said)
        for url, make, headers in sides.values():  # warm up
            asyncio.run(_turns(url, make, headers, [USUAL * 4]))
        for _ in range(ROUNDS):
            alone = [list(islice(fresh, ALONE))]
            together = [list(islice(fresh, TOGETHER)) for _ in range(8)]
            for side, (url, make, headers) in sides.items():
                for key, said in (("one", alone), ("eight", together), ("usual", [USUAL * (TOGETHER // 5)] * 8)):
                    spent, rate = asyncio.run(_turns(url, make, headers, said))
                    rows[side][key] += spent
                    rows[side][f"{key} rate"].append(rate)
        assert ours.process is not None
        table = Table("", "电答", "stock Rasa 3.6.21", "比值")

        def line(name: str, a: float, b: float, unit: str) -> None:
            table.add_row(name, f"{a:.1f} {unit}", f"{b:.1f} {unit}", f"{b / a:.2f}" if a else "–")

        for label, key in (
            ("1 个客户，句句不同", "one"),
            ("8 个客户，句句不同", "eight"),
            ("8 个客户，常说的话", "usual"),
        ):
            for q in (50, 95, 99):
                a, b = (statistics.quantiles(rows[s][key], n=100)[q - 1] for s in ("ours", "stock"))
                line(f"{label} p{q}", a, b, "ms")
            a, b = (statistics.median(rows[s][f"{key} rate"]) for s in ("ours", "stock"))
            line(f"{label} 轮/秒", a, b, "/s")
        line("启动到就绪", our_start, stock.start_seconds, "s")
        line("内存（全部进程）", memory(ours.process.pid), memory(stock.process.pid), "MB")
        console.print(table)
        parsing.measure(
            console,
            list(fresh),
            (f"{ours.base}/api/v1/parse", {"Authorization": f"Bearer {ours.token}"}),
            f"http://127.0.0.1:{stock.port}/model/parse",
        )
        accuracy(ours, stock)
        stock.stop()
        retrieval(ours)
    finally:
        stock.stop()
        ours.stop()
        shutil.rmtree(home, ignore_errors=True)


def cases() -> list[dict[str, Any]]:
    """The separately written evaluation sentences."""
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "data" / "nlu_eval.yml").read_text(encoding="utf-8"))["cases"]
    return found


def accuracy(ours: RunningAssistant, stock: Stock) -> None:
    """Intent accuracy of both on the separately written evaluation set."""
    asked = cases()
    right = 0
    for at in range(0, len(asked), 200):
        part = asked[at : at + 200]
        _, found = ours.call("POST", "/api/v1/parse", {"texts": [c["text"] for c in part]})
        right += sum(r["intent"]["name"] == c["intent"] for r, c in zip(found["results"], part, strict=True))

    async def ask_stock() -> int:
        async with aiohttp.ClientSession() as session:
            hits = 0
            for case in asked:
                async with session.post(
                    f"http://127.0.0.1:{stock.port}/model/parse", data=json.dumps({"text": case["text"]})
                ) as answer:
                    hits += (await answer.json())["intent"]["name"] == case["intent"]
            return hits

    console.print(
        f"意图准确率（{len(asked)} 句独立评测）：电答 {right / len(asked):.3f}，stock {asyncio.run(ask_stock()) / len(asked):.3f}"
    )


if __name__ == "__main__":
    main()
    subprocess.run([sys.executable, "-m", "tests.load.scale", "--again"], cwd=ROOT, check=True)
