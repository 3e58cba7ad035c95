"""How long it takes to tell of a planned outage when there are very many accounts: `python -m tests.load.outage`. Figures go into docs/benchmarks.md.

Every account has an address of its own on one of two thousand roads, every seventh in a village; the plan is of one road. The first
walk reads all addresses once (`actions.ports.sql.streets`); what comes after looks at those of the road.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from rich.console import Console
from sqlalchemy import Engine

from actions.desk.clock import SHANGHAI, FixedClock
from actions.desk.notifier import Notifier
from actions.desk.plans import COLUMNS
from actions.desk.quiet import QuietHours
from actions.ports.sql import SqlCustomers, SqlNetwork, SqlNotices, schema, streets
from actions.ports.sql.bulk import insert_many
from actions.ports.sql.engine import writing
from tests.load.sweep import open_engine

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)
CHUNK = 5_000
console = Console()


def main() -> None:
    """Fill, tell, tell again, say how long it took."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--database", nargs="+", default=["postgresql"], choices=("postgresql", "sqlite"))
    ask.add_argument("--accounts", type=int, default=1_000_000)
    given = ask.parse_args()
    for name in given.database:
        with open_engine(name) as engine:
            _took(f"{name}：写入 {given.accounts:,} 户", lambda engine=engine: _fill(engine, given.accounts))
            clock = FixedClock(NOW)
            notifier = Notifier(
                SqlNotices(engine), clock, SqlCustomers(engine), SqlNetwork(engine), quiet=QuietHours.parse("21:00-08:00"), low_balance=Decimal(20)
            )
            _took("第一次读地址", lambda engine=engine: streets.read_new(engine))
            _took("没有新地址时再看一遍", lambda engine=engine: streets.read_new(engine))
            for number, area in (("P1", f"安澜市滨江区{_name(7)}路"), ("P2", f"安澜市滨江区{_name(8)}路1号至30号"), ("P3", f"安澜市云岭县{_name(9)}村")):
                notifier.take([_plan(number, area)])
                told = _took(f"{number} {area}", lambda notifier=notifier: _all(notifier))
                console.print(f"  通知 {told} 户")


def _took(what: str, act: Any) -> Any:
    began = time.monotonic()
    found = act()
    console.print(f"{what}：{time.monotonic() - began:.2f} s")
    return found


def _all(notifier: Notifier) -> int:
    count = 0
    while written := notifier.sweep():
        count += written
    return count


def _plan(number: str, area: str) -> Mapping[str, Any]:
    starts = (NOW + timedelta(days=9)).replace(tzinfo=None)
    return dict(zip(COLUMNS, (number, "计划", "线路检修", area, starts, starts + timedelta(hours=8)), strict=True))


def _fill(engine: Engine, count: int) -> None:
    rows = _accounts(count)
    while chunk := [row for _, row in zip(range(CHUNK), rows, strict=False)]:
        with writing(engine) as connection:
            insert_many(connection, schema.accounts, chunk)


def _name(number: int) -> str:
    return "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in f"{number:04d}")


def _accounts(count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(5)
    for number in range(count):
        road = chance.randrange(2000)
        town = f"安澜市云岭县{_name(road)}村{number % 12 + 1}组" if number % 7 == 0 else f"安澜市滨江区{_name(road)}路{chance.randrange(1, 200)}号桂花园{number % 9}栋{number % 600}"
        yield {
            "account_no": f"32{number:08d}", "name": "陈桂兰", "phone": "13800010001", "phone_fingerprint": "0", "address": town, "area": "urban",
            "kind": "residential", "payment_mode": "postpaid", "balance": Decimal(0), "arrears": Decimal(0), "arrears_days": 0,
            "disconnected": False, "life_support": number % 5000 == 0, "birth_year": None, "demo": False,
        }  # fmt: skip


if __name__ == "__main__":
    main()
