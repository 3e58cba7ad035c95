"""Killed in mid-conversation: nothing accepted is lost, nothing is done twice, and danger is answered even without the assistant."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.assistant import Conversation, RunningAssistant

pytestmark = [pytest.mark.service, pytest.mark.slow]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAssistant]:
    """An assistant of this module's own, to be killed."""
    running = RunningAssistant(tmp_path_factory.mktemp("killed"))
    running.start()
    yield running
    running.stop()


def _rasa_pid(service: RunningAssistant) -> int:
    raw = (service.home / "assistant.pid").read_text()
    return int(json.loads(raw)["pid"] if raw.lstrip().startswith("{") else raw.split()[0])


def _until(check: object, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if check():  # type: ignore[operator]
            return
        time.sleep(0.5)
    raise AssertionError("it did not come back in time")


def _begin_repair(service: RunningAssistant) -> Conversation:
    talk = service.talk()
    for text in ("我家停电了", "安澜市城东区人民路66号5栋301", "13800138000"):
        talk.say(text)
    assert talk.trace["requested_slot"] == "confirm"
    return talk


def test_the_assistant_is_killed_in_mid_form(own: RunningAssistant) -> None:
    talk = _begin_repair(own)
    os.kill(_rasa_pid(own), signal.SIGKILL)
    time.sleep(0.5)
    talk.say("确认")
    assert "记下" in talk.text and not talk.tickets()
    danger = own.talk()
    danger.say("电线掉地上了冒火花")
    assert "8米" in danger.text
    _until(lambda: len(talk.tickets()) == 1)
    time.sleep(2)
    assert len(talk.tickets()) == 1


def test_the_service_is_killed_while_a_ticket_is_being_filed(own: RunningAssistant) -> None:
    _until(lambda: own.call("GET", "/readyz")[0] == 200)
    talk = _begin_repair(own)
    threading.Thread(target=own.kill).start()
    # The connection dies with the service; the customer's page then sends the same message again.
    with suppress(Exception):
        talk.say("确认", message_id="the-one")
    time.sleep(1)
    own.start()
    talk.say("确认", message_id="the-one")
    _until(lambda: len(talk.tickets()) == 1)
    assert talk.last["messages"]
    time.sleep(1)
    assert len(talk.tickets()) == 1
