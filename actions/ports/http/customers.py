"""Accounts, bills and payments from the utility's customer system over HTTP (docs/systems.md).

Every answer says whose it is, and is compared with who was asked for: somebody else's bill is never shown, whatever goes wrong there.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from actions.desk.clock import local
from actions.desk.customers import FEN, SIMILAR_LEAST, Account, AccountKind, Bill, Payment, PaymentMode, Similar
from actions.desk.errors import CustomersAway
from actions.desk.tickets import Area
from actions.ports.http.line import Line


def _exact(value: object) -> Decimal:
    """Yuan as text ("81.24"): a JSON number may have become a float on its way."""
    if not isinstance(value, str):
        raise ValueError("an amount is written as text")
    amount = Decimal(value)
    if not amount.is_finite() or amount != amount.quantize(FEN):
        raise ValueError("an amount has two places")
    return amount.quantize(FEN)


Yuan = Annotated[Decimal, BeforeValidator(_exact)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
AccountNo = Annotated[str, Field(pattern=r"^\d{8,16}$")]


class _Wire(BaseModel):
    # Fields we do not know are theirs to add; wrong ones are no answer.
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Account(_Wire):
    account_no: AccountNo
    name: str = Field(min_length=1, max_length=100)
    phone: str = Field(max_length=32)
    address: str = Field(max_length=300)
    area: Area
    kind: AccountKind = AccountKind.RESIDENTIAL
    payment_mode: PaymentMode = PaymentMode.POSTPAID
    balance: Yuan = Decimal("0.00")
    arrears: Yuan = Decimal("0.00")
    arrears_days: int = Field(default=0, ge=0)
    disconnected: bool = False
    life_support: bool = False
    birth_year: int | None = Field(default=None, ge=1900, le=2100)


class _Accounts(_Wire):
    accounts: tuple[_Account, ...]


class _Bill(_Wire):
    month: Month
    kwh: int = Field(ge=0)
    amount: Yuan
    estimated: bool = False


class _Bills(_Wire):
    account_no: AccountNo
    bills: tuple[_Bill, ...]


class _Payment(_Wire):
    paid_at: AwareDatetime
    amount: Yuan
    channel: str = Field(max_length=40)
    month: Month


class _Payments(_Wire):
    account_no: AccountNo
    payments: tuple[_Payment, ...]


class _Similar(_Wire):
    account_no: AccountNo
    month: Month
    kwh: int = Field(ge=0)
    households: int = Field(ge=0)


WireT = TypeVar("WireT", bound=_Wire)


class HttpCustomers:
    """The part of `CustomerSystem` that is the utility's: each method as there, and raises CustomersAway."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def account(self, account_no: str) -> Account | None:
        """See `CustomerSystem.account`."""
        found = _read(_Account, self._line.ask(_path(account_no)))
        return None if found is None else _account(_of(found, account_no))

    def bills(self, account_no: str) -> tuple[Bill, ...]:
        """See `CustomerSystem.bills`."""
        found = _read(_Bills, self._line.ask(_path(account_no, "/bills")))
        if found is None:
            return ()
        bills = [Bill(account_no=account_no, **dict(bill)) for bill in _of(found, account_no).bills]
        if len({bill.month for bill in bills}) != len(bills):
            raise CustomersAway("a month with two bills")
        return tuple(sorted(bills, key=lambda bill: bill.month, reverse=True))

    def bill(self, account_no: str, month: str) -> Bill | None:
        """See `CustomerSystem.bill`."""
        return next((bill for bill in self.bills(account_no) if bill.month == month), None)

    def payments(self, account_no: str) -> tuple[Payment, ...]:
        """See `CustomerSystem.payments`."""
        found = _read(_Payments, self._line.ask(_path(account_no, "/payments")))
        if found is None:
            return ()
        paid = (Payment(account_no=account_no, **{**dict(one), "paid_at": local(one.paid_at)}) for one in _of(found, account_no).payments)
        return tuple(sorted(paid, key=lambda one: one.paid_at, reverse=True))

    def similar_usage(self, account_no: str, month: str) -> Similar | None:
        """See `CustomerSystem.similar_usage`."""
        found = _read(_Similar, self._line.ask(_path(account_no, f"/similar?month={quote(month, safe='')}")))
        if found is None or _of(found, account_no).households < SIMILAR_LEAST or found.month != month:
            return None
        return Similar(kwh=found.kwh, households=found.households)

    def find_accounts(self, phone: str) -> tuple[Account, ...]:
        """See `CustomerSystem.find_accounts`. The phone travels in the body: addresses end up in logs."""
        found = _read(_Accounts, self._line.ask("/accounts/search", {"phone": phone}))
        accounts = () if found is None else found.accounts
        if any(account.phone != phone for account in accounts):
            raise CustomersAway("accounts of another phone")
        return tuple(sorted(map(_account, accounts), key=lambda account: account.account_no))


def _path(account_no: str, rest: str = "") -> str:
    return f"/accounts/{quote(account_no, safe='')}{rest}"


def _read(shape: type[WireT], raw: Any) -> WireT | None:
    if raw is None:
        return None
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        # Where, not what: the value is somebody's.
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise CustomersAway(f"not as agreed: {shape.__name__.strip('_').lower()} {where}".rstrip()) from None


def _of(found: WireT, account_no: str) -> WireT:
    if getattr(found, "account_no", None) != account_no:
        raise CustomersAway("an answer about another account")
    return found


def _account(found: _Account) -> Account:
    return Account(**dict(found))
