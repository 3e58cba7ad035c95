"""A ticket file (CSV) as `Orders`. Every row is either counted or named with the reason why not; none is lost silently.

polars reads it: columns of text in parallel, a million rows in seconds. Before that the number of fields of every record
is checked, for a reader of columns fills short rows up without a word.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from actions.desk.calendar import WorkingCalendar
from actions.desk.limits import Profile
from actions.reports.columns import AREAS, HEADINGS, KINDS, PRIORITIES, REQUIRED, STATUSES, TIME_FORMS
from actions.reports.due import steps_of
from actions.reports.orders import CUSTOMER, SCHEMA, TIMES, Orders, Rejected, hashed

_LINE = "line"
_REASON = "reason"

Ints = npt.NDArray[np.int64]


class CannotRead(ValueError):
    """The file as a whole cannot be read; the message says why, for the person who gave it."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file held: the tickets, the rows left out, and how many records there were without the heading."""

    orders: Orders
    rejected: tuple[Rejected, ...]
    records: int


def read_csv(path: Path, profile: Profile, calendar: WorkingCalendar, *, kind: str = "") -> ReadFile:
    """Read `path`, UTF-8 or GB18030, comma separated, with a heading.

    `kind` is that of the tickets of a file without such a column. Raises CannotRead.
    """
    data = _decoded(path)
    rows, bad, records = _records(data)
    names = _named(rows.columns)
    if "kind" not in names.values() and not kind:
        raise CannotRead("文件没有“类型”一列：请加上这一列，或用 --kind 指明，例如 --kind complaint")
    rows = rows.rename(names).select(_LINE, *names.values())
    missing = [pl.lit(None, pl.String).alias(name) for name in HEADINGS if name not in rows.columns]
    rows = rows.with_columns(pl.col(pl.String).str.strip_chars()).with_columns(missing)
    if "kind" not in names.values():
        rows = rows.with_columns(pl.lit(kind).alias("kind"))
    read = _typed(rows)
    wrong = read.filter(pl.col(_REASON).is_not_null()).select(_LINE, "no", _REASON)
    bad += [Rejected(line, no or "", reason) for line, no, reason in wrong.iter_rows()]
    tickets = read.filter(pl.col(_REASON).is_null()).select(*SCHEMA)
    orders = Orders(tickets, steps_of(tickets, profile, calendar))
    return ReadFile(orders, tuple(sorted(bad, key=lambda one: one.line)), records)


