"""Orders to stop the supply of an account that owes: what is checked before one stands, and what is due of it when. Pure.

Power may be stopped once a bill is more than 30 days overdue and was demanded (电力供应与使用条例 Art. 39, mark A), with a notice three
to seven days before and another 30 minutes before (供电营业规则, domain facts 2.2, mark B); not of somebody who has paid, and of a
protected customer only when a person has decided so. What was not told in time is not carried out: it needs a new time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from actions.desk.customers import FEN, Account, PaymentMode
from actions.desk.network import Served
from actions.desk.plans import moment
from actions.desk.quiet import QuietHours
from actions.desk.reminders import DEMAND_AFTER_DAYS

COLUMNS = ("单号", "户号", "欠费金额", "计划停电时间", "原因", "批准人")
"""The headings, all required."""

DEMANDED = "催交日期"
"""The optional heading: the day of a demand that was made on paper or by another system."""

EARLIEST, LATEST, AGAIN = timedelta(days=7), timedelta(days=3), timedelta(minutes=30)
"""The notice is given between the first two before the planned time, and once more the third before."""

_LATE = timedelta(minutes=5)
"""So much later than 30 minutes before, the last notice is too late."""

_LONGEST = {"单号": 40, "原因": 300, "批准人": 128}


class StopState(StrEnum):
    """How far an order is: `review` waits for a person's decision, `handed` may be carried out, `cut` was."""

    REVIEW = "review"
    STANDING = "standing"
    HANDED = "handed"
    CUT = "cut"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"


OPEN = frozenset({StopState.REVIEW, StopState.STANDING, StopState.HANDED, StopState.CUT})


class Protected(StrEnum):
    """Why a person has to decide."""

    NONE = ""
    LIFE_SUPPORT = "life_support"
    IMPORTANT = "important"


class Due(StrEnum):
    """What an order asks for now."""

    NOTHING = "nothing"
    NOTICE = "notice"
    LAST_NOTICE = "last_notice"
    HAND = "hand"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOrder:
    """An order and what came of it; money in yuan, times aware. `next_at`: when it must be looked at, None when nothing is due."""

    order_no: str
    account_no: str
    amount: Decimal
    planned_at: datetime
    reason: str
    approved_by: str
    created_by: str
    created_at: datetime
    state: StopState = StopState.STANDING
    protected: Protected = Protected.NONE
    decided_by: str | None = None
    note: str = ""
    noticed_at: datetime | None = None
    warned_at: datetime | None = None
    handed_at: datetime | None = None
    cut_at: datetime | None = None
    paid_at: datetime | None = None
    restore_by: datetime | None = None
    ticket_no: str | None = None
    ended_at: datetime | None = None
    next_at: datetime | None = None

    @property
    def subject(self) -> str:
        """What its notices are about."""
        return f"stop:{self.order_no}"


