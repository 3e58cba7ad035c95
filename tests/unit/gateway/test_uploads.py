"""Papers over the API: taken once, kept encrypted, shown to their owner and to staff, who are written down."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.desk.papers import Due, Use
from actions.desk.tickets import Kind, NewTicket
from actions.materials.clean import clean
from tests import papers
from tests.unit.gateway.fakes import STAFF, House

CARD = papers.file(papers.card(800, 600))


async def send(house: House, data: bytes = CARD, name: str = "身份证.jpg", **fields: str) -> tuple[int, dict[str, Any]]:
    form = aiohttp.FormData(quote_fields=False)  # as browsers write names
    for key, value in {"conversation_id": "c1", **fields}.items():
        form.add_field(key, value)
    form.add_field("file", data, filename=name, content_type="application/octet-stream")
    response = await house.client.post("/api/v1/uploads", data=form)
    return response.status, await response.json()


async def test_a_photo_is_taken_once_however_often_it_is_sent(house: House) -> None:
    status, first = await send(house, message_id="m1")
    assert status == 200 and first["media_type"] == "image/jpeg" and first["name"] == "身份证.jpg"
    assert first["payload"] == "/inform" + json.dumps({"choice": f"upload:{first['upload_id']}"})
    same_message = await send(house, papers.file(papers.card(900, 700)), message_id="m1")
    same_content = await send(house, name="again.jpg", message_id="m2")
    assert same_message[1]["upload_id"] == same_content[1]["upload_id"] == first["upload_id"]
    elsewhere = await send(house, conversation_id="c2")
    assert elsewhere[1]["upload_id"] != first["upload_id"]
    listed = await (await house.client.get("/api/v1/uploads", params={"conversation_id": "c1"})).json()
    assert [one["upload_id"] for one in listed["uploads"]] == [first["upload_id"]]


async def test_two_at_once_make_one(house: House) -> None:
    both = await asyncio.gather(send(house), send(house))
    assert both[0][1]["upload_id"] == both[1][1]["upload_id"]
    assert len(list((house.home / "uploads").rglob("*.paper"))) == 1, "what was made twice is not kept twice"


async def test_it_lies_encrypted_and_only_its_conversation_and_staff_see_it(house: House, caplog: pytest.LogCaptureFixture) -> None:
    _, sent = await send(house)
    (file,) = (house.home / "uploads").rglob("*.paper")
    assert b"\xff\xd8\xff" not in file.read_bytes() and file.stat().st_mode & 0o077 == 0
    path = f"/api/v1/uploads/{sent['upload_id']}"
    own = await house.client.get(path, params={"conversation_id": "c1"})
    assert own.status == 200 and own.content_type == "image/jpeg" and (await own.read()).startswith(b"\xff\xd8")
    assert own.headers["Cache-Control"] == "private, no-store" and "nosniff" in own.headers["X-Content-Type-Options"]
    assert (await house.client.get(path, params={"conversation_id": "c2"})).status == 404
    assert (await house.client.get(path)).status == 401
    assert (await house.client.get(path, headers={"Authorization": "Bearer wrong"})).status == 403
    assert not [r for r in caplog.records if r.name == "dianda.audit"]
    with caplog.at_level(logging.INFO, "dianda.audit"):
        assert (await house.client.get(path, headers=STAFF)).status == 200
    assert any(sent["upload_id"] in record.getMessage() for record in caplog.records if record.name == "dianda.audit")


@pytest.mark.parametrize(
    ("data", "code", "helps"),
    [
        (papers.file(papers.blurred(papers.card(800, 600))), "upload_blurred", "亮处"),
        (papers.file(papers.dimmed(papers.card(800, 600), 0.1)), "upload_dark", "亮处"),
        (b"MZ" + b"\0" * 400, "upload_kind", "拍照"),
        (CARD[:4000], "upload_broken", "重新"),
    ],
)
async def test_a_refusal_says_how_to_do_better(house: House, data: bytes, code: str, helps: str) -> None:
    status, problem = await send(house, data)
    assert status == 422 and problem["code"] == code and helps in problem["detail"]
    assert not list((house.home / "uploads").rglob("*")), "nothing of it is kept"


async def test_what_is_too_big_is_not_even_read_to_the_end(house: House) -> None:
    status, problem = await send(house, b"\xff\xd8\xff" + b"\0" * (11 * 1024 * 1024))
    assert status == 422 and problem["code"] == "upload_too_big"


async def test_a_form_that_is_none(house: House) -> None:
    async def post(data: object, **headers: str) -> tuple[int, str]:
        response = await house.client.post("/api/v1/uploads", data=data, headers=headers)
        return response.status, (await response.json())["code"]

    assert await post(b"{}", **{"Content-Type": "application/json"}) == (415, "upload_form")
    assert await post(b"nonsense", **{"Content-Type": "multipart/form-data; boundary=x"}) == (400, "upload_form")
    assert await post(b"--x\r\n", **{"Content-Type": "multipart/form-data"}) == (400, "upload_form")
    without_file = aiohttp.FormData({"conversation_id": "c1"}, default_to_multipart=True)
    assert await post(without_file) == (422, "upload_no_file")
    without_conversation = aiohttp.FormData()
    without_conversation.add_field("file", CARD, filename="a.jpg")
    assert await post(without_conversation) == (422, "invalid_fields")


async def test_a_name_is_only_a_name(house: House) -> None:
    _, sent = await send(house, name="../../etc/\u202epasswd.exe")
    assert sent["name"] == "passwd.jpg"


async def test_nobody_fills_the_disk(shut: House) -> None:
    house = shut
    house.options = {"upload_count": 2}
    await house.assistant.start()
    await house.open()
    for width in (800, 820):
        assert (await send(house, papers.file(papers.card(width, 600))))[0] == 200
    status, problem = await send(house, papers.file(papers.card(840, 600)))
    assert status == 409 and problem["code"] == "upload_too_many"


async def test_the_desk_sees_what_an_application_needs_has_and_lacks(house: House) -> None:
    _, sent = await send(house)
    ticket = house.made.desk.accept(  # type: ignore[attr-defined]
        NewTicket(kind=Kind.SERVICE_REQUEST, description="过户", channel="web", conversation_id="c1", contact_phone="13800138000", business="transfer_account"),
        request_id="r",
    )
    at = ticket.created_at
    use = Use(paper_id=sent["upload_id"], ticket_no=ticket.ticket_no, material="身份证", added_at=at)
    house.papers.open_folder(ticket.ticket_no, [Due(material="身份证"), Due(material="委托书", due_at=at)], [use])
    status, folder = await house.staff("GET", f"/api/v1/tickets/{ticket.ticket_no}/materials")
    assert status == 200 and [(m["material"], m["owed"]) for m in folder["materials"]] == [("身份证", False), ("委托书", True)]
    assert folder["materials"][1]["due_at"] and folder["uploads"][0]["upload_id"] == sent["upload_id"]
    assert (await house.client.get(f"/api/v1/tickets/{ticket.ticket_no}/materials")).status == 401
    assert (await house.staff("GET", "/api/v1/tickets/GD20261122000011/materials"))[0] == 404


async def test_random_forms_never_break_it(house: House) -> None:
    house.made.uploads._look = clean  # type: ignore[union-attr]  # in this process: the fuzz is of the form, not of the file
    loop = asyncio.get_running_loop()

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(body=st.binary(max_size=300), boundary=st.text("abcX-'()+_,./:=? ", max_size=12), framed=st.booleans())
    def post(body: bytes, boundary: str, framed: bool) -> None:
        data = b"--" + boundary.encode() + b"\r\n" + body + b"\r\n--" + boundary.encode() + b"--\r\n" if framed else body

        async def once() -> int:
            headers = {"Content-Type": f'multipart/form-data; boundary="{boundary}"'}
            async with house.client.post("/api/v1/uploads", data=data, headers=headers) as response:
                return response.status

        assert asyncio.run_coroutine_threadsafe(once(), loop).result(20) in {400, 413, 415, 422, 429}

    await asyncio.to_thread(post)
