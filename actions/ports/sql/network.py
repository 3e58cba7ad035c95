"""The network model in the database."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, Select, select, union

from actions.desk.network import Served, TransformerArea
from actions.ports.sql import schema, schema_hub, streets
from actions.ports.sql.customers import to_account
from actions.ports.sql.engine import reading
from actions.ports.sql.schema_notices import notices
from actions.ports.sql.street_schema import account_streets

_ACCOUNTS = schema.accounts.c
_SUPPLY = schema_hub.account_supply.c
_STREETS = account_streets.c
_AREAS = schema_hub.transformer_areas.c


class SqlNetwork:
    """`Network` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def areas(self) -> tuple[TransformerArea, ...]:
        """See `Network.areas`."""
        query = select(schema_hub.transformer_areas).order_by(_AREAS.area_no)
        with reading(self._engine) as connection:
            return tuple(TransformerArea(**row) for row in connection.execute(query).mappings())

    def area_of(self, account_no: str) -> TransformerArea | None:
        """See `Network.area_of`."""
        query = (
            select(schema_hub.transformer_areas)
            .join(schema_hub.account_supply, _SUPPLY.area_no == _AREAS.area_no)
            .where(_SUPPLY.account_no == account_no)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else TransformerArea(**row)

    def served(self, after: str, limit: int) -> tuple[Served, ...]:
        """See `Network.served`."""
        return self._in_order(_served(), after, limit)

    def within(self, area_nos: Collection[str], words: Collection[str], subject: str, after: str, limit: int) -> tuple[Served, ...]:
        """See `Network.within`."""
        if not after:
            streets.read_new(self._engine)
        prints = [part for word in words for part in streets.prints(self._engine, word)]
        wanted = union(
            select(_SUPPLY.account_no).where(_SUPPLY.area_no.in_(list(area_nos))),
            select(_STREETS.account_no).where(_STREETS.word_print.in_(prints)),
            select(notices.c.account_no).where(notices.c.subject == subject),
        )
        return self._in_order(_served().where(_ACCOUNTS.account_no.in_(wanted)), after, limit)

    def _in_order(self, wanted: Select[Any], after: str, limit: int) -> tuple[Served, ...]:
        # Two stretches of one order: PostgreSQL and SQLite sort Chinese differently, but digits alike.
        found: list[Served] = []
        for rank, alive in (("0", True), ("1", False)):
            if after and after[0] > rank:
                continue
            query = wanted.where(_ACCOUNTS.life_support.is_(alive)).order_by(_ACCOUNTS.account_no)
            if after[:1] == rank:
                query = query.where(_ACCOUNTS.account_no > after[2:])
            found += self._all(query.limit(limit - len(found))) if len(found) < limit else []
        return tuple(found)

    def supply_of(self, account_no: str) -> Served | None:
        """See `Network.supply_of`."""
        return next(iter(self._all(_served().where(_ACCOUNTS.account_no == account_no))), None)

    def life_support(self) -> tuple[Served, ...]:
        """See `Network.life_support`."""
        return tuple(self._all(_served().where(_ACCOUNTS.life_support.is_(True)).order_by(_ACCOUNTS.account_no)))

    def _all(self, query: Select[Any]) -> list[Served]:
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        served = []
        for row in rows:
            fields = {name: value for name, value in row.items() if name not in {"area_no", "important"}}
            served.append(
                Served(account=to_account(fields), area_no=row["area_no"], important=bool(row["important"]))
            )
        return served


def _served() -> Select[Any]:
    joined = schema.accounts.outerjoin(schema_hub.account_supply, _SUPPLY.account_no == _ACCOUNTS.account_no)
    return select(schema.accounts, _SUPPLY.area_no, _SUPPLY.important).select_from(joined)
