"""The desk's own tickets as `Orders`: with the clocks as they ran, pauses and all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import polars as pl

from actions.desk.clock import SHANGHAI
from actions.ports.sql.report_rows import FIELD, STEPS, TICKETS, ReportRows
from actions.reports.orders import CUSTOMER, SCHEMA, STEP_SCHEMA, TIMES, Orders, hashed
from actions.reports.period import Period

_OFFSET = int(datetime(2026, 1, 1, tzinfo=SHANGHAI).utcoffset().total_seconds())  # type: ignore[union-attr]  # aware


def read_sql(rows: ReportRows, period: Period) -> Orders:
    """The tickets accepted in the period."""
    begin, end = period.moments()
    # The database works on the ones while the others are taken apart here.
    with ThreadPoolExecutor(1) as pool:
        stepped = pool.submit(lambda: _frame(rows.steps(begin, end), STEPS, STEPS[2:]).select(*STEP_SCHEMA))
        tickets = _frame(rows.tickets(begin, end), TICKETS, TIMES)
    tickets = tickets.with_columns(
        *_levels(tickets["category"]),
        *(hashed(tickets[name]).alias(name) for name in CUSTOMER),
        pl.col("review").cast(pl.Boolean),
    )
    return Orders(tickets.select(*SCHEMA), stepped.result())


def _levels(categories: pl.Series) -> tuple[pl.Expr, pl.Expr]:
    """First and second level. A ticket of a kind that is not classified is counted under its kind."""
    known: dict[str, list[str]] = {text: json.loads(text) for text in categories.unique() if text is not None}
    first = {text: levels[0] if levels else "未分类" for text, levels in known.items()}
    second = {text: levels[1] if len(levels) > 1 else None for text, levels in known.items()}
    column = pl.col("category")
    return (
        column.replace_strict(first, default="未分类", return_dtype=pl.String).alias("first"),
        column.replace_strict(second, default=None, return_dtype=pl.String).alias("second"),
    )


def _frame(texts: Sequence[str], names: Sequence[str], times: Sequence[str]) -> pl.DataFrame:
    schema: dict[str, Any] = {name: pl.Int64() if name in {*times, "review"} else pl.String() for name in names}
    parts = [
        pl.read_csv(part.encode(), separator=FIELD, quote_char=None, has_header=False, schema=schema) for part in texts
    ]
    frame = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    # One offset for all of them: the desk's time zone has had no summer time since 1991, and a zone is looked up for each of ten million.
    return frame.with_columns(pl.from_epoch(pl.col(name) + _OFFSET, time_unit="s").cast(pl.Datetime("us")).alias(name) for name in times)
