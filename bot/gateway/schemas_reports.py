"""Requests and answers about reports and satisfaction surveys."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from actions.desk.tickets import Kind
from bot.gateway.fields import Id, Note

PeriodName = Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9Qq.-]*$")]
ReasonName = Literal["not_solved", "slow", "manner", "fee", "unclear", "other"]


class ServiceQuery(BaseModel):
    """`period`: 2026, 2026-Q3, 2026-08, 2026-08-15, or two of them with `..` between; empty is all time."""

    period: PeriodName = ""


class OrdersQuery(ServiceQuery):
    """`days`: within how many the same matter of the same customer is a repetition."""

    kind: Kind | None = None
    days: Annotated[int, Field(ge=1, le=366)] = 30


class ReportTable(BaseModel):
    """One table; shares are text with two places and `%`. `picture` is its bars as SVG, or null."""

    key: str
    title: str
    heads: list[str]
    rows: list[list[str | int]]
    note: str
    picture: str | None


class ReportView(BaseModel):
    """A report of a period. Nothing in it names a customer."""

    period: str
    made_at: str
    tables: list[ReportTable]


class SurveyAnswer(BaseModel):
    """A score a customer gave on the phone; `actor` is who asked. A score of 2 or 1 reopens the ticket."""

    score: Annotated[int, Field(ge=1, le=5, strict=True)]
    reason: ReasonName | None = None
    comment: Note = ""
    actor: Id = "staff"


class SurveyView(BaseModel):
    """The survey of a ticket; without a score it waits for its answer."""

    ticket_no: str
    channel: str
    asked_at: str
    score: int | None
    reason: str | None
    comment: str | None
    answered_at: str | None
    answered_by: str | None
