"""The demo utility's enterprise: accounts of one company, their contracts, and a month's figures for each bill."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

from actions.desk.customers import Bill
from actions.desk.enterprise import ChargedBy, Contract, EnterpriseMonth


def contracts() -> tuple[Contract, ...]:
    """The contracts."""
    return tuple(
        Contract(
            account_no=row["account_no"],
            company_no=row["company_no"],
            company=row["company"],
            voltage=row["voltage"],
            capacity_kva=row["capacity_kva"],
            charged_by=ChargedBy(row["charged_by"]),
            capacity_price=Decimal(row["capacity_price"]),
            demand_price=Decimal(row["demand_price"]),
            power_factor_standard=Decimal(row["power_factor_standard"]),
            manager=row["manager"],
            manager_phone=row["manager_phone"],
        )
        for row in file()["contracts"]
    )


def months(billed: Iterable[Bill]) -> tuple[EnterpriseMonth, ...]:
    """The figures behind their bills, of those among `billed`."""
    kwh = {(bill.account_no, bill.month): bill.kwh for bill in billed}
    return tuple(
        EnterpriseMonth(
            account_no=row["account_no"],
            month=month,
            active_kwh=used,
            reactive_kvarh=row["monthly_reactive"][int(month[5:]) - 1],
            max_demand_kw=row["monthly_demand"][int(month[5:]) - 1],
            basic_charge=Decimal(row["monthly_basic"][int(month[5:]) - 1]),
            adjustment=Decimal(row["monthly_adjustment"][int(month[5:]) - 1]),
        )
        for row in file()["contracts"]
        for (account_no, month), used in kwh.items()
        if account_no == row["account_no"]
    )


@lru_cache(maxsize=1)
def file() -> Mapping[str, Any]:
    """`enterprise.json` as it is written; money stays what is written."""
    text = resources.files("actions.ports.demo").joinpath("enterprise.json").read_text(encoding="utf-8")
    read: Mapping[str, Any] = json.loads(text, parse_float=Decimal)
    return read
