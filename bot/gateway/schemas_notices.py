"""Requests and answers about outage plans and notices."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, StrictBool

from actions.desk.clock import rfc3339
from actions.desk.notices import Notice, Topic, masked
from actions.desk.notifier import Call
from actions.desk.plans import AREAS, COLUMNS, Plan, Review
from actions.ports.notices import PlanState
from bot.gateway.fields import Id

Words = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


def _written_out(value: object) -> object:
    """A moment is written as text: a bare number would be taken for seconds of 1970."""
    if not isinstance(value, str):
        raise ValueError("must be a date and time with its zone, as text")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
_TYPES = {False: "planned", True: "temporary"}


class PlanRow(BaseModel):
    """A plan as it is imported. Where it is: `area` in words (`安澜市滨江区望江路1号至60号`), or transformer areas, or both."""

    outage_no: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f/]+$")]
    type: Literal["planned", "temporary"]
    reason: Annotated[Words, Field(min_length=1)]
    area: Words = ""
    area_nos: Annotated[list[Words], Field(max_length=50)] = []
    starts: Moment
    ends: Moment

    def row(self) -> dict[str, Any]:
        """The plan under the headings of a sheet."""
        kind = "计划" if self.type == "planned" else "临时"
        cells = (self.outage_no, kind, self.reason, self.area, self.starts, self.ends)
        return {**dict(zip(COLUMNS, cells, strict=True)), AREAS: "、".join(self.area_nos)}


class PlanImport(BaseModel):
    """Plans to be stored; one that is stored already in the same words is nothing. Sent as text/csv: a sheet with the headings of `dianda outage import`."""

    plans: Annotated[list[PlanRow], Field(max_length=1000)]


class RefusedRow(BaseModel):
    """A row that was not taken: its number (of JSON from 1, of a sheet from 2) and why."""

    row: int
    reason: str


class PlanReview(BaseModel):
    """What was done with an import, by plan number; `late` are those of the new and changed that come too late for their notice."""

    new: list[str]
    changed: list[str]
    unchanged: list[str]
    late: list[str]
    refused: list[RefusedRow]


class PlanView(BaseModel):
    """A plan: `told` customers, `calls` of them by a person (`open_calls` not yet made), letters `waiting` and `dead`; `round`: what is being told next."""

    outage_no: str
    type: Literal["planned", "temporary"]
    reason: str
    area: str
    area_nos: list[str]
    starts: str
    ends: str
    revision: int
    imported_at: str
    late: bool
    cancelled_at: str | None
    cancel_reason: str
    round: Literal["tell", "again", "cancel"] | None
    next_at: str | None
    told: int
    calls: int
    open_calls: int
    waiting: int
    dead: int


class PlanList(BaseModel):
    """Plans to come, running, and of the last week, by start; `quiet_hours` as they are set; `open_calls`: calls to be made, those of reminders too."""

    plans: list[PlanView]
    open_calls: int
    quiet_hours: str


class PlanCancel(BaseModel):
    """Calls a plan off; who was told of it is told."""

    reason: Words = ""
    actor: Id = "staff"


class CancelledPlan(BaseModel):
    """A plan that was called off."""

    outage_no: str
    cancelled_at: str


class NoticeQuery(BaseModel):
    """How many."""

    limit: Annotated[int, Field(ge=1, le=500)] = 100


class NoticeView(BaseModel):
    """The note that an account (masked) was told something."""

    account: str
    subject: str
    step: str
    at: str
    by_person: bool
    done_at: str | None
    done_by: str | None


class NoticeList(BaseModel):
    """The latest notices, newest first."""

    notices: list[NoticeView]


class CallView(BaseModel):
    """A call to somebody who lives on a machine: whom, and what is to be told."""

    key: str
    subject: str
    step: str
    at: str
    account_no: str
    name: str
    phone: str
    address: str


class CallList(BaseModel):
    """Calls that are to be made, oldest first."""

    calls: list[CallView]


class CallDone(BaseModel):
    """Who made the call."""

    actor: Id = "staff"


class Choice(BaseModel):
    """What an account's customer wants to be told."""

    topic: Literal["bill", "outage", "both"]
    wanted: StrictBool
    actor: Id = "staff"

    def topics(self) -> tuple[Topic, ...]:
        """The topics meant."""
        return tuple(Topic) if self.topic == "both" else (Topic(self.topic),)


class Choices(BaseModel):
    """By topic; null: never chosen."""

    bill: bool | None
    outage: bool | None


def review_view(review: Review) -> PlanReview:
    """A review as the API shows it."""
    named = {name: [plan.outage_no for plan in getattr(review, name)] for name in ("new", "changed", "unchanged", "late")}
    return PlanReview(**named, refused=[RefusedRow(row=row, reason=reason) for row, reason in review.refused])


def plan_view(state: PlanState) -> PlanView:
    """A plan as the API shows it."""
    plan = state.plan
    return PlanView.model_validate(
        {
            **{name: getattr(plan, name) for name in ("outage_no", "revision", "late", "cancel_reason", "round")},
            "type": _TYPES[plan.temporary],
            "reason": plan.outage.reason,
            "area": plan.outage.area,
            "area_nos": list(plan.area_nos),
            "starts": rfc3339(plan.outage.starts),
            "ends": rfc3339(plan.ends),
            "imported_at": rfc3339(plan.imported_at),
            "cancelled_at": _text(plan.cancelled_at),
            "next_at": _text(plan.next_at),
            **{name: getattr(state, name) for name in ("told", "calls", "open_calls", "waiting", "dead")},
        }
    )


def cancelled_view(plan: Plan) -> CancelledPlan:
    """A plan that was called off, as the API shows it."""
    return CancelledPlan(outage_no=plan.outage_no, cancelled_at=_text(plan.cancelled_at) or "")


def notice_view(notice: Notice) -> NoticeView:
    """A notice as the API shows it."""
    return NoticeView(
        account=masked(notice.account_no),
        subject=notice.subject,
        step=notice.step.value,
        at=rfc3339(notice.at),
        by_person=notice.by_person,
        done_at=_text(notice.done_at),
        done_by=notice.done_by,
    )


def call_view(call: Call) -> CallView:
    """A call as the API shows it."""
    notice, account = call.notice, call.account
    whom = {name: getattr(account, name) for name in ("account_no", "name", "phone", "address")}
    return CallView(key=notice.key, subject=notice.subject, step=notice.step.value, at=rfc3339(notice.at), **whom)


def _text(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
