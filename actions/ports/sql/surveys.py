"""Surveys in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, RowMapping, select, update

from actions.desk.surveys import Survey
from actions.ports.sql.engine import insert_into, reading, writing
from actions.ports.sql.surveys_schema import surveys as table

_C = table.c


class SqlSurveys:
    """`SurveyStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def ask(self, ticket_no: str, conversation_id: str | None, channel: str, at: datetime) -> Survey:
        """See `SurveyStore.ask`."""
        new = {"ticket_no": ticket_no, "conversation_id": conversation_id, "channel": channel, "asked_at": at}
        with writing(self._engine) as connection:
            connection.execute(insert_into(connection, table).values(new).on_conflict_do_nothing(index_elements=["ticket_no"]))
            return _survey(connection.execute(select(table).where(_C.ticket_no == ticket_no)).mappings().one())

    def get(self, ticket_no: str) -> Survey | None:
        """See `SurveyStore.get`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(table).where(_C.ticket_no == ticket_no)).mappings().one_or_none()
        return None if row is None else _survey(row)

    def waiting(self, conversation_id: str, since: datetime) -> Survey | None:
        """See `SurveyStore.waiting`."""
        open_ = select(table).where(_C.conversation_id == conversation_id, _C.score.is_(None), _C.asked_at >= since)
        with reading(self._engine) as connection:
            row = connection.execute(open_.order_by(_C.asked_at.desc()).limit(1)).mappings().one_or_none()
        return None if row is None else _survey(row)

    def answer(self, ticket_no: str, score: int, by: str, at: datetime) -> bool:
        """See `SurveyStore.answer`."""
        first = update(table).where(_C.ticket_no == ticket_no, _C.score.is_(None))
        with writing(self._engine) as connection:
            return connection.execute(first.values(score=score, answered_at=at, answered_by=by)).rowcount == 1

    def explain(self, ticket_no: str, reason: str | None, comment: str | None) -> None:
        """See `SurveyStore.explain`."""
        told = {name: value for name, value in (("reason", reason), ("comment", comment)) if value is not None}
        if told:
            with writing(self._engine) as connection:
                connection.execute(update(table).where(_C.ticket_no == ticket_no, _C.score.is_not(None)).values(told))


def _survey(row: RowMapping) -> Survey:
    return Survey(**row)
