"""How long a sweep of the clocks takes over a million open tickets: `python -m tests.load.sweep`. Figures go into docs/benchmarks.md.

One sweep with nothing due, one with what comes due in five seconds of a busy day, one with a thousand, one after an hour
without service. Every alarm is counted: as many as clocks had come due, once each, with its letter.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, select, update

from actions.desk.clock import SHANGHAI, FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.limits import profile
from actions.ports.sql import SqlTicketStore, connect, generate_key, migrate, schema
from actions.ports.sql.engine import reading, writing
from tests.load.million import fill, open_tickets
from tests.servers import postgres

WANTED = 5.0
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)
console = Console()


def main() -> None:
    """Fill, sweep, tell."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--database", nargs="+", default=["postgresql", "sqlite"], choices=("postgresql", "sqlite"))
    ask.add_argument("--tickets", type=int, default=1_000_000)
    ask.add_argument("--due", type=int, nargs="+", default=[0, 100, 1000, 10_000])
    given = ask.parse_args()
    table = Table("数据库", "未结工单", "到期", "用时 s", "事件", "通知", title=f"时限巡检（目标 {WANTED:.0f} s）")
    for name in given.database:
        with open_engine(name) as engine:
            began = time.monotonic()
            fill(engine, open_tickets(engine, given.tickets, 0, NOW))
            console.print(f"[dim]{name}：写入 {given.tickets:,} 张未结工单，{time.monotonic() - began:.0f} s[/]")
            desk = ServiceDesk(SqlTicketStore(engine), FixedClock(NOW), profile("state_grid"))
            for due in given.due:
                _bring_due(engine, due)
                before = _letters(engine)
                began = time.monotonic()
                alarms = desk.sweep(NOW)
                took = time.monotonic() - began
                told = _letters(engine) - before
                right = len(alarms) == due == told
                table.add_row(name, f"{given.tickets:,}", f"{due:,}", f"{took:.2f}", f"{len(alarms):,}", f"{told:,}" if right else f"[red]{told}[/]")
    console.print(table)


@contextmanager
def open_engine(name: str) -> Iterator[Engine]:
    """An empty, migrated database of that kind, thrown away afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "sqlite":
            engine = connect(f"sqlite:///{folder}/dianda.db", [generate_key()])
            migrate(engine)
            yield engine
            engine.dispose()
            return
        with postgres(durable=True) as url:
            engine = connect(url, [generate_key()])
            migrate(engine)
            yield engine
            engine.dispose()


def _bring_due(engine: Engine, count: int) -> None:
    """Let the first clocks of `count` tickets that ring later come to their warning now."""
    clocks = schema.ticket_clocks
    waiting = select(clocks.c.ticket_no).where(clocks.c.rings_at > NOW, clocks.c.ordinal == 0, clocks.c.warned_at.is_(None)).limit(count)
    with writing(engine) as connection:
        numbers = list(connection.scalars(waiting))
        for start in range(0, len(numbers), 500):
            moved = update(clocks).where(clocks.c.ticket_no.in_(numbers[start : start + 500]), clocks.c.ordinal == 0)
            connection.execute(moved.values(warn_at=NOW - timedelta(seconds=3), rings_at=NOW - timedelta(seconds=3), due_at=NOW + timedelta(hours=2)))


def _letters(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(schema.outbox)) or 0


if __name__ == "__main__":
    main()