@dataclass(frozen=True, slots=True)
class StopReview:
    """What a sheet holds: orders to store, numbers of those stored already, and (row, reason) of rows that are refused."""

    new: tuple[StopOrder, ...]
    unchanged: tuple[str, ...]
    refused: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a row is held against: the account with its supply, was it demanded, its open order, the order of the same number."""

    served: Served | None
    demanded: bool
    open_order: StopOrder | None
    before: StopOrder | None


def owes(account: Account) -> bool:
    """Whether there still is something to pay."""
    return account.balance < 0 if account.payment_mode is PaymentMode.PREPAID else account.arrears > 0


def order_of(row: Mapping[str, Any], known: Standing, now: datetime, quiet: QuietHours, *, by: str) -> StopOrder:
    """The order of a row. Raises ValueError with the reason, in the words of whoever wrote the row."""
    text = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    missing = [name for name in COLUMNS if not text[name]]
    if missing:
        raise ValueError("缺少" + "、".join(missing))
    for name, most in _LONGEST.items():
        if len(text[name]) > most or not text[name].isprintable():
            raise ValueError(f"{name}太长或有不能用的字符")
    if not text["单号"].isascii() or "/" in text["单号"] or ":" in text["单号"]:
        raise ValueError("单号只能用字母、数字和-")
    if known.served is None:
        raise ValueError("没有这个户号")
    amount, planned = _yuan(text["欠费金额"]), moment("计划停电时间", row["计划停电时间"])
    account = known.served.account
    protected = Protected.LIFE_SUPPORT if account.life_support else Protected.IMPORTANT if known.served.important else Protected.NONE
    order = StopOrder(
        order_no=text["单号"], account_no=account.account_no, amount=amount, planned_at=planned, reason=text["原因"], approved_by=text["批准人"],
        created_by=by, created_at=now, protected=protected, state=StopState.REVIEW if protected else StopState.STANDING,
        next_at=None if protected else notice_at(planned, now, quiet),
    )  # fmt: skip
    if known.before is not None:
        if _content(known.before) == _content(order):
            return known.before
        raise ValueError("单号已用于另一张停电单")
    if known.open_order is not None:
        raise ValueError(f"该户已有停电单{known.open_order.order_no}")
    _check(order, account, known.demanded or _demanded(row, now), now, quiet)
    return order


def notice_at(planned: datetime, now: datetime, quiet: QuietHours) -> datetime:
    """When the notice goes out: seven days before, at a time when people are awake; at once when that is past."""
    return max(now, quiet.eve(planned - EARLIEST))


def timely(planned: datetime, now: datetime, quiet: QuietHours) -> bool:
    """Whether a notice written now is heard three days before."""
    return quiet.heard(now) <= planned - LATEST


def due(order: StopOrder, now: datetime, quiet: QuietHours) -> Due:
    """What a standing order asks for at `now`."""
    if order.state is not StopState.STANDING:
        return Due.NOTHING
    if order.noticed_at is None:
        if now < notice_at(order.planned_at, order.created_at, quiet):
            return Due.NOTHING
        return Due.NOTICE if timely(order.planned_at, now, quiet) else Due.MISSED
    if order.warned_at is None:
        if now < order.planned_at - AGAIN:
            return Due.NOTHING
        return Due.LAST_NOTICE if now <= order.planned_at - AGAIN + _LATE else Due.MISSED
    return Due.HAND if now >= order.planned_at else Due.NOTHING


def _check(order: StopOrder, account: Account, demanded: bool, now: datetime, quiet: QuietHours) -> None:
    if account.disconnected:
        raise ValueError("该户已停电")
    if not owes(account):
        raise ValueError("该户没有欠费")
    debt = -account.balance if account.payment_mode is PaymentMode.PREPAID else account.arrears
    if order.amount > debt:
        raise ValueError(f"欠费金额大于账上的{debt:.2f}元")
    if account.payment_mode is PaymentMode.POSTPAID:
        if account.arrears_days <= DEMAND_AFTER_DAYS:
            raise ValueError(f"逾期{account.arrears_days}天，满{DEMAND_AFTER_DAYS}天以后才能停电")
        if not demanded:
            raise ValueError(f"没有催交记录：请先催交，或填写{DEMANDED}")
    if not timely(order.planned_at, now, quiet):
        raise ValueError(f"离停电不足{LATEST.days}天，来不及通知")
    if any(quiet.until(at) is not None for at in (order.planned_at, order.planned_at - AGAIN)):
        raise ValueError("停电时间或停电前30分钟在休息时间里")


def _demanded(row: Mapping[str, Any], now: datetime) -> bool:
    said = row.get(DEMANDED)
    if said in (None, ""):
        return False
    if isinstance(said, datetime | date):
        day = said.date() if isinstance(said, datetime) else said
    else:
        try:
            day = date.fromisoformat(str(said).strip().replace("/", "-"))
        except ValueError:
            raise ValueError(f"{DEMANDED}“{str(said)[:40]}”看不懂，请写成2026-11-05") from None
    if day > now.date():
        raise ValueError(f"{DEMANDED}在今天以后")
    return True


def _yuan(text: str) -> Decimal:
    try:
        amount = Decimal(text)
        if amount > 0 and amount == amount.quantize(FEN):
            return amount.quantize(FEN)
    except InvalidOperation:
        pass
    raise ValueError(f"欠费金额“{text[:20]}”不是大于零、最多两位小数的数")


def _content(order: StopOrder) -> tuple[object, ...]:
    return (order.account_no, order.amount, order.planned_at, order.reason, order.approved_by)


def numbers(rows: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    """What stands in a column of the rows, each once."""
    return list(dict.fromkeys(str(row.get(name) or "").strip() for row in rows))
