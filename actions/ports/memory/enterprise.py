"""Enterprises in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from actions.desk.enterprise import Contract, EnterpriseMonth
from actions.ports import demo
from actions.ports.demo import enterprise


class MemoryEnterprises:
    """`EnterpriseBook` in memory."""

    def __init__(self, contracts: Iterable[Contract] = (), months: Iterable[EnterpriseMonth] = ()) -> None:
        """Hold what is given."""
        self._contracts = {contract.account_no: contract for contract in contracts}
        self._months = {(month.account_no, month.month): month for month in months}

    @classmethod
    def demo(cls, now: datetime) -> MemoryEnterprises:
        """Those of the demo utility when seeded at `now`."""
        return cls(enterprise.contracts(), enterprise.months(demo.bills(now)))

    def contract(self, account_no: str) -> Contract | None:
        """See `EnterpriseBook.contract`."""
        return self._contracts.get(account_no)

    def contracts(self, company_no: str) -> tuple[Contract, ...]:
        """See `EnterpriseBook.contracts`."""
        return tuple(c for _, c in sorted(self._contracts.items()) if c.company_no == company_no)

    def month(self, account_no: str, month: str) -> EnterpriseMonth | None:
        """See `EnterpriseBook.month`."""
        return self._months.get((account_no, month))
