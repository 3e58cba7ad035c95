"""What the utility knows of a customer: account, bills, payments, outages. Money is Decimal yuan with two places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from actions.desk.tickets import Area

FEN = Decimal("0.01")
"""The smallest amount of money."""


class AccountKind(StrEnum):
    """Whose account it is."""

    RESIDENTIAL = "residential"
    BUSINESS = "business"
    INDUSTRY = "industry"
    """大工业: charged in two parts, see `actions.desk.enterprise`."""
    FARMING = "farming"
    """农业生产: irrigation, drainage, planting, breeding."""


class PaymentMode(StrEnum):
    """Paid after the bill, or from a balance beforehand (智能交费): what happens at zero differs (domain facts X7)."""

    PREPAID = "prepaid"
    POSTPAID = "postpaid"


class OutageType(StrEnum):
    """Announced work, or a fault being repaired."""

    PLANNED = "planned"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An electricity account (户号). `balance` and `arrears` in yuan; `arrears_days` since the bill fell due."""

    account_no: str
    name: str
    phone: str
    address: str
    area: Area
    kind: AccountKind = AccountKind.RESIDENTIAL
    payment_mode: PaymentMode = PaymentMode.POSTPAID
    balance: Decimal = Decimal("0.00")
    arrears: Decimal = Decimal("0.00")
    arrears_days: int = 0
    disconnected: bool = False
    life_support: bool = False
    birth_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What was used and charged in a calendar month (`YYYY-MM`). `kwh` whole kilowatt-hours, `amount` yuan."""

    account_no: str
    month: str
    kwh: int
    amount: Decimal
    estimated: bool = False
    """The meter was not read; the kWh were estimated and are settled with the next reading."""


SIMILAR_LEAST = 3
"""Households that an average must hold, so that nobody's usage can be told from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """What other accounts of the same kind used in a month: the average in whole kWh, and of how many households."""

    kwh: int
    households: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money received towards the bill of a month (`YYYY-MM`). `channel` is the name customers know it by."""

    account_no: str
    paid_at: datetime
    amount: Decimal
    channel: str
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Power off somewhere. `area` is the stretch in words, see `places.covers`.

    `ends`: the planned or actual end; None while nobody knows. `estimated_restore`: what may be said about a fault.
    """

    outage_no: str
    type: OutageType
    reason: str
    area: str
    starts: datetime
    ends: datetime | None = None
    estimated_restore: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether power is back. What has not begun is not over."""
        return self.ends is not None and self.ends <= now
