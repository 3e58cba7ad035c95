"""The demo utility in the database."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from actions.desk.clock import Clock
from actions.desk.customers import Account, Bill, Payment
from actions.desk.errors import ForeignDatabase
from actions.ports import demo as utility
from actions.ports.demo import enterprise, network
from actions.ports.sql import schema, schema_hub
from actions.ports.sql.encrypted import cipher_of
from actions.ports.sql.engine import alone, insert_into, writing
from actions.ports.sql.enterprise import to_row
from actions.ports.sql.profile_schema import enterprise_contracts, enterprise_months

_LOG = logging.getLogger(__name__)


def seed_demo(engine: Engine, clock: Clock, *, demo: bool = False) -> bool:
    """Put the demo utility into a migrated database and keep its bills up to the last complete month.

    Does nothing, and returns False, unless `demo` is true. Again is nothing within a month; in a later one the new month's
    bill and the payments that follow from it are added. What somebody changed meanwhile stays; outages are put in once,
    relative to that moment. Raises ForeignDatabase, changing nothing, when there are accounts that are not the demo's.
    """
    if not demo:
        return False
    now = clock.now()
    with writing(engine) as connection:
        alone(connection)
        demos = list(connection.scalars(select(schema.accounts.c.demo)))
        if not all(demos):
            raise ForeignDatabase("this database has accounts that are not the demo's; it takes no demo data")
        if not demos:
            _found(connection, engine, now)
            _LOG.info("demo utility seeded: %d accounts", len(utility.accounts()))
        elif connection.scalar(select(enterprise_contracts.c.account_no).limit(1)) is None:
            # Seeded by a version that knew no enterprises.
            _add_accounts(connection, engine, (row["account_no"] for row in enterprise.file()["accounts"]))
        _bring_up_to_date(connection, now)
    return True


def _found(connection: Connection, engine: Engine, now: datetime) -> None:
    """What is put in only once."""
    _add_accounts(connection, engine, (account.account_no for account in utility.accounts()))
    _add(connection, schema.outages, map(asdict, utility.outages(now)))
    _add(connection, schema.crews, map(asdict, utility.crews()))
    _add(connection, schema.places, map(asdict, utility.places()))


def _add_accounts(connection: Connection, engine: Engine, numbers: Iterable[str]) -> None:
    cipher, wanted = cipher_of(engine), set(numbers)
    rows = (
        {**asdict(account), "phone_fingerprint": cipher.fingerprint(account.phone), "demo": True}
        for account in utility.accounts()
        if account.account_no in wanted
    )
    _add(connection, schema.accounts, rows)
    _add(connection, enterprise_contracts, (to_row(c) for c in enterprise.contracts() if c.account_no in wanted))


def _bring_up_to_date(connection: Connection, now: datetime) -> None:
    present = set(connection.scalars(select(schema.accounts.c.account_no)))
    _add(connection, schema.bills, (asdict(bill) for bill in utility.bills(now) if bill.account_no in present))
    contracted = set(connection.scalars(select(enterprise_contracts.c.account_no)))
    months = (month for month in enterprise.months(utility.bills(now)) if month.account_no in contracted)
    _add(connection, enterprise_months, map(asdict, months))
    _add(connection, schema_hub.transformer_areas, map(asdict, network.areas()))
    _add(
        connection,
        schema_hub.account_supply,
        (
            {"account_no": account_no, "area_no": area_no, "important": important}
            for account_no, area_no, important in network.supply()
            if account_no in present
        ),
    )
    for account in utility.accounts():
        if account.account_no in present:
            _pay(connection, account, now)


def _pay(connection: Connection, account: Account, now: datetime) -> None:
    billed = select(schema.bills).where(schema.bills.c.account_no == account.account_no)
    bills = [Bill(**row) for row in connection.execute(billed).mappings()]
    columns = [column for column in schema.payments.c if column.name != "id"]
    received = select(*columns).where(schema.payments.c.account_no == account.account_no)
    paid = [Payment(**row) for row in connection.execute(received).mappings()]
    missing = [asdict(payment) for payment in utility.payments(account, bills, paid, now)]
    if missing:
        connection.execute(schema.payments.insert(), missing)


def _add(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet."""
    for row in rows:
        connection.execute(insert_into(connection, table).values(row).on_conflict_do_nothing())
