"""Papers on the really running assistant: sent, counted, filed with what is missing, added later, seen by staff."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from typing import Any

import pytest

from tests import papers
from tests.assistant import Conversation, RunningAssistant

pytestmark = pytest.mark.service


def send(talk: Conversation, name: str, data: bytes) -> tuple[int, dict[str, Any]]:
    """Put a file in as a page does."""
    mark = uuid.uuid4().hex
    body = (
        f'--{mark}\r\nContent-Disposition: form-data; name="conversation_id"\r\n\r\n{talk.conversation_id}\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    ).encode() + data + f"\r\n--{mark}--\r\n".encode()  # fmt: skip
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    request = urllib.request.Request(talk.service.base + "/api/v1/uploads", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_a_paper_from_the_phone_to_the_desk(service: RunningAssistant) -> None:
    talk = service.talk()
    talk.say("我要报装充电桩")
    assert not [m for m in talk.last["messages"] if m.get("upload")]
    talk.say("自家院子")
    assert "申请人身份证" in talk.last["messages"][-1]["upload"]
    status, problem = send(talk, "a.jpg", papers.file(papers.blurred(papers.card())))
    assert status == 422 and "亮处" in problem["detail"]
    status, sent = send(talk, "身份证.jpg", papers.file(papers.card()))
    assert status == 200
    talk.say(sent["payload"])
    assert "算作“申请人身份证”" in talk.text and talk.trace["requested_slot"] == "address"
    for words in ("安澜市城东区人民路66号5栋301", "王小明", "13800138000", "确认"):
        talk.say(words)
    (ticket,) = talk.tickets()
    assert ticket["ticket_no"] in talk.text and "购车证明" in talk.text
    talk.say("我要补交材料")
    assert ticket["ticket_no"] in talk.text and talk.last["messages"][-1]["upload"]
    _, second = send(talk, "购车证明.pdf", papers.pdf(papers.page()))
    talk.say(second["payload"])
    assert "算作“购车证明”" in talk.text
    _, folder = service.call("GET", f"/api/v1/tickets/{ticket['ticket_no']}/materials")
    assert [upload["material"] for upload in folder["uploads"]] == ["申请人身份证", "购车证明"]
    assert [m["material"] for m in folder["materials"] if m["owed"]] == ["房屋证明"]
    _, after = service.call("GET", f"/api/v1/tickets/{ticket['ticket_no']}")
    assert [e["note"] for e in after["events"] if e["type"] == "supplemented"] == ["补交材料：购车证明"]
    kept = [file.read_bytes() for file in (service.home / "uploads").rglob("*.paper")]
    assert kept and not any(b"JFIF" in data or b"%PDF" in data for data in kept)


def test_an_application_waits_for_the_papers_that_cannot_follow(service: RunningAssistant) -> None:
    talk = service.talk()
    for words in ("我买了二手房要过户，户号3201889900，我叫王小明，电话13800138000", "确认"):
        talk.say(words)
    (ticket,) = talk.tickets()
    assert ticket["ticket_no"] in talk.text and "还没有开始办" in talk.text
    assert ticket["paused_at"] and all(clock["paused"] for clock in ticket["clocks"])
    status, _ = service.call("POST", f"/api/v1/tickets/{ticket['ticket_no']}/events", {"type": "dispatched", "actor": "dispatcher"})
    assert status == 409, "nobody begins without the papers"
    for name, picture in (("身份证.jpg", papers.card()), ("房产证.jpg", papers.page())):
        _, sent = send(talk, name, papers.file(picture))
        talk.say(sent["payload"])
    assert "现在开始办" in talk.text
    _, after = service.call("GET", f"/api/v1/tickets/{ticket['ticket_no']}")
    assert after["paused_at"] is None and not any(clock["paused"] for clock in after["clocks"])
