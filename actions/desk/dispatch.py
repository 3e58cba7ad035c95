"""Which crew goes: by skill, load, distance and road, with the figures the choice was made by. Pure.

The crew expected to be there first is asked: the drive, and for each job in hand the time such a job takes. Danger to life
does not wait for jobs in hand, so for an emergency they count little.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from actions.desk.places import Crew
from actions.desk.tickets import Priority, Ticket

JOB_MINUTES = 40.0
"""What a job in hand keeps a crew: about the time on site of a low-voltage repair. An assumption; it only orders crews."""

EMERGENCY_SHARE = 0.25
"""How much of that counts when life is in danger: the job in hand is left as soon as it is safe."""

_MV = "mv"
_LV = "lv"


@dataclass(frozen=True, slots=True)
class Leg:
    """A drive: kilometres by road and minutes."""

    km: float
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A crew that was weighed. `leg` is None where the place is unknown; `minutes` until it is expected on site."""

    crew: Crew
    load: int
    leg: Leg | None
    able: bool
    asked: bool
    minutes: float

    @property
    def possible(self) -> bool:
        """Whether it may be sent."""
        return self.able and not self.asked


@dataclass(frozen=True, slots=True)
class Choice:
    """Who goes, and everybody who was weighed, best first, those who cannot go last."""

    crew: Crew | None
    candidates: tuple[Candidate, ...]

    def data(self) -> dict[str, str]:
        """For the event: the crew and the figures of all candidates as JSON text."""
        rows = [
            {
                "crew_no": one.crew.crew_no,
                "load": one.load,
                "km": None if one.leg is None else round(one.leg.km, 1),
                "drive_minutes": None if one.leg is None else round(one.leg.minutes),
                "expected_minutes": round(one.minutes),
                "skilled": one.able,
                "asked_before": one.asked,
            }
            for one in self.candidates
        ]
        named = {} if self.crew is None else {"crew_no": self.crew.crew_no, "crew": self.crew.name}
        return {**named, "candidates": json.dumps(rows, ensure_ascii=False)}

    def reason(self) -> str:
        """The choice in one line for the log, as dispatchers read it."""
        return "；".join(_line(one, chosen=one.crew == self.crew) for one in self.candidates) or "没有抢修班组"


def skill_needed(ticket: Ticket, *, whole_area: bool) -> str:
    """`mv` for what lies on the medium-voltage side (高压故障, a whole area without power), else `lv`."""
    return _MV if whole_area or (ticket.category and ticket.category[0] == "高压故障") else _LV


def choose(
    crews: Iterable[Crew],
    *,
    skill: str,
    priority: Priority,
    loads: Mapping[str, int],
    legs: Mapping[str, Leg],
    asked: Collection[str] = (),
) -> Choice:
    """Weigh `crews`. `loads`: jobs in hand by crew number; `legs`: the drive, absent where unknown; `asked`: those not to ask again."""
    share = EMERGENCY_SHARE if priority is Priority.EMERGENCY else 1.0
    weighed = []
    for crew in crews:
        load, leg = loads.get(crew.crew_no, 0), legs.get(crew.crew_no)
        minutes = load * JOB_MINUTES * share + (0.0 if leg is None else leg.minutes)
        able = skill in crew.skills
        weighed.append(
            Candidate(crew=crew, load=load, leg=leg, able=able, asked=crew.crew_no in asked, minutes=minutes)
        )
    weighed.sort(key=lambda one: (not one.possible, one.minutes, one.crew.crew_no))
    best = weighed[0].crew if weighed and weighed[0].possible else None
    return Choice(best, tuple(weighed))


def _line(one: Candidate, *, chosen: bool) -> str:
    where = "路程未知" if one.leg is None else f"路程{one.leg.km:.1f}公里约{one.leg.minutes:.0f}分钟"
    line = f"{one.crew.name}：手上{one.load}单，{where}，预计{one.minutes:.0f}分钟可到"
    if one.asked:
        return f"{line}（已问过，未接单）"
    if not one.able:
        return f"{line}（技能不符）"
    return f"选{line}" if chosen else line
