"""Notices that are about no ticket: who is told of a planned outage, and what; as letters, each once.

Pure. A notice is known by its subject (`plan:<number>`, `bill:<month>`, `balance:<since>`), the plan's revision, the step and the
account: the same one is never written twice. Whoever lives on a machine is called by a person instead of being sent a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from actions.desk.clock import local, rfc3339
from actions.desk.network import Served
from actions.desk.outbox import CALL, Audience, Letter, said_time
from actions.desk.places import covers
from actions.desk.plans import Plan, Round


class Topic(StrEnum):
    """What customers may switch on and off, each for itself."""

    BILL = "bill"
    OUTAGE = "outage"


class Step(StrEnum):
    """What is said; its words stand under this name in `bot/gateway/words.yml`."""

    AHEAD = "outage_ahead"
    AGAIN = "outage_again"
    CHANGED = "outage_changed"
    SPARED = "outage_spared"
    """The plan goes on, but not for this customer any more."""
    CANCELLED = "outage_cancelled"
    BALANCE_LOW = "balance_low"
    BALANCE_EMPTY = "balance_empty"
    BILL_OVERDUE = "bill_overdue"
    BILL_DEMAND = "bill_demand"
    STOP_AHEAD = "stop_ahead"
    STOP_SOON = "stop_soon"
    STOP_OFF = "stop_off"
    STOP_RESTORE = "stop_restore"


_EXPECTS = frozenset({Step.AHEAD, Step.AGAIN, Step.CHANGED})
"""After these a customer expects the power to go off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The note that an account was told something. `by_person`: by a call that somebody has to make; `done_at`, when that was made."""

    key: str
    subject: str
    revision: int
    step: Step
    account_no: str
    at: datetime
    by_person: bool = False
    done_at: datetime | None = None
    done_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """An account and how it may be told: what its customer chose (a topic not named: never asked), where they talk to us."""

    served: Served
    wants: Mapping[Topic, bool] = field(default_factory=lambda: MappingProxyType({}))
    conversations: tuple[str, ...] = ()


def subject_of(plan_no: str) -> str:
    """The subject of a plan's notices."""
    return f"plan:{plan_no}"


def concerns(plan: Plan, served: Served) -> bool:
    """Whether an account lies in a plan: by its transformer area, or by its address."""
    return served.area_no in plan.area_nos or covers(plan.outage.area, served.account.address)


def step_of(plan: Plan, recipient: Recipient, told: Iterable[Notice], now: datetime) -> Step | None:
    """What the plan's present round says to an account that was `told` before, oldest first; None when nothing."""
    heard = list(told)
    expects = bool(heard) and heard[-1].step in _EXPECTS
    if plan.round is Round.CANCEL:
        return Step.CANCELLED if expects else None
    if plan.ends <= now or plan.cancelled_at is not None:
        return None
    here = concerns(plan, recipient.served)
    if expects:
        # Told is told: who has heard of it hears how it changes, whatever they have switched off since.
        if not here:
            return Step.SPARED
        if heard[-1].revision < plan.revision:
            return Step.CHANGED
        return Step.AGAIN if plan.round is Round.AGAIN and plan.outage.starts > now and heard[-1].step is not Step.AGAIN else None
    return Step.AHEAD if here and plan.outage.starts > now and _is_told(plan, recipient) else None


def _is_told(plan: Plan, recipient: Recipient) -> bool:
    served = recipient.served
    if served.important or served.account.life_support:
        return True
    wish = recipient.wants.get(Topic.OUTAGE)
    # Of temporary work the law has important users told; others only when they have asked for it.
    return wish is True if plan.temporary else wish is not False


def outage_letter(plan: Plan, recipient: Recipient, step: Step, now: datetime) -> tuple[Notice, Letter]:
    """The notice of a plan and its letter."""
    outage = plan.outage
    values = {
        "kind": "临时检修" if plan.temporary else "计划检修",
        "area": outage.area,
        "reason": outage.reason,
        "period": said_period(outage.starts, plan.ends),
    }
    about = {
        "outage_no": outage.outage_no,
        "temporary": plan.temporary,
        "reason": outage.reason,
        "area": outage.area,
        "starts": rfc3339(outage.starts),
        "ends": rfc3339(plan.ends),
        "revision": plan.revision,
    }
    return written(subject_of(outage.outage_no), plan.revision, step, recipient, now, values, role="dispatch", outage=about)


def written(
    subject: str, revision: int, step: Step, recipient: Recipient, now: datetime, values: Mapping[str, str], *, role: str, **about: Any
) -> tuple[Notice, Letter]:
    """A notice and its letter: to the customer, or to `role`, who call them."""
    account = recipient.served.account
    by_person = account.life_support
    key = f"{_named(subject)}:{revision}:{step.value.rpartition('_')[2]}:{account.account_no}"
    notice = Notice(key=key, subject=subject, revision=revision, step=step, account_no=account.account_no, at=now, by_person=by_person)
    event = {"type": step.value, "at": rfc3339(now)}
    said = {**values, "account": masked(account.account_no)}
    if by_person:
        whom = {"name": account.name, "phone": account.phone, "account_no": account.account_no, "address": account.address}
        body = {"event": event, "to": {"role": role, "name": None, "call": whom}, "values": said, **about}
    else:
        to = {"name": account.name, "phone": account.phone, "conversations": list(recipient.conversations)}
        body = {"event": event, "to": to, "values": said, **about}
    letter = Letter(
        key=key,
        audience=Audience.STAFF if by_person else Audience.CUSTOMER,
        topic=CALL if by_person else f"customer.{step.value}",
        subject=subject,
        created_at=now,
        body=body,
    )
    return notice, letter


def _named(subject: str) -> str:
    """The subject in a key, which is a header of HTTP too: a number in Chinese by its fingerprint."""
    kind, _, name = subject.partition(":")
    return subject if name.isascii() else f"{kind}:{sha256(name.encode()).hexdigest()[:40]}"


def said_period(starts: datetime, ends: datetime) -> str:
    """A stretch of time as a message says it: 12月5日8:00至17:00."""
    starts, ends = local(starts), local(ends)
    end = f"{ends.hour}:{ends:%M}" if ends.date() == starts.date() else said_time(ends)
    return f"{said_time(starts)}至{end}"


def masked(account_no: str) -> str:
    """An account number as it may stand in a message (domain facts 8.2): its first four and last four digits."""
    return account_no[:4] + "*" * max(2, len(account_no) - 8) + account_no[-4:]
