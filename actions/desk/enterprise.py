"""An enterprise's contract and what a month of it came to. Money is Decimal yuan; prices are those of its own contract.

Nothing here is a tariff: which power factor is asked for and what missing it costs differ by place and class, so the
standard and the adjustment are the billing system's figures. Only what is arithmetic is worked out.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from actions.desk.customers import FEN

THOUSANDTH = Decimal("0.001")


class ChargedBy(StrEnum):
    """What the basic charge of a two-part tariff goes by."""

    CAPACITY = "capacity"
    DEMAND = "demand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What an account's contract says. Prices in yuan a kVA (capacity) and a kW (demand) a month."""

    account_no: str
    company_no: str
    company: str
    voltage: str
    capacity_kva: int
    charged_by: ChargedBy
    capacity_price: Decimal
    demand_price: Decimal
    power_factor_standard: Decimal | None
    manager: str
    manager_phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseMonth:
    """A month (`YYYY-MM`) as it was metered and charged. `adjustment` below zero is money off."""

    account_no: str
    month: str
    active_kwh: int
    reactive_kvarh: int
    max_demand_kw: int
    basic_charge: Decimal
    adjustment: Decimal

    @property
    def power_factor(self) -> Decimal | None:
        """The mean power factor, active energy over apparent energy, to the thousandth; None when nothing was used."""
        active, reactive = Decimal(self.active_kwh), Decimal(self.reactive_kvarh)
        apparent = (active * active + reactive * reactive).sqrt()
        return (active / apparent).quantize(THOUSANDTH, ROUND_HALF_UP) if apparent else None


def reactive_allowed(active_kwh: int, standard: Decimal) -> Decimal:
    """The most kvarh, to the whole, that still reach a power factor with so many kWh."""
    whole = Decimal(active_kwh) * (1 / (standard * standard) - 1).sqrt()
    return whole.to_integral_value("ROUND_FLOOR")


def basic_by(contract: Contract, month: EnterpriseMonth) -> dict[ChargedBy, Decimal]:
    """What the basic charge of a month comes to one way and the other, at the contract's own prices."""
    return {
        ChargedBy.CAPACITY: (contract.capacity_kva * contract.capacity_price).quantize(FEN),
        ChargedBy.DEMAND: (month.max_demand_kw * contract.demand_price).quantize(FEN),
    }
