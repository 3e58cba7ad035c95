"""How long `dianda report orders` takes over a database of a million tickets: `python -m tests.load.report`.

The command itself is run, as an operator would, in a process of its own. Figures go into docs/benchmarks.md by hand.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from sqlalchemy import select

from actions.desk.clock import SHANGHAI
from actions.ports.sql import connect, migrate, schema
from tests.load.million import fill_past
from tests.servers import postgres

WANTED = 20.0
ROOT = Path(__file__).parents[2]
console = Console()


def main() -> None:
    """Fill, report, tell."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--database", default="postgresql", choices=("postgresql", "sqlite"))
    ask.add_argument("--url", help="a database of one's own instead; filled when it is empty")
    ask.add_argument("--tickets", type=int, default=1_000_000)
    ask.add_argument("--rounds", type=int, default=2)
    given = ask.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        key = "A" * 43 + "="
        url = given.url or (stack.enter_context(postgres(durable=True)) if given.database == "postgresql" else f"sqlite:///{folder}/dianda.db")
        engine = connect(url, [key])
        migrate(engine)
        with engine.connect() as connection:
            empty = connection.execute(select(schema.tickets.c.id).limit(1)).first() is None
        if empty:
            began = time.monotonic()
            fill_past(engine, given.tickets, datetime.now(SHANGHAI) - timedelta(days=1))
            console.print(f"[dim]写入 {given.tickets:,} 张工单，{time.monotonic() - began:.0f} s[/]")
        engine.dispose()
        environment = {**os.environ, "DIANDA_DATABASE_URL": url, "DIANDA_DATA_KEYS": key, "DIANDA_HOME": str(folder), "DIANDA_DEMO": "false", "COLUMNS": "160"}
        for _ in range(given.rounds):
            began = time.monotonic()
            command = [sys.executable, "-m", "bot.cli.main", "report", "orders", "--xlsx", str(folder / "report.xlsx")]
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
            console.print(f"{url.partition(':')[0]}：{given.tickets:,} 张工单的报表 [bold]{time.monotonic() - began:.1f} s[/]（目标 {WANTED:.0f} s），{len(done.stdout.splitlines())} 行")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        console.print(f"处理器 {(used.ru_utime + used.ru_stime) / max(given.rounds, 1):.1f} s 一次（不含数据库服务器）")
        memory = used.ru_maxrss / 1024**2
        console.print(f"最多内存 {memory:.2f} GB")


if __name__ == "__main__":
    main()
