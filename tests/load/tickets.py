"""How many tickets a minute the desk accepts: `python -m tests.load.tickets`. Figures go into docs/benchmarks.md by hand.

With `--classifier trained` descriptions are those of customers (`tests/data/ticket_classes.yml`), each a little different, and what was
filed in the rush is read by the classifier beside the intake, as in the service; how long that goes on afterwards is told too.

Several processes (services) with several threads each file tickets as the dialogue does: one call of `ServiceDesk.accept` a
ticket, with its clocks, log and letters, in one transaction each. On a PostgreSQL server of its own whose commits reach the
disk, or on SQLite. Afterwards the numbers of the day are counted: each from 1 to the last, once.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, select

from actions.classes.urgency import Urgency, WithUrgency
from actions.desk.calendar import WorkingCalendar
from actions.desk.classes import Rules
from actions.desk.clock import SystemClock
from actions.desk.desk import ServiceDesk
from actions.desk.late_reading import LateReading
from actions.desk.limits import profile
from actions.desk.moves import Book
from actions.desk.numbers import parse_ticket_no
from actions.desk.tickets import Kind, NewTicket
from actions.ports.classifier import Classifier
from actions.ports.sql import SqlCustomers, SqlTicketStore, connect, generate_key, migrate, schema, seed_demo
from actions.ports.sql.engine import reading
from actions.ports.sql.unread_schema import unread_tickets
from bot.gateway.late_reading import READ_SECONDS, step_back
from tests.servers import postgres

WANTED = 5000
"""Tickets a minute, on two cores with PostgreSQL."""

KINDS = (*(Kind.REPAIR,) * 6, *(Kind.COMPLAINT,) * 2, Kind.SERVICE_REQUEST, Kind.CONSULTATION)
WORDS = {
    Kind.SERVICE_REQUEST: "房子卖了，想把户名过给新的房主",
    Kind.CONSULTATION: "想问一下充电桩报装要什么材料，多久能办好",
}
console = Console()


def main() -> None:
    """Run as often as there are settings to compare."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--database", default="postgresql", choices=("postgresql", "sqlite"))
    ask.add_argument("--seconds", type=float, default=20)
    ask.add_argument("--workers", nargs="+", default=["1x4", "2x2"], help="processes x threads")
    ask.add_argument("--classifier", default="rules", choices=("rules", "trained"))
    given = ask.parse_args()
    table = Table("数据库", "进程x线程", "工单/分钟", "p50 ms", "p95 ms", "p99 ms", "CPU ms/单", "当时已分类", "其余每分钟", "核对", title=f"受理工单（目标 {WANTED}/分钟）")
    for workers in given.workers:
        with _database(given.database) as url:
            table.add_row(given.database, workers, *_run(url, *map(int, workers.split("x")), given.seconds, given.classifier))
    console.print(table)


@contextmanager
def _database(name: str) -> Iterator[str]:
    if name == "postgresql":
        with postgres(durable=True) as url:
            yield url
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/dianda.db"


def _run(url: str, processes: int, threads: int, seconds: float, classifier: str) -> list[str]:
    key = generate_key()
    engine = connect(url, [key])
    migrate(engine)
    seed_demo(engine, SystemClock(), demo=True)
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(processes + 1)
    with context.Pool(processes, _begin, (ready,)) as pool:
        found = pool.starmap_async(_file, [(url, key, number, threads, seconds, classifier) for number in range(processes)])
        ready.wait()
        began = time.monotonic()
        results = found.get()
        wall = time.monotonic() - began
    times = sorted(each for one in results for each in one["seconds"])
    with reading(engine) as connection:
        unread = connection.scalar(select(func.count()).select_from(unread_tickets)) or 0
        classed = connection.scalar(select(func.count()).select_from(schema.tickets).where(schema.tickets.c.kind.in_(["repair", "complaint"]))) or 1
    rest = _read_the_rest(engine, classifier, min(unread, 60)) if unread else 0.0
    with reading(engine) as connection:
        numbers = list(connection.scalars(select(schema.tickets.c.ticket_no)))
        letters = connection.scalar(select(func.count()).select_from(schema.outbox))
    engine.dispose()
    days: dict[Any, list[int]] = {}
    for number in map(parse_ticket_no, numbers):
        days.setdefault(number.day, []).append(number.sequence)
    whole = all(sorted(day) == list(range(1, len(day) + 1)) for day in days.values())
    right = whole and len(numbers) == len(times) and (letters or 0) >= len(numbers)
    marks = statistics.quantiles(times, n=100)
    cpu = sum(one["cpu"] for one in results) / len(times) * 1000
    return [f"{len(times) / wall * 60:,.0f}", *(f"{marks[at - 1] * 1000:.1f}" for at in (50, 95, 99)), f"{cpu:.1f}", f"{(classed - unread) / classed:.0%}", f"{rest:,.0f}" if unread else "—", "连号、齐全" if right else "[red]不对[/]"]


