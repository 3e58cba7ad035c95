"""The desk's own tickets as `Orders`: with the clocks as they ran, pauses and all."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import polars as pl

from actions.desk.clock import SHANGHAI
from actions.ports.sql.report_rows import MOVES, STEPS, TICKETS, ReportRows
from actions.reports.orders import CUSTOMER, SCHEMA, STEP_SCHEMA, TIMES, Orders, hashed
from actions.reports.period import Period

_OFFSET = int(datetime(2026, 1, 1, tzinfo=SHANGHAI).utcoffset().total_seconds())  # type: ignore[union-attr]  # aware


def read_sql(rows: ReportRows, period: Period) -> Orders:
    """The tickets accepted in the period."""
    begin, end = period.moments()
    # The database works on the others while one is taken apart here.
    with ThreadPoolExecutor(2) as pool:
        moved = pool.submit(lambda: _frame(rows.moves(begin, end), MOVES, TIMES[1:]))
        stepped = pool.submit(lambda: _frame(rows.steps(begin, end), STEPS, STEPS[2:]).select(*STEP_SCHEMA))
        tickets = _frame(rows.tickets(begin, end), TICKETS, ("accepted",))
    tickets = tickets.join(moved.result(), on="no", how="left")
    tickets = tickets.with_columns(
        # A ticket of a kind that is not classified is counted under its kind.
        pl.col("first").fill_null(pl.lit("未分类")),
        *(hashed(tickets[name]).alias(name) for name in CUSTOMER),
        pl.col("review").cast(pl.Boolean),
    )
    return Orders(tickets.select(*SCHEMA), stepped.result())


def _frame(rows: Sequence[Sequence[Any]], names: Sequence[str], times: Sequence[str]) -> pl.DataFrame:
    whole = {*times, "review"}
    schema = {name: pl.Int64 if name in whole else pl.String for name in names}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    # One offset for all of them: the desk's time zone has had no summer time since 1991, and a zone is looked up for each of ten million.
    return frame.with_columns(pl.from_epoch(pl.col(name) + _OFFSET, time_unit="s").cast(pl.Datetime("us")).alias(name) for name in times)