def _decoded(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CannotRead(f"打不开 {path}：{error.strerror}") from None
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            data = data.decode("gb18030").encode()
        except UnicodeDecodeError:
            raise CannotRead("文件既不是 UTF-8 也不是 GB18030 编码") from None
    if not data.strip():
        raise CannotRead("文件是空的")
    return data if data.endswith(b"\n") else data + b"\n"


def _records(data: bytes) -> tuple[pl.DataFrame, list[Rejected], int]:
    """All records as text columns with their line, those with another number of fields than the heading, and how many."""
    # Quotes may hold commas and line ends, which only a real reader of CSV can tell from those between fields.
    sort_out = _by_reading if b'"' in data else _by_counting
    data, lines, bad = sort_out(data)
    try:
        rows = pl.read_csv(data, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise CannotRead(f"不是逗号分隔的表格：{error}") from None
    if len(rows) != len(lines):
        raise CannotRead(f"读到 {len(rows)} 条记录，应有 {len(lines)} 条：请检查引号是否成对")
    return rows.with_columns(pl.Series(_LINE, lines, dtype=pl.Int64)), bad, len(lines) + len(bad)


def _by_counting(data: bytes) -> tuple[bytes, Ints, list[Rejected]]:
    """(the good lines with the heading, their line numbers, the bad) of a file without quotes."""
    letters = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    starts = np.concatenate([[0], ends[:-1] + 1])
    fields = np.diff(np.searchsorted(np.flatnonzero(letters == ord(",")), ends), prepend=0) + 1
    blank = (ends == starts) | ((ends - starts == 1) & (letters[starts] == ord("\r")))
    heading = int(np.flatnonzero(~blank)[0])
    width = int(fields[heading])
    bad = np.flatnonzero(~blank & (fields != width))
    good = np.flatnonzero(~blank & (fields == width))
    rejected = [_ragged(at + 1, data[starts[at] : ends[at]].decode().split(",")[0], int(fields[at]), width) for at in bad.tolist()]
    if len(good) != len(ends):
        data = b"".join(data[starts[at] : ends[at] + 1] for at in good.tolist())
    return data, good[1:] + 1, rejected


def _by_reading(data: bytes) -> tuple[bytes, Ints, list[Rejected]]:
    """The same of a file with quotes."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    reader = csv.reader(io.StringIO(data.decode(), newline=""))
    width, lines, rejected = 0, [], []
    for row in reader:
        if not row:
            continue
        width = width or len(row)
        if len(row) == width:
            write(row)
            lines.append(reader.line_num)
        else:
            rejected.append(_ragged(reader.line_num, row[0], len(row), width))
    return out.getvalue().encode(), np.array(lines[1:], dtype=np.int64), rejected


def _ragged(line: int, no: str, fields: int, width: int) -> Rejected:
    return Rejected(line, no, f"有 {fields} 个字段，表头有 {width} 个")


def _named(headings: list[str]) -> dict[str, str]:
    """Heading → our name, for the headings we know. Raises CannotRead when one that is needed is missing, or is there twice."""
    plain = {heading: heading.strip().lower() for heading in headings}
    names = {
        heading: name for heading, found in plain.items() for name, known in HEADINGS.items() if found in known
    }
    missing = [HEADINGS[name][0] for name in REQUIRED if name not in names.values()]
    if missing:
        raise CannotRead(f"缺少这些列：{'、'.join(missing)}（可用的列名见 docs/operations.md）")
    twice = {HEADINGS[name][0] for name in names.values() if list(names.values()).count(name) > 1}
    if twice:
        raise CannotRead(f"这些列有两份：{'、'.join(sorted(twice))}")
    return names


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows in the types of `SCHEMA`, with the first thing that is wrong with each in `reason`, else null there."""
    texts = {name: pl.col(name) for name in (*TIMES, "kind", "area", "priority", "status")}
    read = rows.with_columns(
        *(_times(rows[name]).alias(f"{name}!") for name in TIMES),
        *(
            pl.col(name).replace_strict(dict(known), default=None, return_dtype=pl.String).alias(f"{name}!")
            for name, known in (("kind", KINDS), ("area", AREAS), ("priority", PRIORITIES), ("status", STATUSES))
        ),
    )
    later = pl.min_horizontal([f"{name}!" for name in TIMES[1:]]) < pl.col("accepted!")
    checks = [
        (pl.col("no").is_null() | (pl.col("no") == ""), pl.lit("没有工单号")),
        (~pl.col("no").is_first_distinct(), pl.lit("工单号与前面的重复")),
        (_empty("first"), pl.lit("没有一级分类")),
        (_empty("accepted"), pl.lit("没有受理时间")),
        (_empty("kind"), pl.lit("没有类型")),
        *(
            (~_empty(name) & pl.col(f"{name}!").is_null(), pl.format("{}不认识：{}", pl.lit(HEADINGS[name][0]), shown))
            for name, shown in texts.items()
        ),
        (later.fill_null(False), pl.lit("有一步的时间早于受理时间")),
    ]
    reason = pl.coalesce([pl.when(wrong).then(why) for wrong, why in checks])
    return read.with_columns(
        reason.alias(_REASON),
        *(pl.col(f"{name}!").alias(name) for name in texts),
        *(hashed(rows[name]).alias(name) for name in CUSTOMER),
        pl.lit(None, pl.Boolean).alias("review"),
        *(pl.when(~_empty(name)).then(pl.col(name)).alias(name) for name in ("second", "owner", "business")),
    )


def _empty(name: str) -> pl.Expr:
    return pl.col(name).is_null() | (pl.col(name) == "")


def _times(texts: pl.Series) -> pl.Series:
    """Local times in one of the accepted forms, else null. Most files keep to the first form, so the others wait."""
    times = texts.str.to_datetime(TIME_FORMS[0], time_unit="us", strict=False)
    left = times.is_null() & texts.is_not_null() & (texts != "")
    if not left.any():
        return times
    rest = texts.filter(left).str.replace("T", " ", literal=True).str.replace(r"(?:\.\d+)?(?:\+08:?00)?$", "")
    read = pl.select(pl.coalesce([rest.str.to_datetime(form, time_unit="us", strict=False) for form in TIME_FORMS]))
    return times.scatter(left.arg_true(), read.to_series())
