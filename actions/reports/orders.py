"""Tickets as columns: what every report is reckoned from, wherever they come from.

Times are naive and local (Asia/Shanghai has one offset, and no summer time since 1991); null where a step was not reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

TIMES = ("accepted", "dispatched", "acknowledged", "contacted", "en_route", "on_site", "resolved", "called_back", "closed")
"""The steps of the road, in order; each is a column of times."""

TEXTS = ("no", "kind", "first", "second", "area", "priority", "status", "business", "owner")
"""Columns of words; `no` is the ticket number, `first` and `second` the levels of the category."""

CUSTOMER = ("phone", "account", "address")
"""What a customer is known again by: opaque keys, hashed where they come from, compared and never shown."""

SCHEMA: Mapping[str, pl.DataType] = MappingProxyType(
    {
        **{name: pl.String() for name in TEXTS},
        **{name: pl.UInt64() for name in CUSTOMER},
        "review": pl.Boolean(),
        **{name: pl.Datetime("us") for name in TIMES},
    }
)
STEP_SCHEMA: Mapping[str, pl.DataType] = MappingProxyType(
    {"no": pl.String(), "step": pl.String(), "start": pl.Datetime("us"), "warn": pl.Datetime("us"),
     "due": pl.Datetime("us"), "end": pl.Datetime("us")}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Orders:
    """Tickets (`SCHEMA`, one row each) and their clocks (`STEP_SCHEMA`: one row a limit that ran; `end` null while it runs)."""

    tickets: pl.DataFrame
    steps: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be counted: the line of the file it ends on (the heading is line 1), the number it gave, and why."""

    line: int
    no: str
    reason: str


def hashed(values: pl.Series) -> pl.Series:
    """Texts as opaque keys that are equal when the texts are; nothing and blanks stay nothing."""
    plain = values.str.replace_all(r"[\s\-]", "")
    return pl.select(pl.when(plain.str.len_chars() > 0).then(plain.hash(seed=11))).to_series()
