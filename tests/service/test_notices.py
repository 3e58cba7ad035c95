"""Outage plans on the really running assistant: from the import over HTTP to the customer's conversation, once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from actions.desk.clock import SHANGHAI
from tests.assistant import Conversation, RunningAssistant

pytestmark = pytest.mark.service

FARMER, LAST_FOUR = "3302114455", "0003"


def told(talk: Conversation) -> list[str]:
    """What came into the conversation unasked."""
    _, sent = talk.service.call("GET", f"/api/v1/messages?conversation_id={talk.conversation_id}&after=0", staff=True)
    return [message["text"] for one in sent["sent"] if one["role"] == "system" for message in one["messages"]]


def until(look: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for something to come."""
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.2)


def test_a_plan_reaches_the_customer_who_has_linked_the_account_once_and_what_becomes_of_it(service: RunningAssistant) -> None:
    talk = service.talk()
    talk.say(f"绑定户号{FARMER}")
    talk.say(LAST_FOUR)
    starts = datetime.now(SHANGHAI).replace(minute=0, second=0, microsecond=0) + timedelta(days=9)
    plan = {
        "outage_no": "JH-SERVICE-1", "type": "planned", "reason": "红星村线路检修", "area_nos": ["TQ-DF-07"],
        "starts": starts.isoformat(), "ends": (starts + timedelta(hours=9)).isoformat(),
    }  # fmt: skip
    for _ in range(2):
        status, review = service.call("POST", "/api/v1/outage-plans", {"plans": [plan]})
        assert (status, review["refused"]) == (200, [])
    until(lambda: told(talk))
    # The conversation knows of it too.
    talk.say("我家最近会不会停电")
    service.call("POST", "/api/v1/outage-plans/JH-SERVICE-1/cancel", {"reason": "改期"})
    until(lambda: len(told(talk)) == 2)
    ahead, off = told(talk)
    assert "3302**4455" in ahead and "红星村线路检修" in ahead and FARMER not in ahead
    assert "取消" in off
    _, listed = service.call("GET", "/api/v1/outage-plans")
    (state,) = [one for one in listed["plans"] if one["outage_no"] == "JH-SERVICE-1"]
    assert (state["told"], state["late"], bool(state["cancelled_at"])) == (2, False, True), "the pumping station on the same transformer is told too"
