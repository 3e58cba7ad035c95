"""Enterprises in the database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, Executable, RowMapping, select

from actions.desk.enterprise import ChargedBy, Contract, EnterpriseMonth
from actions.ports.sql.engine import reading
from actions.ports.sql.profile_schema import enterprise_contracts, enterprise_months

_CONTRACTS, _MONTHS = enterprise_contracts.c, enterprise_months.c


class SqlEnterprises:
    """`EnterpriseBook` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def contract(self, account_no: str) -> Contract | None:
        """See `EnterpriseBook.contract`."""
        rows = self._rows(select(enterprise_contracts).where(_CONTRACTS.account_no == account_no))
        return _contract(rows[0]) if rows else None

    def contracts(self, company_no: str) -> tuple[Contract, ...]:
        """See `EnterpriseBook.contracts`."""
        of_company = select(enterprise_contracts).where(_CONTRACTS.company_no == company_no)
        return tuple(_contract(row) for row in self._rows(of_company.order_by(_CONTRACTS.account_no)))

    def month(self, account_no: str, month: str) -> EnterpriseMonth | None:
        """See `EnterpriseBook.month`."""
        wanted = select(enterprise_months).where(_MONTHS.account_no == account_no, _MONTHS.month == month)
        rows = self._rows(wanted)
        return EnterpriseMonth(**rows[0]) if rows else None

    def _rows(self, query: Executable) -> list[RowMapping]:
        with reading(self._engine) as connection:
            return list(connection.execute(query).mappings())


def _contract(row: RowMapping) -> Contract:
    standard = row["power_factor_standard"]
    read: dict[str, Any] = {
        **row,
        "charged_by": ChargedBy(row["charged_by"]),
        "power_factor_standard": Decimal(standard) if standard else None,
    }
    return Contract(**read)


def to_row(contract: Contract) -> dict[str, Any]:
    """A contract as a row of its table."""
    row = {name: getattr(contract, name) for name in (c.name for c in enterprise_contracts.c)}
    standard = contract.power_factor_standard
    return {**row, "charged_by": contract.charged_by.value, "power_factor_standard": standard and str(standard)}
