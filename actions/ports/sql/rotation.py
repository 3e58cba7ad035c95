"""Everything encrypted written anew under the newest key, so that an old one can be taken out of the settings.

Which columns those are is read from the tables themselves, so a new table needs nothing here. What a ciphertext is under
says the ciphertext, so nothing about progress is stored: killed in between, the next run finds what is left. Every key that is
set stays readable throughout; the service goes on beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    RowMapping,
    Table,
    Text,
    and_,
    delete,
    select,
    tuple_,
    update,
)

from actions.ports.sql import schema
from actions.ports.sql.encrypted import Cipher, Encrypted, EncryptedJson, cipher_of, source_of
from actions.ports.sql.engine import reading, writing

_BATCH = 200
"""Rows a transaction: customers' tickets must not wait for it."""

_PASSES = 20
"""A service that still writes with an old key is caught up with so often, and then it is time to say so."""

Say = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """By table: rows written anew, and rows that no key reads. `done`: the last look at all of it found nothing old."""

    renewed: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    done: bool = False


def encrypted_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table that are ciphertext."""
    return [column for column in table.c if isinstance(column.type, Encrypted | EncryptedJson)]


def encrypted_tables() -> list[Table]:
    """Every table that has such columns."""
    return [table for table in schema.metadata.sorted_tables if encrypted_columns(table)]


def rotate(engine: Engine, say: Say = lambda _table, _rows: None) -> Rotated:
    """Renew every row that is not under the first key, until a whole pass finds none.

    `say` hears of each table's progress: its name and how many rows were renewed so far.
    """
    renewed: Counter[str] = Counter()
    for _ in range(_PASSES):
        found, unreadable = 0, Counter[str]()
        for table in encrypted_tables():
            for changed, lost in _rotate_table(engine, table):
                found += changed
                renewed[table.name] += changed
                unreadable[table.name] += lost
                if changed:
                    say(table.name, renewed[table.name])
        if not found:
            return Rotated(+renewed, +unreadable, done=not +unreadable)
    return Rotated(+renewed, +unreadable)


def _rotate_table(engine: Engine, table: Table) -> Iterator[tuple[int, int]]:
    """Renewed and unreadable rows, a batch at a time, in the order of the primary key."""
    raw, cipher = _raw(table), cipher_of(engine)
    keys = list(raw.primary_key.columns)
    last: tuple[Any, ...] | None = None
    while True:
        page = select(raw).order_by(*keys).limit(_BATCH)
        if last is not None:
            page = page.where(tuple_(*keys) > tuple_(*last))
        # Looked at outside the transaction: where nothing is old, no writer waits.
        with reading(engine) as connection:
            rows = connection.execute(page).mappings().all()
        if not rows:
            return
        last = tuple(rows[-1][key.name] for key in keys)
        old = [row for row in rows if not _newest(table, row, cipher)]
        changed = 0
        if old:
            with writing(engine) as connection:
                changed = sum(_renew(connection, table, raw, row, cipher) for row in old)
        yield changed, len(old) - changed


def _raw(table: Table) -> Table:
    """The same table as it lies in the database: ciphertext is text."""
    columns = (Column(c.name, Text if isinstance(c.type, Encrypted | EncryptedJson) else c.type, primary_key=c.primary_key) for c in table.c)
    return Table(table.name, MetaData(), *columns)


def _newest(table: Table, row: RowMapping, cipher: Cipher) -> bool:
    cells = (row[column.name] for column in encrypted_columns(table))
    return all(cell is None or cipher.is_newest(cell) for cell in cells) and not _prints(table, row, cipher)


def _renew(connection: Connection, table: Table, raw: Table, seen: RowMapping, cipher: Cipher) -> bool:
    """Write one row anew, as it is now; whether it is under the first key afterwards (or gone)."""
    mine = and_(*(key == seen[key.name] for key in raw.primary_key.columns))
    row = connection.execute(select(raw).where(mine).with_for_update()).mappings().one_or_none()
    if row is None:
        return True
    try:
        cells = {name: cipher.renew(row[name]) for name in (c.name for c in encrypted_columns(table)) if row[name] is not None}
        prints = _prints(table, row, cipher)
    except InvalidToken:
        return False
    moved = {name: value for name, value in prints.items() if raw.c[name].primary_key}
    if moved and _meets(connection, raw, row, moved):
        return True
    connection.execute(update(raw).where(mine).values({**cells, **prints}))
    return True


def _prints(table: Table, row: RowMapping, cipher: Cipher) -> dict[str, str]:
    """The fingerprints of a row that are not under the first key yet, as they should be. What cannot be read has none."""
    found: dict[str, str] = {}
    for column in table.c:
        source = source_of(column)
        if source is None or row[column.name] is None or row[source[0]] is None:
            continue
        name, part = source
        try:
            plain = cipher.decrypt(row[name])
        except InvalidToken:
            continue
        wanted = cipher.fingerprint(plain if part is None else json.loads(plain)[part])
        if wanted != row[column.name]:
            found[column.name] = wanted
    return found


def _meets(connection: Connection, raw: Table, row: RowMapping, moved: Mapping[str, str]) -> bool:
    """Whether a row is there already under the new fingerprint; then the two become one.

    Only unanswered questions are kept under their fingerprint: the same words, asked before and after the new key came.
    """
    keys: Sequence[Column[Any]] = list(raw.primary_key.columns)
    there = and_(*(key == moved.get(key.name, row[key.name]) for key in keys))
    other = connection.execute(select(raw).where(there).with_for_update()).mappings().one_or_none()
    if other is None:
        return False
    sums = {"times": other["times"] + row["times"], "first_at": min(other["first_at"], row["first_at"]), "last_at": max(other["last_at"], row["last_at"])}
    connection.execute(update(raw).where(there).values(sums))
    connection.execute(delete(raw).where(and_(*(key == row[key.name] for key in keys))))
    return True
