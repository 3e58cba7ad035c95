"""Talks of danger: the lines fit the kind, every question in it is answered, nothing said is lost, nobody is sent away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.desk.tickets import Ticket, TicketFilter
from tests.unit.handlers.conversing import Customer

FILE = Path(__file__).resolve().parents[2] / "data" / "danger_talks.yml"
TALKS = yaml.safe_load(FILE.read_text(encoding="utf-8"))
NEVER = ("没听明白", "不办了", "帮不上忙", "没有提交", "要先放下", "还不够师傅")


def tickets(customer: Customer) -> tuple[Ticket, ...]:
    return customer.services.desk.tickets(TicketFilter(conversation_id="c1"), limit=5).tickets


@pytest.mark.parametrize("talk", [pytest.param(t, id=t["name"]) for t in TALKS])
def test_talk(talk: dict[str, Any]) -> None:
    customer = Customer({})
    for turn in talk["turns"]:
        taken = (turn.get("as", "inform"), 0.97)
        customer.understand = lambda _, at=taken: ((at,), "none")
        told = customer.say(turn["say"])
        for part in turn.get("says", ()):
            assert part in told, (turn["say"], told)
        for part in (*turn.get("never", ()), *NEVER):
            assert part not in told, (turn["say"], told)
        if "asks" in turn:
            assert customer.asking == turn["asks"], (turn["say"], told)
        holds(turn, tickets(customer), told)


def holds(turn: dict[str, Any], filed: tuple[Ticket, ...], told: str) -> None:
    """What the turn says of the ticket."""
    if "ticket" in turn and turn["ticket"] is None:
        assert not filed, told
    elif "ticket" in turn:
        assert turn["ticket"] in (filed[0].address or "") and filed[0].priority.value == "emergency", told
    if "tickets" in turn:
        assert len(filed) == turn["tickets"], told
    if "described" in turn:
        assert turn["described"] in filed[0].description
    if "noted" in turn:
        assert any(turn["noted"] in event.note for event in filed[0].events), filed[0].events
    if "status" in turn:
        assert filed[0].status.value == turn["status"], told
