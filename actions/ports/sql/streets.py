"""Accounts by the words of their addresses (`desk.streets`), in the database: as fingerprints, so that nobody's street can be read there.

Accounts are filled by the utility's own systems, so nobody tells when an address is new. Before a walk the ends of the ciphertexts are
held against those that were read; where they differ the address, or the key, is another, and the account is read again.
"""

from __future__ import annotations

from sqlalchemy import Engine, Text, delete, func, insert, or_, select, type_coerce

from actions.desk.streets import words_of
from actions.ports.sql.bulk import insert_many
from actions.ports.sql.encrypted import cipher_of
from actions.ports.sql.engine import reading, writing
from actions.ports.sql.schema import accounts
from actions.ports.sql.street_schema import account_street_marks, account_streets

AT_ONCE = 500
_END = 44
_PRINT = 24
"""Hex digits of a fingerprint that are kept: two words that meet in them cost a look at an address, no more."""


def prints(engine: Engine, word: str) -> list[str]:
    """What to look for: the word's fingerprint under each key."""
    return [found[:_PRINT] for found in cipher_of(engine).fingerprints(word)]


def read_new(engine: Engine) -> int:
    """Read every account whose address was not read yet as it is now; how many those were."""
    cipher = cipher_of(engine)
    token, marks = type_coerce(accounts.c.address, Text), account_street_marks.c
    end = func.substr(token, func.length(token) - _END + 1)
    new = (
        select(accounts.c.account_no, token)
        .outerjoin(account_street_marks, marks.account_no == accounts.c.account_no)
        .where(or_(marks.seen.is_(None), marks.seen != end))
        .order_by(accounts.c.account_no)
        .limit(AT_ONCE)
    )
    count, last = 0, ""
    while True:
        with reading(engine) as connection:
            found = connection.execute(new.where(accounts.c.account_no > last)).all()
        if not found:
            return count
        numbers = [number for number, _ in found]
        words = [
            {"account_no": number, "word_print": part}
            for number, address in found
            for part in {cipher.fingerprint(word)[:_PRINT] for word in words_of(cipher.decrypt(address))}
        ]
        with writing(engine) as connection:
            # Two who read the same addresses go one after the other.
            connection.execute(select(accounts.c.account_no).where(accounts.c.account_no.in_(numbers)).order_by(accounts.c.account_no).with_for_update())
            for table in (account_streets, account_street_marks):
                connection.execute(delete(table).where(table.c.account_no.in_(numbers)))
            insert_many(connection, account_streets, words)
            connection.execute(insert(account_street_marks), [{"account_no": number, "seen": address[-_END:]} for number, address in found])
        count, last = count + len(found), numbers[-1]
