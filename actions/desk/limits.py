"""Time limits as data: what is promised for which step, by kind, business, area and company.

Source: domain facts section 9 (defaults and alternatives), the rows behind it in sections 3.1, 3.2 and 4.2; the letter in
each `source` is that document's certainty mark. Figures marked D there (dispatch of a repair in 2 minutes, opinions in
9 工作日 …) have no source and are left out; a utility that has them adds a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from actions.desk.calendar import WorkingCalendar
from actions.desk.errors import UnknownProfile
from actions.desk.tickets import Area, Kind, Priority, Status

WARN_SHARE = Fraction(4, 5)
"""A clock warns when this share of its limit is used. Paper 001 (domain facts 1.1, 9)."""


class Unit(StrEnum):
    """What a limit is counted in: minutes and hours run by the clock, working days by the calendar."""

    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as it is promised."""

    amount: int
    unit: Unit

    def moments(self, start: datetime, calendar: WorkingCalendar) -> tuple[datetime, datetime]:
        """(warn_at, due_at) of a clock started at `start` (aware)."""
        if self.unit is Unit.WORKING_DAYS:
            return (
                calendar.share_of_working_days(start, self.amount, WARN_SHARE),
                calendar.add_working_days(start, self.amount),
            )
        length = timedelta(**{self.unit.value: self.amount})
        return start + length * WARN_SHARE.numerator / WARN_SHARE.denominator, start + length


@dataclass(frozen=True, slots=True)
class Limit:
    """The figures of one rule in one company, for each area."""

    spans: Mapping[Area, Span]
    source: str

    def span(self, area: Area, priority: Priority) -> Span:
        """The limit of a place. An emergency is never given longer than the city has."""
        return self.spans[Area.URBAN if priority is Priority.EMERGENCY else area]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which clock runs when: from reaching `starts` until reaching `ends` or a later step of the road.

    `businesses`: the service requests it is for; empty means every ticket of the kind that no other rule names.
    """

    key: str
    kind: Kind
    step: str
    ends: Status
    starts: Status = Status.ACCEPTED
    businesses: frozenset[str] = frozenset()


def _request(key: str, step: str, *businesses: str, ends: Status = Status.RESOLVED) -> Rule:
    return Rule(key, Kind.SERVICE_REQUEST, step, ends=ends, businesses=frozenset(businesses))


_HOME = ("apply_new_service", "apply_ev_charger")
_LV = "apply_new_service.lv"
_HV_SINGLE = "apply_new_service.hv_single"
_HV_DOUBLE = "apply_new_service.hv_double"

RULES: tuple[Rule, ...] = (
    Rule("repair.arrive", Kind.REPAIR, "arrive", ends=Status.ON_SITE),
    Rule("repair.restore", Kind.REPAIR, "restore", starts=Status.ON_SITE, ends=Status.RESOLVED),
    Rule("complaint.dispatch", Kind.COMPLAINT, "dispatch", ends=Status.DISPATCHED),
    Rule("complaint.contact", Kind.COMPLAINT, "contact", ends=Status.CONTACTED),
    Rule("complaint.reply", Kind.COMPLAINT, "reply", ends=Status.RESOLVED),
    # Paper 001 measures the whole from acceptance to the end of the callback.
    Rule("complaint.total", Kind.COMPLAINT, "total", ends=Status.CALLED_BACK),
    Rule("report.reply", Kind.VIOLATION_REPORT, "reply", ends=Status.RESOLVED),
    Rule("consult.reply", Kind.CONSULTATION, "reply", ends=Status.RESOLVED),
    _request("reconnect", "reconnect", "request_reconnection"),
    _request("meter.test", "test", "report_meter_fault"),
    _request("meter.anomaly", "reply", "dispute_bill"),
    _request("appliance.visit", "arrive", "claim_damage", ends=Status.ON_SITE),
    # The supply plan is given to the customer by the desk's contact; the whole ends with the supply switched on.
    _request("new.lv.plan", "plan", *_HOME, _LV, ends=Status.CONTACTED),
    _request("new.hv1.plan", "plan", _HV_SINGLE, ends=Status.CONTACTED),
    _request("new.hv2.plan", "plan", _HV_DOUBLE, ends=Status.CONTACTED),
    _request("new.resident", "connect", *_HOME),
    _request("new.lv", "connect", _LV),
    _request("new.hv1", "connect", _HV_SINGLE),
    _request("new.hv2", "connect", _HV_DOUBLE),
    _request("request.reply", "reply"),
)
"""Which clocks there are. How long they run is the profile's."""


def _by_area(urban: int, rural: int, remote: int, unit: Unit, source: str) -> Limit:
    amounts = zip(Area, (urban, rural, remote), strict=True)
    return Limit(MappingProxyType({area: Span(amount, unit) for area, amount in amounts}), source)


def _everywhere(amount: int, unit: Unit, source: str) -> Limit:
    return _by_area(amount, amount, amount, unit, source)


_MIN, _H, _WD = Unit.MINUTES, Unit.HOURS, Unit.WORKING_DAYS

