"""Crews from a spreadsheet: read row by row, as outage plans are (`desk.plans`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from actions.desk.places import Crew

CREW_COLUMNS = ("班组编号", "名称", "纬度", "经度", "技能")
"""The headings, all required. 纬度 and 经度 in degrees (WGS 84); 技能: 低压, 中压, or both with 、 between them."""

_SKILLS = {"低压": "lv", "中压": "mv", "高压": "mv", "lv": "lv", "mv": "mv"}
_LONGEST = {"班组编号": 20, "名称": 60}


@dataclass(frozen=True, slots=True)
class CrewReview:
    """Crews to store (new and changed), those that are stored so already, and (row, reason) of rows that are refused."""

    new: tuple[Crew, ...]
    changed: tuple[Crew, ...]
    unchanged: tuple[Crew, ...]
    refused: tuple[tuple[int, str], ...]


def review_crews(rows: Iterable[Mapping[str, Any]], known: Iterable[Crew]) -> CrewReview:
    """Sort the rows of a sheet; rows count from 2, the heading is 1. A number may come once; crews not in the sheet stay."""
    before = {crew.crew_no: crew for crew in known}
    new: list[Crew] = []
    changed: list[Crew] = []
    unchanged: list[Crew] = []
    refused: list[tuple[int, str]] = []
    seen: set[str] = set()
    for at, row in enumerate(rows, start=2):
        try:
            crew = _crew(row)
            if crew.crew_no in seen:
                raise ValueError(f"班组编号{crew.crew_no}在表里出现了两次")
        except ValueError as error:
            refused.append((at, str(error)))
            continue
        seen.add(crew.crew_no)
        old = before.get(crew.crew_no)
        (new if old is None else unchanged if old == crew else changed).append(crew)
    return CrewReview(tuple(new), tuple(changed), tuple(unchanged), tuple(refused))


def _crew(row: Mapping[str, Any]) -> Crew:
    text = {name: "" if row.get(name) is None else str(row[name]).strip() for name in CREW_COLUMNS}
    missing = [name for name in CREW_COLUMNS if not text[name]]
    if missing:
        raise ValueError("缺少" + "、".join(missing))
    for name, most in _LONGEST.items():
        if len(text[name]) > most or not text[name].isprintable():
            raise ValueError(f"{name}超过{most}个字或有不能用的字符")
    named = [part.strip().lower() for part in text["技能"].replace("，", "、").replace(",", "、").split("、") if part.strip()]
    unknown = [name for name in named if name not in _SKILLS]
    if unknown or not named:
        raise ValueError(f"技能“{text['技能'][:20]}”不是低压、中压")
    skills = tuple(sorted({_SKILLS[name] for name in named}))
    lat, lon = _degrees("纬度", text["纬度"], 90), _degrees("经度", text["经度"], 180)
    return Crew(crew_no=text["班组编号"], name=text["名称"], lat=lat, lon=lon, skills=skills)


def _degrees(name: str, text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or abs(value) > most:
        raise ValueError(f"{name}“{text[:20]}”不是度数，例如31.2301")
    return value
