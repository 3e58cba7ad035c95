"""Asking how content a customer is with what was done: one to five, a reason, words of their own; once a ticket.

A low score is an unkept promise: the ticket is reopened and somebody calls back (`surveys` in docs/operations.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

LOW = 2
"""This score and worse reopens the ticket and orders a call-back."""

SCORES = range(1, 6)

OPEN_FOR = timedelta(days=7)
"""How long an answer in the conversation counts as one to the survey."""

REASONS: Mapping[str, str] = MappingProxyType(
    {"not_solved": "问题没解决", "slow": "处理太慢", "manner": "服务态度", "fee": "收费问题", "unclear": "说得不清楚", "other": "其他"}
)
"""What can be named as the reason of a score that is not the best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One survey; without a score it waits for its answer. `reason` is a key of `REASONS`; `comment` is the customer's words."""

    ticket_no: str
    conversation_id: str | None
    channel: str
    asked_at: datetime
    score: int | None = None
    reason: str | None = None
    comment: str | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
