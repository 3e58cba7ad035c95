"""Outage plans: read row by row and reviewed before anything is stored; what has to be told of them, and by when.

Planned work is told seven days ahead, temporary work a day ahead to important users (电力供应与使用条例 Art. 28; domain facts 2.1,
mark A). A plan that comes too late for that is taken all the same, as its customers are better told late than not at all, and
is marked as late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from actions.desk.clock import SHANGHAI, local
from actions.desk.customers import Outage, OutageType
from actions.desk.network import TransformerArea
from actions.desk.quiet import QuietHours

COLUMNS = ("计划编号", "类型", "停电原因", "停电范围", "开始时间", "结束时间")
"""The headings. 类型 is 计划 or 临时; 停电范围 is written as outages are (see `places.covers`). All required, except that
停电范围 may be left out where `AREAS` is given."""

AREAS = "台区"
"""The optional heading: numbers or names of transformer areas, with 、 between them."""

AHEAD = {False: timedelta(days=7), True: timedelta(hours=24)}
"""How long before it begins a plan is told, by whether it is temporary."""

AGAIN = timedelta(hours=24)
"""How long before it begins it is told again."""

_TYPES = {"计划": False, "临时": True}
_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S")
_YEARS = range(2000, 2200)
_LONGEST = {"计划编号": 40, "停电原因": 300, "停电范围": 300}


class Round(StrEnum):
    """A walk over the customers: `tell` of a new or changed plan, `again` shortly before, `cancel` that it is off."""

    TELL = "tell"
    AGAIN = "again"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan and how far the telling is. `revision` grows when customers have to be told of a change; `late`: it came too late.

    `round` is the walk that is under way or comes next, None when all is told; `next_at` when it goes on, `cursor` from where.
    """

    outage: Outage
    temporary: bool = False
    area_nos: tuple[str, ...] = ()
    revision: int = 1
    imported_at: datetime
    late: bool = False
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    round: Round | None = Round.TELL
    cursor: str = ""
    next_at: datetime | None = None

    @property
    def outage_no(self) -> str:
        """Its number."""
        return self.outage.outage_no

    @property
    def ends(self) -> datetime:
        """When power is to be back; a plan always has an end."""
        return self.outage.ends or self.outage.starts

    def walked(self, now: datetime, quiet: QuietHours) -> Plan:
        """The plan when its round is through: with the next round, or none."""
        done = replace(self, cursor="", round=None, next_at=None)
        if self.round is not Round.TELL or self.cancelled_at is not None:
            return done
        again = quiet.eve(self.outage.starts - AGAIN)
        # Who was told within the day before need not hear the same again.
        if again - AGAIN < max(self.imported_at, now - AGAIN):
            return done
        return replace(done, round=Round.AGAIN, next_at=again)


@dataclass(frozen=True, slots=True)
class Review:
    """What a sheet holds: plans to store (new and changed), plans stored already, and (row, reason) of rows that are refused."""

    new: tuple[Plan, ...]
    changed: tuple[Plan, ...]
    unchanged: tuple[Plan, ...]
    refused: tuple[tuple[int, str], ...]

    @property
    def late(self) -> tuple[Plan, ...]:
        """Those of the new and changed that come too late."""
        return tuple(plan for plan in (*self.new, *self.changed) if plan.late)


@dataclass(frozen=True, slots=True)
class Known:
    """What rows are held against: stored plans and outages by number, transformer areas."""

    plans: Mapping[str, Plan]
    outages: Mapping[str, Outage]
    areas: tuple[TransformerArea, ...] = ()


