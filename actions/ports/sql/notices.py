"""Outage plans, notices and customers' choices in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, case, delete, func, or_, select, update

from actions.desk.customers import Account, Outage, OutageType, PaymentMode
from actions.desk.errors import UnknownAccount, UnknownCall
from actions.desk.notices import Notice, Step, Topic, subject_of
from actions.desk.outbox import Letter, LetterState
from actions.desk.plans import Plan, Round
from actions.ports.notices import REPLACED, PlanState
from actions.ports.sql import outbox as letterbox
from actions.ports.sql import schema
from actions.ports.sql.customers import put_outages, to_account
from actions.ports.sql.engine import insert_into, reading, writing
from actions.ports.sql.schema_notices import notice_choices, notices, outage_plans

_P = outage_plans.c
_N = notices.c
_CHOICES = notice_choices.c
_LETTERS = schema.outbox.c
_ACCOUNTS = schema.accounts.c
_TALKS = schema.conversations.c
_PENDING = LetterState.PENDING.value
_NOTHING = Decimal(0)


class SqlNotices:
    """`NoticeStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    @contextmanager
    def transaction(self) -> Iterator[NoticeWrites]:
        """See `NoticeStore.transaction`."""
        with writing(self._engine) as connection:
            yield NoticeWrites(connection)

    def due(self, now: datetime, limit: int) -> tuple[Plan, ...]:
        """See `NoticeStore.due`."""
        query = select(outage_plans).where(_P.next_at <= now).order_by(_P.next_at, _P.outage_no).limit(limit)
        with reading(self._engine) as connection:
            return tuple(_plan(row) for row in connection.execute(query).mappings())

    def plans(self, ends_after: datetime, limit: int) -> tuple[PlanState, ...]:
        """See `NoticeStore.plans`."""
        query = select(outage_plans).where(_P.ends > ends_after).order_by(_P.starts, _P.outage_no).limit(limit)
        calls, undone = case((_N.by_person, _N.account_no)), case((_N.by_person & _N.done_at.is_(None), 1))
        dead = LetterState.DEAD.value
        with reading(self._engine) as connection:
            found = [_plan(row) for row in connection.execute(query).mappings()]
            subjects = [subject_of(plan.outage_no) for plan in found]
            counted = (
                select(
                    _N.subject,
                    func.count(_N.account_no.distinct()).label("told"),
                    func.count(calls.distinct()).label("calls"),
                    func.count(undone).label("open_calls"),
                )
                .where(_N.subject.in_(subjects))
                .group_by(_N.subject)
            )
            letters = (
                select(
                    _LETTERS.subject,
                    func.count(case((_LETTERS.state == _PENDING, 1))).label("waiting"),
                    func.count(case((_LETTERS.state == dead, 1))).label("dead"),
                )
                .where(_LETTERS.subject.in_(subjects), _LETTERS.state.in_([_PENDING, dead]))
                .group_by(_LETTERS.subject)
            )
            counts: dict[str, dict[str, int]] = defaultdict(dict)
            for query_of in (counted, letters):
                for row in connection.execute(query_of).mappings():
                    counts[row["subject"]] |= {name: row[name] for name in row if name != "subject"}
        return tuple(PlanState(plan=plan, **counts[subject]) for plan, subject in zip(found, subjects, strict=True))

    def notices(self, limit: int) -> tuple[Notice, ...]:
        """See `NoticeStore.notices`."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(notices).order_by(_N.id.desc()).limit(limit)).mappings()
            return tuple(_notice(row) for row in rows)

    def calls(self, limit: int) -> tuple[Notice, ...]:
        """See `NoticeStore.calls`."""
        open_ones = select(notices).where(_N.by_person.is_(True), _N.done_at.is_(None)).order_by(_N.id).limit(limit)
        with reading(self._engine) as connection:
            return tuple(_notice(row) for row in connection.execute(open_ones).mappings())

    def open_calls(self) -> int:
        """See `NoticeStore.open_calls`."""
        counted = select(func.count()).select_from(notices).where(_N.by_person.is_(True), _N.done_at.is_(None))
        with reading(self._engine) as connection:
            return int(connection.scalar(counted) or 0)

    def called(self, key: str, by: str, at: datetime) -> Notice:
        """See `NoticeStore.called`."""
        mine = (_N.key == key) & _N.by_person.is_(True)
        with writing(self._engine) as connection:
            connection.execute(update(notices).where(mine, _N.done_at.is_(None)).values(done_at=at, done_by=by))
            row = connection.execute(select(notices).where(mine)).mappings().one_or_none()
        if row is None:
            raise UnknownCall(key)
        return _notice(row)

    def owing(self, low: Decimal, after: str, limit: int) -> tuple[Account, ...]:
        """See `NoticeStore.owing`."""
        prepaid = _ACCOUNTS.payment_mode == PaymentMode.PREPAID.value
        runs_out = prepaid & or_(_ACCOUNTS.balance < low, _ACCOUNTS.balance <= _NOTHING)
        overdue = ~prepaid & (_ACCOUNTS.arrears > _NOTHING) & (_ACCOUNTS.arrears_days >= 1)
        query = (
            select(schema.accounts)
            .where(_ACCOUNTS.account_no > after, _ACCOUNTS.disconnected.is_(False), or_(runs_out, overdue))
            .order_by(_ACCOUNTS.account_no)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return tuple(to_account(row) for row in connection.execute(query).mappings())

    def choose(self, account_no: str, topic: Topic, wanted: bool, by: str, at: datetime) -> None:
        """See `NoticeStore.choose`."""
        values = {"wanted": wanted, "changed_at": at, "changed_by": by}
        with writing(self._engine) as connection:
            if connection.scalar(select(_ACCOUNTS.account_no).where(_ACCOUNTS.account_no == account_no)) is None:
                raise UnknownAccount(account_no)
            add = insert_into(connection, notice_choices).values(account_no=account_no, topic=topic.value, **values)
            connection.execute(add.on_conflict_do_update(index_elements=["account_no", "topic"], set_=values))

    def choices(self, account_no: str) -> Mapping[Topic, bool]:
        """See `NoticeStore.choices`."""
        with reading(self._engine) as connection:
            return _wants(connection, [account_no]).get(account_no, {})

    def forget(self, before: datetime) -> int:
        """See `NoticeStore.forget`."""
        with writing(self._engine) as connection:
            old = list(connection.scalars(select(_P.outage_no).where(_P.ends < before)))
            connection.execute(delete(notices).where(_N.subject.in_([subject_of(number) for number in old])))
            connection.execute(delete(outage_plans).where(_P.outage_no.in_(old)))
        return len(old)


class NoticeWrites:
    """`NoticeTransaction` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plans(self, numbers: Iterable[str]) -> dict[str, Plan]:
        """See `NoticeTransaction.plans`."""
        wanted = select(outage_plans).where(_P.outage_no.in_(list(numbers))).order_by(_P.outage_no).with_for_update()
        return {row["outage_no"]: _plan(row) for row in self._connection.execute(wanted).mappings()}

    def put(self, plan: Plan) -> None:
        """See `NoticeTransaction.put`."""
        row = _row(plan)
        add = insert_into(self._connection, outage_plans).values(row)
        self._connection.execute(add.on_conflict_do_update(index_elements=["outage_no"], set_=row))
        if plan.cancelled_at is None:
            put_outages(self._connection, [plan.outage])
        else:
            off = schema.outages.c.outage_no == plan.outage_no
            self._connection.execute(delete(schema.outages).where(off))

    def told(self, subject: str, accounts: Iterable[str]) -> Mapping[str, tuple[Notice, ...]]:
        """See `NoticeTransaction.told`."""
        query = select(notices).where(_N.subject == subject, _N.account_no.in_(list(accounts))).order_by(_N.id)
        found: dict[str, list[Notice]] = defaultdict(list)
        for row in self._connection.execute(query).mappings():
            found[row["account_no"]].append(_notice(row))
        return {account_no: tuple(heard) for account_no, heard in found.items()}

    def told_accounts(self, subject: str, after: str, limit: int) -> Sequence[str]:
        """See `NoticeTransaction.told_accounts`."""
        query = select(_N.account_no).distinct().where(_N.subject == subject, _N.account_no > after)
        return list(self._connection.scalars(query.order_by(_N.account_no).limit(limit)))

    def tell(self, told: Iterable[tuple[Notice, Letter]]) -> int:
        """See `NoticeTransaction.tell`."""
        pairs = list(told)
        add = insert_into(self._connection, notices).on_conflict_do_nothing(index_elements=["key"]).returning(_N.id)
        fresh = []
        for notice, letter in pairs:
            row_id = self._connection.scalar(add.values(_notice_row(notice)))
            if row_id is None:
                continue
            fresh.append(letter)
            if notice.by_person:
                unmade = (_N.by_person.is_(True), _N.done_at.is_(None), _N.id < row_id)
                earlier = update(notices).where(_N.subject == notice.subject, _N.account_no == notice.account_no, *unmade)
                self._connection.execute(earlier.values(done_at=notice.at, done_by=REPLACED))
        letterbox.post(self._connection, fresh)
        return len(fresh)

    def withdraw(self, subject: str) -> int:
        """See `NoticeTransaction.withdraw`."""
        untried = (_LETTERS.subject == subject) & (_LETTERS.state == _PENDING) & (_LETTERS.attempts == 0)
        keys = list(self._connection.scalars(delete(schema.outbox).where(untried).returning(_LETTERS.key)))
        for at in range(0, len(keys), 500):
            self._connection.execute(delete(notices).where(_N.key.in_(keys[at : at + 500])))
        return len(keys)

    def wants(self, accounts: Iterable[str]) -> Mapping[str, Mapping[Topic, bool]]:
        """See `NoticeTransaction.wants`."""
        return _wants(self._connection, list(accounts))

    def conversations(self, accounts: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """See `NoticeTransaction.conversations`."""
        bound = select(schema.bindings).where(schema.bindings.c.account_no.in_(list(accounts)))
        links = [(row["account_no"], row["customer_id"]) for row in self._connection.execute(bound).mappings()]
        users = list({user for _, user in links})
        # Who has no name in their channel is known by the conversation itself.
        latest: dict[str, str] = {}
        for column in (_TALKS.conversation_id, _TALKS.customer_id):
            talks = select(column.label("user"), _TALKS.conversation_id).where(column.in_(users)).order_by(_TALKS.last_at)
            latest |= {row["user"]: row["conversation_id"] for row in self._connection.execute(talks).mappings()}
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for account_no, user in links:
            if user in latest:
                found[account_no][latest[user]] = None
        return {account_no: tuple(talks) for account_no, talks in found.items()}


def _wants(connection: Connection, accounts: list[str]) -> dict[str, dict[Topic, bool]]:
    found: dict[str, dict[Topic, bool]] = defaultdict(dict)
    for row in connection.execute(select(notice_choices).where(_CHOICES.account_no.in_(accounts))).mappings():
        found[row["account_no"]][Topic(row["topic"])] = row["wanted"]
    return dict(found)


def _row(plan: Plan) -> dict[str, Any]:
    return {
        "outage_no": plan.outage_no,
        "reason": plan.outage.reason,
        "area": plan.outage.area,
        "starts": plan.outage.starts,
        "ends": plan.ends,
        "temporary": plan.temporary,
        "area_nos": list(plan.area_nos),
        "revision": plan.revision,
        "imported_at": plan.imported_at,
        "late": plan.late,
        "cancelled_at": plan.cancelled_at,
        "cancel_reason": plan.cancel_reason,
        "round": None if plan.round is None else plan.round.value,
        "cursor": plan.cursor,
        "next_at": plan.next_at,
    }


def _plan(row: RowMapping) -> Plan:
    outage = Outage(type=OutageType.PLANNED, **{name: row[name] for name in ("outage_no", "reason", "area", "starts", "ends")})
    plain = ("temporary", "revision", "imported_at", "late", "cancelled_at", "cancel_reason", "cursor", "next_at")
    round_ = None if row["round"] is None else Round(row["round"])
    return Plan(outage=outage, area_nos=tuple(row["area_nos"]), round=round_, **{name: row[name] for name in plain})


def _notice_row(notice: Notice) -> dict[str, Any]:
    return {**{item.name: getattr(notice, item.name) for item in fields(notice)}, "step": notice.step.value}


def _notice(row: RowMapping) -> Notice:
    return Notice(**{**{name: row[name] for name in row if name != "id"}, "step": Step(row["step"])})