_ready: Any = None


def _begin(ready: Any) -> None:
    global _ready  # noqa: PLW0603
    _ready = ready


def _file(url: str, key: str, process: int, threads: int, seconds: float, classifier: str) -> dict[str, Any]:
    """File tickets for so long; the seconds each took, and the processor's seconds of this process."""
    engine = connect(url, [key], pool_size=threads)
    customers = SqlCustomers(engine)
    slow = _classifier(classifier)
    desk = ServiceDesk(
        SqlTicketStore(engine), SystemClock(), profile("state_grid"), places=customers.places(), classifier=slow,
        first_look=WithUrgency(Rules(), Urgency.load()) if classifier == "trained" else None, customers=customers,
    )  # fmt: skip
    stop = threading.Event()
    reader = threading.Thread(target=_read_beside, args=(_late(engine, slow, desk.in_a_rush), stop))
    desk.accept(_ticket(random.Random(process), "warm"), request_id=f"warm-{process}")
    _ready.wait()
    until, started = time.monotonic() + seconds, os.times()

    def work(thread: int) -> list[float]:
        chance, took = random.Random(f"{process}-{thread}"), []
        while (began := time.monotonic()) < until:
            desk.accept(_ticket(chance, f"{process}-{thread}"), request_id=f"{process}-{thread}-{len(took)}")
            took.append(time.monotonic() - began)
        return took

    if classifier == "trained":
        reader.start()
    with ThreadPoolExecutor(threads) as pool:
        took = [each for one in pool.map(work, range(threads)) for each in one]
    ended = os.times()
    stop.set()
    if classifier == "trained":
        reader.join()
    # The ticket that warmed up is one of those counted in the database.
    return {"seconds": [*took, statistics.fmean(took)], "cpu": ended.user + ended.system - started.user - started.system}


def _late(engine: Engine, classifier: Classifier, rushed: Callable[[], bool] = lambda: False) -> LateReading:
    return LateReading(SqlTicketStore(engine), SystemClock(), Book(profile("state_grid"), WorkingCalendar()), classifier, rushed)


def _read_beside(late: LateReading, stop: threading.Event) -> None:
    step_back()
    while not stop.is_set():
        if not late.sweep():
            time.sleep(READ_SECONDS)


def _read_the_rest(engine: Engine, classifier: str, some: int) -> float:
    """Tickets a minute that one reader gets through when nothing else is done."""
    late, count = _late(engine, _classifier(classifier)), 0
    began = time.monotonic()
    while count < some and (read := late.sweep()):
        count += read
    return count / (time.monotonic() - began) * 60


def _classifier(name: str) -> Classifier:
    if name == "rules":
        return Rules()
    from actions.classes.classifier import TrainedClassifier
    from bot.language.encoder import SentenceEncoder, encoder_folder

    home = Path(os.environ["DIANDA_HOME"])
    return WithUrgency(TrainedClassifier.open(home, SentenceEncoder(encoder_folder(home)), lambda _: None), Urgency.load())


@cache
def _told() -> dict[Kind, list[str]]:
    said = yaml.safe_load((Path(__file__).parents[1] / "data" / "ticket_classes.yml").read_text(encoding="utf-8"))
    return {kind: [case["text"] for case in said[name]] for kind, name in ((Kind.COMPLAINT, "complaints"), (Kind.REPAIR, "repairs"))}


def _ticket(chance: random.Random, who: str) -> NewTicket:
    kind = chance.choice(KINDS)
    number = chance.randrange(10**8)
    return NewTicket(
        kind=kind,
        description=f"{chance.choice(_told()[kind])}（{number}）" if kind in _told() else WORDS[kind],
        channel="web",
        conversation_id=f"c-{who}-{number}",
        contact_name="陈桂兰",
        contact_phone=f"138{number:08d}",
        address=f"安澜市滨江区望江路{number % 900 + 1}号",
        business="transfer_account" if kind is Kind.SERVICE_REQUEST else None,
    )


if __name__ == "__main__":
    main()