def numbers(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """The plan numbers in a sheet."""
    return {str(row.get("计划编号") or "").strip() for row in rows}


def review(
    rows: Iterable[Mapping[str, Any]], known: Known, now: datetime, quiet: QuietHours, *, first: int = 2
) -> Review:
    """Sort the rows of a sheet; rows count from `first` (in a sheet 2, the heading is 1). A number may come once."""
    new: list[Plan] = []
    changed: list[Plan] = []
    unchanged: list[Plan] = []
    refused: list[tuple[int, str]] = []
    seen: set[str] = set()
    for at, row in enumerate(rows, start=first):
        try:
            plan = _plan(row, known.areas, now)
            if plan.outage_no in seen:
                raise ValueError(f"计划编号{plan.outage_no}在表里出现了两次")
            seen.add(plan.outage_no)
            before = known.plans.get(plan.outage_no)
            after = _held_against(plan, before, known.outages.get(plan.outage_no), now, quiet)
        except ValueError as error:
            refused.append((at, str(error)))
        else:
            (new if before is None else unchanged if after == before else changed).append(after)
    return Review(tuple(new), tuple(changed), tuple(unchanged), tuple(refused))


def _held_against(
    plan: Plan, before: Plan | None, outage: Outage | None, now: datetime, quiet: QuietHours
) -> Plan:
    if outage is not None and outage.type is not OutageType.PLANNED:
        raise ValueError(f"编号{plan.outage_no}已是一起故障停电")
    late = quiet.heard(now) > plan.outage.starts - AHEAD[plan.temporary]
    if before is None:
        if plan.outage.starts <= now:
            raise ValueError("开始时间已过，不能再作为计划通知")
        return replace(plan, late=late, next_at=now)
    if before.cancelled_at is not None:
        raise ValueError(f"计划{plan.outage_no}已取消，请换一个编号")
    if _content(before) == _content(plan):
        return before
    if plan.ends <= now or (plan.outage.starts <= now and plan.outage.starts != before.outage.starts):
        raise ValueError("改后的时间已过")
    if _told_of(before) == _told_of(plan):
        # Other words for the same work: nobody has to be told again.
        return replace(before, outage=plan.outage)
    return replace(plan, revision=before.revision + 1, late=late, next_at=now)


def _content(plan: Plan) -> tuple[object, ...]:
    return (plan.outage, plan.temporary, plan.area_nos)


def _told_of(plan: Plan) -> tuple[object, ...]:
    """What a customer has to know: when and where."""
    return (plan.outage.starts, plan.outage.ends, plan.outage.area, plan.temporary, plan.area_nos)


def _plan(row: Mapping[str, Any], areas: tuple[TransformerArea, ...], now: datetime) -> Plan:
    text = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    supplied = _areas(str(row.get(AREAS) or ""), areas)
    if supplied and not text["停电范围"]:
        text["停电范围"] = "、".join(area.stretch for area in supplied)
    missing = [name for name in COLUMNS if not text[name]]
    if missing:
        raise ValueError("缺少" + "、".join(missing))
    for name, most in _LONGEST.items():
        if len(text[name]) > most:
            raise ValueError(f"{name}超过{most}个字")
        if not text[name].isprintable() or (name == "计划编号" and "/" in text[name]):
            raise ValueError(f"{name}里有不能用的字符")
    if text["类型"] not in _TYPES:
        raise ValueError(f"类型“{text['类型'][:20]}”不是计划或临时")
    starts, ends = (moment(name, row[name]) for name in ("开始时间", "结束时间"))
    if ends <= starts:
        raise ValueError("结束时间不晚于开始时间")
    outage = Outage(
        outage_no=text["计划编号"],
        type=OutageType.PLANNED,
        reason=text["停电原因"],
        area=text["停电范围"],
        starts=starts,
        ends=ends,
    )
    area_nos = tuple(sorted(area.area_no for area in supplied))
    return Plan(outage=outage, temporary=_TYPES[text["类型"]], area_nos=area_nos, imported_at=now)


def _areas(text: str, areas: tuple[TransformerArea, ...]) -> tuple[TransformerArea, ...]:
    names = [name for part in text.replace("，", "、").replace(",", "、").split("、") if (name := part.strip())]
    by_name = {key: area for area in areas for key in (area.area_no, area.name)}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise ValueError(f"没有台区“{unknown[0][:40]}”")
    return tuple({by_name[name].area_no: by_name[name] for name in names}.values())


def moment(name: str, value: Any) -> datetime:
    """The moment in a cell of the column `name`: local time, as `2026-12-05 08:00` or a datetime. Raises ValueError."""
    found = value if isinstance(value, datetime) else _written(str(value).strip())
    if found is None or found.year not in _YEARS:
        raise ValueError(f"{name}“{str(value)[:40]}”看不懂，请写成2026-12-05 08:00")
    return found.replace(tzinfo=SHANGHAI) if found.tzinfo is None else local(found)


def _written(text: str) -> datetime | None:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
