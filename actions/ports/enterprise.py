"""The port of enterprises: contracts, monthly figures, and which accounts are one company's."""

from __future__ import annotations

from typing import Protocol

from actions.desk.enterprise import Contract, EnterpriseMonth


class EnterpriseBook(Protocol):
    """What the billing system holds of enterprises. Whether the caller may see it is asked elsewhere."""

    def contract(self, account_no: str) -> Contract | None:
        """The contract of an account, or None of one that is no enterprise's."""
        ...

    def contracts(self, company_no: str) -> tuple[Contract, ...]:
        """All contracts of a company, by account number."""
        ...

    def month(self, account_no: str, month: str) -> EnterpriseMonth | None:
        """The figures of a month (`YYYY-MM`), or None."""
        ...