_DEFAULTS: Mapping[str, Limit] = {
    "repair.arrive": _by_area(45, 90, 120, _MIN, "国家电网十项承诺 3: arrival average 45/90 min/2 h (A, G1 C1)"),
    # The promise names city and rural only; a remote place is held to the rural figure.
    "repair.restore": _by_area(
        3, 4, 4, _H, "国家电网十项承诺 3: restored after arrival, average 3 h city, 4 h rural (A, G1)"
    ),
    "complaint.dispatch": _everywhere(20, _MIN, "dispatched with its level in 20 min (B, W1, paper 001)"),
    "complaint.contact": _everywhere(24, _H, "customer contacted in 24 h (A, G3)"),
    "complaint.reply": _everywhere(4, _WD, "handled and answered in 4 工作日, one left for the callback (A, G3; X6)"),
    "complaint.total": _everywhere(5, _WD, "public promise 5 工作日 in all (B, C3; X6)"),
    "report.reply": _everywhere(9, _WD, "举报 handled and answered in 9 工作日 (A, G3)"),
    "consult.reply": _everywhere(5, _WD, "业务咨询 not answered at once: 5 工作日 (B, C4)"),
    "reconnect": _everywhere(24, _H, "restored 24 h after the bill is settled (供电营业规则 2024, B, R2; X1)"),
    "meter.test": _everywhere(5, _WD, "国家电网十项承诺 7: test result in 5 工作日 (A, G1; X2)"),
    "meter.anomaly": _everywhere(5, _WD, "国家电网十项承诺 7: data anomaly checked and answered in 5 工作日 (A, G1)"),
    "appliance.visit": _everywhere(24, _H, "居民家用电器损坏处理办法: on site in 24 h (B, R11)"),
    "new.lv.plan": _everywhere(3, _WD, "供电营业规则 2024: low-voltage plan in 3 工作日 (B, paper 000; X4)"),
    "new.hv1.plan": _everywhere(10, _WD, "供电营业规则 2024: high voltage, one source, 10 工作日 (B, paper 000; X4)"),
    "new.hv2.plan": _everywhere(20, _WD, "供电营业规则 2024: high voltage, two sources, 20 工作日 (B, paper 000; X4)"),
    "new.resident": _everywhere(5, _WD, "国家电网十项承诺 6: resident, whole process, 5 工作日 (A, G1)"),
    "new.lv": _everywhere(6, _WD, "国家电网十项承诺 6: low voltage non-resident, own steps, 6 工作日 (A, G1)"),
    "new.hv1": _everywhere(22, _WD, "国家电网十项承诺 6: high voltage, one source, 22 工作日 (A, G1)"),
    "new.hv2": _everywhere(32, _WD, "国家电网十项承诺 6: high voltage, two sources, 32 工作日 (A, G1)"),
    "request.reply": _everywhere(5, _WD, "other service requests 5 工作日 (C, W2)"),
}

_LEGAL_ARRIVAL = _by_area(60, 120, 240, _MIN, "GB/T 28583-2012: arrival in 60/120/240 min (B, T1; X5)")

_SOUTHERN: Mapping[str, Limit] = {
    "repair.restore": _by_area(4, 5, 5, _H, "南方电网服务承诺: restored, average 4 h city, 5 h rural (C, C2)"),
    "reconnect": _everywhere(12, _H, "南方电网服务承诺: reconnected in 12 h after settlement (C, C2; X1)"),
}

_SHANGHAI: Mapping[str, Limit] = {
    # The ordinance divides at the outer ring road only: outside it there is no third class.
    "repair.arrive": _by_area(
        60, 90, 90, _MIN, "上海市供用电条例 Art. 13: 60 min inside, 90 min outside 外环线 (A, L1)"
    ),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A company's limits by rule key."""

    name: str
    limits: Mapping[str, Limit]

    def rules_for(self, kind: Kind, business: str | None) -> tuple[Rule, ...]:
        """The rules whose clocks a ticket of this kind and business has."""
        own = tuple(rule for rule in RULES if rule.kind is kind and business in rule.businesses)
        return own or tuple(rule for rule in RULES if rule.kind is kind and not rule.businesses)


# The names are those of the knowledge base's profiles, so that what is answered and what is measured go together.
_OVERRIDES: Mapping[str, Mapping[str, Limit]] = {
    "national": {"repair.arrive": _LEGAL_ARRIVAL},
    "state_grid": {},
    "zhejiang": {},
    "jiangsu": {},
    "shanghai": _SHANGHAI,
    "southern_grid": _SOUTHERN,
    "guangdong": _SOUTHERN,
}

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {name: Profile(name, MappingProxyType({**_DEFAULTS, **own})) for name, own in _OVERRIDES.items()}
)
"""Every known company's limits; domain facts section 9, where a company has no figure of its own the default holds."""


def profile(name: str) -> Profile:
    """The limits of a company. Raises UnknownProfile."""
    try:
        return PROFILES[name]
    except KeyError:
        raise UnknownProfile(f"no profile {name!r}; known: {', '.join(PROFILES)}") from None
