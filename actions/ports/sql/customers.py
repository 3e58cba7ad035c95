"""The customer system in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Executable, RowMapping, delete, func, select

from actions.desk.customers import (
    SIMILAR_LEAST,
    Account,
    AccountKind,
    Bill,
    Outage,
    OutageType,
    Payment,
    PaymentMode,
    Similar,
)
from actions.desk.errors import UnknownAccount
from actions.desk.places import Crew, Place, covers
from actions.desk.tickets import Area
from actions.ports.sql import schema
from actions.ports.sql.encrypted import cipher_of
from actions.ports.sql.engine import insert_into, reading, writing

_ACCOUNTS = schema.accounts.c
_BILLS = schema.bills.c
_PAYMENTS = schema.payments.c
_OUTAGES = schema.outages.c
_BINDINGS = schema.bindings.c


class SqlCustomers:
    """`CustomerSystem` and `Directory` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def account(self, account_no: str) -> Account | None:
        """See `CustomerSystem.account`."""
        rows = self._rows(select(schema.accounts).where(_ACCOUNTS.account_no == account_no))
        return to_account(rows[0]) if rows else None

    def bills(self, account_no: str) -> tuple[Bill, ...]:
        """See `CustomerSystem.bills`."""
        mine = select(schema.bills).where(_BILLS.account_no == account_no).order_by(_BILLS.month.desc())
        return tuple(Bill(**row) for row in self._rows(mine))

    def bill(self, account_no: str, month: str) -> Bill | None:
        """See `CustomerSystem.bill`."""
        rows = self._rows(select(schema.bills).where(_BILLS.account_no == account_no, _BILLS.month == month))
        return Bill(**rows[0]) if rows else None

    def similar_usage(self, account_no: str, month: str) -> Similar | None:
        """See `CustomerSystem.similar_usage`."""
        own = self.account(account_no)
        if own is None:
            return None
        others = select(_ACCOUNTS.account_no).where(_ACCOUNTS.kind == own.kind.value, _ACCOUNTS.account_no != account_no)
        used = select(func.sum(_BILLS.kwh).label("kwh"), func.count().label("households"))
        (found,) = self._rows(used.where(_BILLS.month == month, _BILLS.account_no.in_(others)))
        if found["households"] < SIMILAR_LEAST:
            return None
        return Similar(kwh=round(int(found["kwh"]) / found["households"]), households=found["households"])

    def payments(self, account_no: str) -> tuple[Payment, ...]:
        """See `CustomerSystem.payments`."""
        mine = select(*(column for column in _PAYMENTS if column.name != "id")).where(
            _PAYMENTS.account_no == account_no
        )
        return tuple(Payment(**row) for row in self._rows(mine.order_by(_PAYMENTS.paid_at.desc(), _PAYMENTS.id.desc())))

    def outages(self, now: datetime) -> tuple[Outage, ...]:
        """See `CustomerSystem.outages`."""
        still = _OUTAGES.ends.is_(None) | (_OUTAGES.ends > now)
        query = select(schema.outages).where(still).order_by(_OUTAGES.starts, _OUTAGES.outage_no)
        return tuple(Outage(**{**row, "type": OutageType(row["type"])}) for row in self._rows(query))

    def outages_at(self, address: str, now: datetime) -> tuple[Outage, ...]:
        """See `CustomerSystem.outages_at`."""
        return tuple(outage for outage in self.outages(now) if covers(outage.area, address))

    def outages_of(self, numbers: Iterable[str]) -> dict[str, Outage]:
        """See `OutageBook.outages_of`."""
        query = select(schema.outages).where(_OUTAGES.outage_no.in_(list(numbers)))
        found = (Outage(**{**row, "type": OutageType(row["type"])}) for row in self._rows(query))
        return {outage.outage_no: outage for outage in found}

    def put_outages(self, outages: Iterable[Outage]) -> None:
        """See `OutageBook.put_outages`."""
        with writing(self._engine) as connection:
            put_outages(connection, outages)

    def put_account(self, account: Account) -> None:
        """See `AccountMirror.put_account`."""
        row = {**asdict(account), "phone_fingerprint": cipher_of(self._engine).fingerprint(account.phone), "demo": False}
        with writing(self._engine) as connection:
            add = insert_into(connection, schema.accounts).values(row)
            connection.execute(add.on_conflict_do_update(index_elements=["account_no"], set_=row))

    def bind(self, customer_id: str, account_no: str, at: datetime) -> None:
        """See `CustomerSystem.bind`."""
        link = {"customer_id": customer_id, "account_no": account_no, "bound_at": at}
        with writing(self._engine) as connection:
            if connection.scalar(select(_ACCOUNTS.account_no).where(_ACCOUNTS.account_no == account_no)) is None:
                raise UnknownAccount(account_no)
            once = insert_into(connection, schema.bindings).values(link)
            connection.execute(once.on_conflict_do_nothing(index_elements=["customer_id", "account_no"]))

    def unbind(self, customer_id: str, account_no: str) -> bool:
        """See `CustomerSystem.unbind`."""
        mine = (_BINDINGS.customer_id == customer_id) & (_BINDINGS.account_no == account_no)
        with writing(self._engine) as connection:
            return connection.execute(delete(schema.bindings).where(mine)).rowcount > 0

    def bindings(self, customer_id: str) -> tuple[str, ...]:
        """See `CustomerSystem.bindings`."""
        mine = select(_BINDINGS.account_no).where(_BINDINGS.customer_id == customer_id).order_by(_BINDINGS.id)
        return tuple(row["account_no"] for row in self._rows(mine))

    def find_accounts(self, phone: str) -> tuple[Account, ...]:
        """See `CustomerSystem.find_accounts`."""
        fingerprints = cipher_of(self._engine).fingerprints(phone)
        found = (
            select(schema.accounts).where(_ACCOUNTS.phone_fingerprint.in_(fingerprints)).order_by(_ACCOUNTS.account_no)
        )
        return tuple(to_account(row) for row in self._rows(found))

    def places(self) -> tuple[Place, ...]:
        """See `Directory.places`."""
        rows = self._rows(select(schema.places))
        # Sorted here: the two databases do not order Chinese alike.
        places = (Place(**{**row, "area": Area(row["area"])}) for row in rows)
        return tuple(sorted(places, key=lambda place: place.name))

    def crews(self) -> tuple[Crew, ...]:
        """See `Directory.crews`."""
        rows = self._rows(select(schema.crews).order_by(schema.crews.c.crew_no))
        return tuple(Crew(**{**row, "skills": tuple(row["skills"])}) for row in rows)

    def put_crews(self, crews: Iterable[Crew]) -> None:
        """See `CrewBook.put_crews`."""
        with writing(self._engine) as connection:
            for crew in crews:
                row = {**asdict(crew), "skills": list(crew.skills)}
                add = insert_into(connection, schema.crews).values(row)
                connection.execute(add.on_conflict_do_update(index_elements=["crew_no"], set_=row))

    def _rows(self, query: Executable) -> list[RowMapping]:
        with reading(self._engine) as connection:
            return list(connection.execute(query).mappings())


def put_outages(connection: Connection, outages: Iterable[Outage]) -> None:
    """Store outages, each in the place of the one with its number."""
    for outage in outages:
        row = asdict(outage)
        add = insert_into(connection, schema.outages).values(row)
        connection.execute(add.on_conflict_do_update(index_elements=["outage_no"], set_=row))


def to_account(row: Mapping[str, Any] | RowMapping) -> Account:
    """The account of a row of `accounts`."""
    fields = {name: value for name, value in row.items() if name not in {"phone_fingerprint", "demo"}}
    kinds = {
        "area": Area(row["area"]),
        "kind": AccountKind(row["kind"]),
        "payment_mode": PaymentMode(row["payment_mode"]),
    }
    return Account(**{**fields, **kinds})
