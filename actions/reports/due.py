"""Limits of many tickets at once: the same rules as the desk's clocks (`actions.desk.limits`), column by column.

A file tells of no pauses, so its clocks run through; the desk's own tickets bring their clocks with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

import polars as pl

from actions.desk.calendar import WorkingCalendar
from actions.desk.clock import SHANGHAI
from actions.desk.lifecycle import ROAD
from actions.desk.limits import RULES, WARN_SHARE, Profile, Rule, Unit
from actions.desk.tickets import Area
from actions.reports.orders import STEP_SCHEMA

_LATER = {status: [s.value for s in ROAD[ROAD.index(status) :]] for status in ROAD}


def steps_of(tickets: pl.DataFrame, profile: Profile, calendar: WorkingCalendar) -> pl.DataFrame:
    """The clocks of `tickets` under a company's limits (`STEP_SCHEMA`)."""
    frames = [_clock(rows, rule, profile, calendar) for rule, rows in _governed(tickets)]
    return pl.concat(frames) if frames else pl.DataFrame(schema=dict(STEP_SCHEMA))


def _governed(tickets: pl.DataFrame) -> Iterator[tuple[Rule, pl.DataFrame]]:
    """Each rule with the tickets it is for: by kind, and for service requests by business (`Profile.rules_for`)."""
    named = {business for rule in RULES for business in rule.businesses}
    for rule in RULES:
        of_kind = pl.col("kind") == rule.kind.value
        business = pl.col("business").is_in(list(rule.businesses) if rule.businesses else list(named))
        mine = business if rule.businesses else ~business.fill_null(False)
        rows = tickets.filter(of_kind & mine)
        if len(rows):
            yield rule, rows


def _clock(rows: pl.DataFrame, rule: Rule, profile: Profile, calendar: WorkingCalendar) -> pl.DataFrame:
    limit = profile.limits[rule.key]
    # Only the drive to a danger is held to the city's limit wherever it goes (`desk.clocks`).
    urgent = (pl.col("priority") == "emergency") & pl.lit(rule.step == "arrive")
    area = pl.when(urgent).then(pl.lit(Area.URBAN.value)).otherwise(pl.col("area").fill_null(Area.URBAN.value))
    amounts = {place.value: span.amount for place, span in limit.spans.items()}
    # Withdrawn or merged, a ticket has nothing left that could be late: what still ran then is cancelled.
    cancelled = pl.col("status").is_in(["withdrawn", "merged"]).fill_null(False)
    begun = (
        rows.select(
            "no",
            pl.lit(rule.step).alias("step"),
            pl.col(rule.starts.value).alias("start"),
            pl.min_horizontal(_LATER[rule.ends]).alias("end"),
            area.replace_strict(amounts, return_dtype=pl.Int64).alias("amount"),
            cancelled.alias("cancelled"),
        )
        .filter(pl.col("start").is_not_null() & ~(pl.col("cancelled") & pl.col("end").is_null()))
        .drop("cancelled")
    )
    unit = limit.spans[Area.URBAN].unit
    if unit is Unit.WORKING_DAYS:
        timed = begun.with_columns(pl.col("start").dt.date().alias("day")).join(
            _working(begun, calendar), on=["day", "amount"], how="left"
        )
    else:
        minutes = pl.col("amount") * (60 if unit is Unit.HOURS else 1)
        share = minutes * 60 * WARN_SHARE.numerator // WARN_SHARE.denominator
        timed = begun.with_columns(
            (pl.col("start") + pl.duration(seconds=share)).alias("warn"),
            (pl.col("start") + pl.duration(minutes=minutes)).alias("due"),
        )
    return timed.select(*STEP_SCHEMA)


def _working(begun: pl.DataFrame, calendar: WorkingCalendar) -> pl.DataFrame:
    """Where limits in 工作日 end, for each day on which one began: the hour of the start does not matter."""
    days = begun.select(pl.col("start").dt.date().alias("day"), "amount").unique()
    rows = []
    for day, amount in days.iter_rows():
        start = datetime.combine(day, time(12), SHANGHAI)
        warn = calendar.share_of_working_days(start, amount, WARN_SHARE)
        rows.append((day, amount, _naive(warn), _naive(calendar.add_working_days(start, amount))))
    schema = {"day": pl.Date(), "amount": pl.Int64(), "warn": pl.Datetime("us"), "due": pl.Datetime("us")}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)

