"""Every refusal is a problem document with a stable code, and tells nothing of what was sent."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.gateway.app import build_app
from bot.gateway.problems import ProblemError
from bot.gateway.words import words
from tests.unit.gateway.fakes import STAFF, House, free_port

JSON = {"Content-Type": "application/json"}


async def refused(house: House, method: str = "POST", path: str = "/api/v1/chat", **request: Any) -> tuple[int, dict[str, Any]]:
    response = await house.client.request(method, path, **request)
    assert response.content_type == "application/problem+json", await response.text()
    problem = await response.json()
    assert problem["status"] == response.status
    assert problem["instance"] == "urn:dianda:request:" + response.headers["X-Request-Id"]
    assert problem["type"].startswith("urn:dianda:problem:")
    assert problem["title"]
    assert problem["detail"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    return response.status, problem


def chat(**body: Any) -> bytes:
    return json.dumps({"conversation_id": "c1", "text": "好"} | body).encode()


BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "invalid_json"),
    "no json": (b"{", 400, "invalid_json"),
    "a list": (b"[]", 422, "invalid_fields"),
    "null": (b"null", 422, "invalid_fields"),
    "deep": (b"[" * 30000, 400, "invalid_json"),
    "a huge number": (b'{"a": ' + b"9" * 5000 + b"}", 400, "invalid_json"),
    "NaN": (b'{"a": NaN}', 400, "invalid_json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", 400, "invalid_json"),
    "latin-1": ('{"text": "é"}'.encode("latin-1"), 400, "invalid_utf8"),
    "gbk": ('{"text": "停电"}'.encode("gbk"), 400, "invalid_utf8"),
    "no fields": (b"{}", 422, "invalid_fields"),
    "no text": (b'{"conversation_id": "a"}', 422, "invalid_fields"),
    "neither": (chat(text=None), 422, "invalid_fields"),
    "both": (chat(payload="/affirm"), 422, "invalid_fields"),
    "no conversation": (b'{"text": "x"}', 422, "invalid_fields"),
    "empty id": (chat(conversation_id=""), 422, "invalid_fields"),
    "long id": (chat(conversation_id="x" * 129), 422, "invalid_fields"),
    "id with control": (chat(conversation_id="a\nb"), 422, "invalid_fields"),
    "id of a number": (chat(conversation_id=5), 422, "invalid_fields"),
    "empty": (chat(text=""), 422, "invalid_fields"),
    "blank": (chat(text=" \t\n　 "), 422, "invalid_fields"),
    "invisible": (chat(text="\u200b\ufeff"), 422, "invalid_fields"),
    "text of a list": (chat(text=[]), 422, "invalid_fields"),
    "long text": (chat(text="电" * 2001), 422, "invalid_fields"),
    "NUL": (chat(text="a\x00b"), 422, "invalid_fields"),
    "lone surrogate": (chat(text="\ud83d"), 422, "invalid_fields"),
    "surrogate id": (chat(conversation_id="\udc00"), 422, "invalid_fields"),
    "unknown channel": (chat(channel="telex"), 422, "invalid_fields"),
    "bare payload": (chat(text=None, payload="affirm"), 422, "invalid_fields"),
    "payload with spaces": (chat(text=None, payload="/affirm now"), 422, "invalid_fields"),
    "payload of half json": (chat(text=None, payload='/inform{"a":}'), 422, "invalid_fields"),
    "payload of a list": (chat(text=None, payload="/inform[]"), 422, "invalid_fields"),
    "elder of a word": (chat(elder="yes"), 422, "invalid_fields"),
    "too large": (chat(note="x" * 70000), 413, "body_too_large"),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_bad_body(house: House, name: str) -> None:
    body, status, code = BODIES[name]
    found, problem = await refused(house, data=body, headers=JSON | STAFF)
    assert (found, problem["code"]) == (status, code)
    if code == "invalid_fields":
        assert all(set(error) == {"field", "message"} for error in problem["errors"])
    assert not house.assistant.turns


@pytest.mark.parametrize(
    "body",
    [
        chat(text="电" * 2000),
        chat(text=None, payload="/affirm"),
        chat(text=None, payload='/inform{"a": {"b": [1]}}'),
        chat(unknown={"deep": [1, 2]}, text="\t好\n"),
        chat(conversation_id="x" * 128, customer_id=None, message_id=None),
        chat(text="👵🏻停电了"),
    ],
)
async def test_a_good_body(house: House, body: bytes) -> None:
    response = await house.client.post("/api/v1/chat", data=body, headers=JSON)
    assert response.status == 200, await response.text()


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"])
async def test_another_media_type(house: House, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    status, problem = await refused(house, data=chat(), headers=headers, skip_auto_headers=["Content-Type"])
    assert (status, problem["code"]) == (415, "unsupported_media_type")


async def test_compressed_bodies(house: House) -> None:
    packed = JSON | {"Content-Encoding": "gzip"}
    response = await house.client.post("/api/v1/chat", data=gzip.compress(chat()), headers=packed)
    assert response.status == 200
    assert (await refused(house, data=b"not gzip", headers=packed))[0] == 400
    bomb = gzip.compress(b" " * 5_000_000)
    assert (await refused(house, data=bomb, headers=packed))[0] == 413


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/api/v1/knowledge/none-such", 404, "unknown_topic"),
        ("GET", "/api/v1/knowledge/%00", 404, "not_found"),
        ("GET", "/static/chat/none.js", 404, "not_found"),
        ("GET", "/static/chat/../../gateway/words.yml", 404, "not_found"),
        ("GET", "/static/chat/%2e%2e/%2e%2e/gateway/app.py", 404, "not_found"),
        ("GET", "/static/chat/%00.js", 404, "not_found"),
        ("GET", "/static/chat/" + "x" * 300 + ".js", 404, "not_found"),
        ("GET", "/api/v1/chat", 405, "method_not_allowed"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
        ("GET", "/api/v1/knowledge", 422, "invalid_fields"),
        ("GET", "/api/v1/knowledge?q=%20", 422, "invalid_fields"),
        ("GET", "/api/v1/knowledge?q=a&k=0", 422, "invalid_fields"),
        ("GET", "/api/v1/knowledge?q=a&k=many", 422, "invalid_fields"),
        ("GET", "/api/v1/knowledge?q=%00", 422, "invalid_fields"),
        ("GET", "/api/v1/messages?conversation_id=c&after=-1", 422, "invalid_fields"),
    ],
)
async def test_a_bad_address(house: House, method: str, path: str, status: int, code: str) -> None:
    from yarl import URL

    found, problem = await refused(house, method, str(URL(path, encoded=True)))
    assert (found, problem["code"]) == (status, code)


async def test_what_is_allowed_instead_is_named(house: House) -> None:
    response = await house.client.get("/api/v1/chat")
    assert response.headers["Allow"] == "POST"


async def test_a_problem_repeats_nothing_personal(house: House) -> None:
    _, problem = await refused(house, data=chat(channel="13800138000", conversation_id=13800138000, text=["王敏"]), headers=JSON)
    assert "13800138000" not in json.dumps(problem)
    assert "王敏" not in json.dumps(problem, ensure_ascii=False)


async def test_tickets_and_handoffs_need_the_token(house: House) -> None:
    for path in ("/api/v1/tickets", "/api/v1/tickets/GD1", "/api/v1/handoffs", "/api/v1/handoffs/x"):
        status, problem = await refused(house, "GET", path)
        assert (status, problem["code"]) == (401, "unauthorized")
        for wrong in ("Bearer wrong", "bearer é", "Bearer " + "x" * 5000):
            status, problem = await refused(house, "GET", path, headers={"Authorization": wrong})
            assert (status, problem["code"]) == (403, "forbidden")
        assert (await refused(house, "GET", path, headers={"Authorization": "Basic eDp4"}))[0] == 401
    for path in ("/api/v1/tickets/GD1/events", "/api/v1/handoffs/x/take", "/api/v1/handoffs/x/say", "/api/v1/handoffs/x/close"):
        assert (await refused(house, "POST", path, json={}))[0] == 401
    response = await house.client.get("/api/v1/tickets", headers={"Authorization": STAFF["Authorization"].replace("Bearer", "bearer")})
    assert response.status == 200


async def test_expectations(house: House) -> None:
    response = await house.client.post("/api/v1/chat", data=chat(), headers=JSON | {"Expect": "100-continue"})
    assert response.status == 200
    response = await house.client.post("/api/v1/chat", data=chat(), headers=JSON | {"Expect": "miracles"})
    assert (response.status, (await response.json())["code"]) == (417, "expectation_failed")


async def test_an_unforeseen_fault_is_500_and_tells_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.made.knowledge, "search", lambda query, k: 1 / 0, raising=False)
    status, problem = await refused(house, "GET", "/api/v1/knowledge?q=a")
    assert (status, problem["code"]) == (500, "internal")
    assert "division" not in json.dumps(problem)


def test_every_code_has_its_words() -> None:
    def kinds(root: type[ProblemError]) -> list[type[ProblemError]]:
        return [root, *(each for below in root.__subclasses__() for each in kinds(below))]

    assert {kind.default_code for kind in kinds(ProblemError)} <= set(words().problems)


class TestLimits:
    async def flood(self, house: House, number: int, headers: dict[str, str], conversation: str | None = None) -> list[int]:
        async def one(index: int) -> int:
            body = {"conversation_id": conversation or f"c{index}", "text": "好"}
            async with house.client.post("/api/v1/chat", json=body, headers=headers) as response:
                if response.status == 429:
                    assert int(response.headers["Retry-After"]) >= 1
                    assert (await response.json())["code"] == "rate_limited"
                return response.status

        return await asyncio.gather(*(one(index) for index in range(number)))

    async def test_by_address(self, shut: House) -> None:
        shut.options |= {"address_rate": 0.5, "address_burst": 10}
        await shut.assistant.start()
        await shut.open()
        assert sorted(await self.flood(shut, 15, {})) == [200] * 10 + [429] * 5
        assert (await shut.client.get("/healthz")).status == 200, "probes are free"
        assert await self.flood(shut, 40, STAFF) == [200] * 40

    async def test_by_conversation(self, shut: House) -> None:
        shut.options |= {"conversation_rate": 0.5, "conversation_burst": 3}
        await shut.assistant.start()
        await shut.open()
        assert sorted(await self.flood(shut, 5, {}, "c1")) == [200] * 3 + [429] * 2
        assert await self.flood(shut, 1, {}, "c2") == [200]
        assert await self.flood(shut, 10, STAFF, "c1") == [200] * 10

    async def test_behind_a_trusted_proxy_the_customer_counts(self, shut: House) -> None:
        shut.options |= {"address_rate": 0.01, "address_burst": 1, "trusted_proxies": "127.0.0.0/8,10.0.0.0/8"}
        await shut.open(wait=False)

        async def get(forwarded: str) -> int:
            return (await shut.client.get("/", headers={"X-Forwarded-For": forwarded})).status

        assert [await get("1.1.1.1"), await get("1.1.1.1, 10.0.0.2"), await get("9.9.9.9, 1.1.1.1")] == [200, 429, 429]
        assert await get("2.2.2.2") == 200

    async def test_without_one_the_header_means_nothing(self, shut: House) -> None:
        shut.options |= {"address_rate": 0.01, "address_burst": 1}
        await shut.open(wait=False)
        assert (await shut.client.get("/", headers={"X-Forwarded-For": "1.1.1.1"})).status == 200
        assert (await shut.client.get("/", headers={"X-Forwarded-For": "2.2.2.2"})).status == 429


async def test_pages_and_their_headers(house: House) -> None:
    for path in ("/", "/elder"):
        response = await house.client.get(path)
        assert (response.status, response.content_type, response.charset) == (200, "text/html", "utf-8")
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    script = await house.client.get("/static/chat/main.js")
    assert (script.status, script.content_type) == (200, "text/javascript")
    again = await house.client.get("/static/chat/main.js", headers={"If-None-Match": script.headers["ETag"]})
    assert again.status == 304
    head = await house.client.head("/")
    assert (head.status, await head.read()) == (200, b"")
    assert (await house.client.get("/healthz")).headers["Cache-Control"] == "no-store"


async def test_a_request_id_is_kept_when_it_is_harmless(house: House) -> None:
    assert (await house.client.get("/healthz", headers={"X-Request-Id": "from-proxy-1"})).headers["X-Request-Id"] == "from-proxy-1"
    assert (await house.client.get("/healthz", headers={"X-Request-Id": "a b<script>"})).headers["X-Request-Id"] != "a b<script>"


async def test_metrics(house: House) -> None:
    house.assistant.reply = lambda turn: {"messages": [{"text": "好"}], "trace": {"intent": {"name": "report_outage", "confidence": 1}, "elapsed_ms": {"nlu": 5}, "ticket": {"ticket_no": "GD1", "kind": "repair"}}}
    await house.chat("我家停电了")
    await house.client.get("/nothing/13800138000")
    response = await house.client.get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    text = await response.text()
    for line in (
        'dianda_turns_total{channel="api",intent="report_outage",outcome="answered"} 1.0',
        'dianda_turn_seconds_count{channel="api"} 1.0',
        'dianda_turn_part_seconds_count{part="nlu"} 1.0',
        'dianda_turn_tickets_total{kind="repair"} 1.0',
        "dianda_assistant_up 1.0",
        "dianda_turns_deferred 0.0",
        'dianda_http_requests_total{method="GET",route="-",status="404"} 1.0',
    ):
        assert line in text
    assert "13800138000" not in text


async def test_ready(house: House) -> None:
    response = await house.client.get("/readyz")
    assert (response.status, await response.json()) == (200, {"ready": True, "parts": {"assistant": True, "knowledge": True, "database": True}})


async def test_knowledge(house: House) -> None:
    response = await house.client.get("/api/v1/knowledge", params={"q": "有违约金吗", "k": "3"})
    body = await response.json()
    assert body["answerable"] is True
    assert set(body["results"][0]) >= {"topic", "title", "score", "answer", "citations"}
    assert (await (await house.client.get("/api/v1/knowledge/bill-late-fee")).json())["topic"] == "bill-late-fee"


async def test_parse(house: House) -> None:
    one = await (await house.client.post("/api/v1/parse", json={"text": "你好"})).json()
    assert set(one) >= {"intent", "intent_ranking", "entities"}
    many = await (await house.client.post("/api/v1/parse", json={"texts": ["一", "二"]})).json()
    assert [result["text"] for result in many["results"]] == ["一", "二"]
    assert (await (await house.client.post("/api/v1/parse", json={"texts": []})).json()) == {"results": []}
    for bad in ({}, {"text": "a", "texts": ["b"]}, {"texts": ["a"] * 257}, {"texts": [""]}, {"texts": "a"}, {"texts": [1]}):
        assert (await refused(house, path="/api/v1/parse", json=bad))[0] == 422


async def test_a_database_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.conversations.failures = 1
    client = TestClient(TestServer(build_app(house.parts()), port=free_port()))
    with pytest.raises(ProblemError):
        await client.start_server()
    await client.close()


async def test_raw_nonsense_on_the_wire(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.client.port)
    writer.write(b"\x16\x03\x01 nonsense\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"400"
    writer.close()
    with pytest.raises(aiohttp.ClientResponseError):
        await house.client.get("/", headers={"X-Big": "x" * 20000}, raise_for_status=True)
