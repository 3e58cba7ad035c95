"""The survey on its way: asked with the news that a ticket is done, once; a score given on the phone."""

from __future__ import annotations

from typing import Any

from actions.desk.clock import SystemClock
from actions.desk.feedback import Feedback
from actions.desk.tickets import Kind, NewTicket
from actions.ports.memory import MemorySurveys
from bot.gateway.app import Parts
from tests.unit.gateway.fakes import House, until


class AskingHouse(House):
    """A house that asks."""

    def parts(self) -> Parts:
        from dataclasses import replace

        parts = super().parts()
        self.surveys = getattr(self, "surveys", MemorySurveys())
        return replace(parts, feedback=Feedback(parts.desk, self.surveys, SystemClock()))  # type: ignore[arg-type]


def work(house: House, ticket_no: str, *steps: str) -> None:
    for step in steps:
        house.made.desk.move(ticket_no, step, actor="staff")


def accept(house: House) -> str:
    new = NewTicket(kind=Kind.COMPLAINT, description="态度差", channel="web", conversation_id="c1", contact_phone="13800138000")
    return str(house.made.desk.accept(new, request_id="r").ticket_no)  # type: ignore[attr-defined]


def asked(house: House) -> list[Any]:
    sent = house.conversations.store.outbound_after("c1", 0)
    return [message for out in sent for message in out.messages if any("survey:" in b["payload"] for b in message["buttons"])]


async def test_the_customer_is_asked_once_however_often_the_ticket_is_resolved(tmp_path: Any) -> None:
    house = AskingHouse(tmp_path)
    await house.assistant.start()
    await house.open()
    try:
        await house.chat("你好")
        number = accept(house)
        work(house, number, "dispatched", "acknowledged", "contacted", "resolved")
        await until(lambda: len(asked(house)) == 1)
        (question,) = asked(house)
        assert [b["title"][0] for b in question["buttons"]] == ["5", "4", "3", "2", "1"]
        work(house, number, "reopened", "dispatched", "acknowledged", "contacted", "resolved")
        done = lambda: sum("处理完毕" in m["text"] for out in house.conversations.store.outbound_after("c1", 0) for m in out.messages)  # noqa: E731
        await until(lambda: done() == 2)
        assert len(asked(house)) == 1
        survey = house.surveys.get(number)
        assert survey is not None and (survey.conversation_id, survey.channel, survey.score) == ("c1", "web", None)
    finally:
        await house.close()
        await house.assistant.kill()


async def test_a_score_on_the_phone_is_kept_once_and_a_low_one_reopens(tmp_path: Any) -> None:
    house = AskingHouse(tmp_path)
    await house.assistant.start()
    await house.open()
    try:
        number = accept(house)
        path = f"/api/v1/tickets/{number}/survey"
        assert (await house.staff("GET", path))[0] == 404
        work(house, number, "dispatched", "acknowledged", "contacted", "resolved")
        status, survey = await house.staff("POST", path, score=2, reason="manner", comment="还是那个人接的", actor="回访员")
        assert (status, survey["score"], survey["reason"], survey["answered_by"]) == (200, 2, "manner", "回访员")
        status, ticket = await house.staff("GET", f"/api/v1/tickets/{number}")
        assert ticket["status"] == "reopened"
        assert any("还是那个人接的" in event["note"] for event in ticket["events"])
        status, problem = await house.staff("POST", path, score=5)
        assert (status, problem["code"]) == (409, "survey_answered")
        assert (await house.staff("POST", path, score=6))[0] == 422
        assert (await house.client.get(path)).status == 401
        topics = [stored.letter.topic for stored in house.tickets.outbox.find(None, None, 100).letters]
        assert "staff.reopened" in topics
    finally:
        await house.close()
        await house.assistant.kill()
