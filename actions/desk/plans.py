"""Outage plans from a spreadsheet: read row by row, and reviewed before anything is stored.

Planned work is announced seven days ahead, temporary work a day (电力供应与使用条例 Art. 28; domain facts 2.1, mark A), so a new or
moved plan that is too late for that is refused with its reason, not taken silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from actions.desk.clock import SHANGHAI
from actions.desk.customers import Outage, OutageType

COLUMNS = ("计划编号", "类型", "停电原因", "停电范围", "开始时间", "结束时间")
"""The headings, all required. 类型 is 计划 or 临时; 停电范围 is written as outages are (see `places.covers`)."""

_AHEAD = {"计划": timedelta(days=7), "临时": timedelta(hours=24)}
_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S")
_LONGEST = {"计划编号": 40, "停电原因": 300, "停电范围": 300}


@dataclass(frozen=True, slots=True)
class Review:
    """What a sheet holds: plans to store (new and changed), plans stored already, and (row, reason) of rows that are refused."""

    new: tuple[Outage, ...]
    changed: tuple[Outage, ...]
    unchanged: tuple[Outage, ...]
    refused: tuple[tuple[int, str], ...]


def review(rows: Iterable[Mapping[str, Any]], known: Mapping[str, Outage], now: datetime) -> Review:
    """Sort the rows of a sheet. `known`: stored outages by number; rows count from 2, the heading is 1. A number may come once."""
    new: list[Outage] = []
    changed: list[Outage] = []
    unchanged: list[Outage] = []
    refused: list[tuple[int, str]] = []
    seen: set[str] = set()
    for at, row in enumerate(rows, start=2):
        try:
            plan, ahead = _plan(row)
            if plan.outage_no in seen:
                raise ValueError(f"计划编号{plan.outage_no}在表里出现了两次")
            seen.add(plan.outage_no)
            before = known.get(plan.outage_no)
            if before is not None and before.type is not OutageType.PLANNED:
                raise ValueError(f"编号{plan.outage_no}已是一起故障停电")
            if before == plan:
                unchanged.append(plan)
                continue
            if plan.starts < now + ahead:
                raise ValueError(f"{row['类型']}停电须提前{_days(ahead)}通知，离开始时间已不足")
        except ValueError as error:
            refused.append((at, str(error)))
        else:
            (new if before is None else changed).append(plan)
    return Review(tuple(new), tuple(changed), tuple(unchanged), tuple(refused))


def _plan(row: Mapping[str, Any]) -> tuple[Outage, timedelta]:
    text = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    missing = [name for name in COLUMNS if not text[name]]
    if missing:
        raise ValueError("缺少" + "、".join(missing))
    for name, most in _LONGEST.items():
        if len(text[name]) > most:
            raise ValueError(f"{name}超过{most}个字")
    if text["类型"] not in _AHEAD:
        raise ValueError(f"类型“{text['类型']}”不是计划或临时")
    starts, ends = (_moment(name, row[name]) for name in ("开始时间", "结束时间"))
    if ends <= starts:
        raise ValueError("结束时间不晚于开始时间")
    plan = Outage(
        outage_no=text["计划编号"],
        type=OutageType.PLANNED,
        reason=text["停电原因"],
        area=text["停电范围"],
        starts=starts,
        ends=ends,
    )
    return plan, _AHEAD[text["类型"]]


def _moment(name: str, value: Any) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=SHANGHAI) if value.tzinfo is None else value.astimezone(SHANGHAI)
    for form in _FORMS:
        try:
            return datetime.strptime(str(value).strip(), form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    raise ValueError(f"{name}“{value}”看不懂，请写成2026-12-05 08:00")


def _days(ahead: timedelta) -> str:
    return f"{ahead.days}天" if ahead.days > 1 else "24小时"
