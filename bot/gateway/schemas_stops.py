"""Requests and answers about stop orders."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool

from actions.desk.clock import rfc3339
from actions.desk.notices import masked
from actions.desk.stops import COLUMNS, DEMANDED, StopOrder, StopReview
from bot.gateway.fields import Id
from bot.gateway.schemas_notices import Moment, RefusedRow, Words

Amount = Annotated[str, Field(pattern=r"^\d{1,10}(\.\d{1,2})?$")]
"""Yuan as text, so that no cent is lost on the way."""


class StopRow(BaseModel):
    """An order as it is imported. `demanded_on`: the day of a demand made on paper or elsewhere, `2026-11-05`."""

    order_no: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")]
    account_no: Id
    amount: Amount
    planned_at: Moment
    reason: Annotated[Words, Field(min_length=1)]
    approved_by: Id
    demanded_on: Annotated[str, Field(max_length=10)] = ""

    def row(self) -> dict[str, Any]:
        """The order under the headings of a sheet."""
        cells = (self.order_no, self.account_no, self.amount, self.planned_at, self.reason, self.approved_by)
        return {**dict(zip(COLUMNS, cells, strict=True)), DEMANDED: self.demanded_on}


class StopImport(BaseModel):
    """Orders to be stored; one that is stored already in the same words is nothing. Sent as text/csv: a sheet with the headings of `dianda stop import`."""

    orders: Annotated[list[StopRow], Field(max_length=1000)]
    actor: Id = "staff"


class StopReviewView(BaseModel):
    """What was done with an import, by number; `review`: those of the new that wait for a person's decision."""

    new: list[str]
    review: list[str]
    unchanged: list[str]
    refused: list[RefusedRow]


class StopView(BaseModel):
    """An order, its account masked, and how far it is."""

    order_no: str
    account: str
    amount: str
    planned_at: str
    reason: str
    approved_by: str
    created_by: str
    created_at: str
    state: Literal["review", "standing", "handed", "cut", "withdrawn", "restored"]
    protected: Literal["", "life_support", "important"]
    decided_by: str | None
    note: str
    noticed_at: str | None
    warned_at: str | None
    handed_at: str | None
    cut_at: str | None
    paid_at: str | None
    restore_by: str | None
    ticket_no: str | None
    ended_at: str | None


class StopList(BaseModel):
    """Orders that have not ended, by planned time, then those that have, newest first."""

    orders: list[StopView]


class StopDecision(BaseModel):
    """A person's decision on a protected customer's order."""

    allow: StrictBool
    note: Words = ""
    actor: Id


class StopAct(BaseModel):
    """Who has done it, and why."""

    note: Words = ""
    actor: Id


def stop_view(order: StopOrder) -> StopView:
    """An order as the API shows it."""
    times = ("planned_at", "created_at", "noticed_at", "warned_at", "handed_at", "cut_at", "paid_at", "restore_by", "ended_at")
    plain = ("order_no", "reason", "approved_by", "created_by", "state", "protected", "decided_by", "note", "ticket_no")
    return StopView.model_validate(
        {
            **{name: getattr(order, name) for name in plain},
            **{name: None if (at := getattr(order, name)) is None else rfc3339(at) for name in times},
            "state": order.state.value,
            "protected": order.protected.value,
            "account": masked(order.account_no),
            "amount": f"{order.amount:.2f}",
        }
    )


def stop_review_view(review: StopReview) -> StopReviewView:
    """A review as the API shows it."""
    return StopReviewView(
        new=[order.order_no for order in review.new],
        review=[order.order_no for order in review.new if order.protected],
        unchanged=list(review.unchanged),
        refused=[RefusedRow(row=row, reason=reason) for row, reason in review.refused],
    )
