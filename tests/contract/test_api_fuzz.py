"""The API under nonsense: whatever is sent, the answer is one the OpenAPI document names, and never a 5xx.

The whole gateway runs on a thread of its own, over memory stores and a fake assistant; requests come over real HTTP.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from actions.desk.clock import SystemClock
from actions.desk.customers import PaymentMode
from actions.desk.plans import COLUMNS
from actions.desk.stops import COLUMNS as STOP_COLUMNS
from actions.desk.stops import DEMANDED
from actions.desk.tickets import Kind, NewTicket
from actions.materials.clean import clean
from bot.gateway.openapi import OPERATIONS, document
from bot.gateway.problems import CONTENT_TYPE
from tests.unit.gateway.fakes import STAFF, House

# The same cases at every run: what is found by chance must not turn up in somebody else's change.
UNHURRIED = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass
class Live:
    """A running gateway."""

    url: str
    port: int
    ticket_no: str
    handoff_id: str

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str, bytes]:
        """One request on a connection of its own; no library in between that would mend it first."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers.get_content_type(), response.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    home: Path = tmp_path_factory.mktemp("gateway")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    free = {"address_rate": 1e6, "address_burst": 10**6, "conversation_rate": 1e6, "conversation_burst": 10**6}
    house = House(home, options=free, look=clean)

    async def start() -> Live:
        await house.assistant.start()
        await house.open()
        ticket = house.made.desk.accept(  # type: ignore[attr-defined]
            NewTicket(kind=Kind.REPAIR, description="停电", channel="web", address="安澜市城东区人民路66号", contact_phone="13800138000"),
            request_id="fuzz",
        )
        starts = SystemClock().now() + timedelta(days=8)
        house.notifier.take([dict(zip(COLUMNS, ("P-FUZZ", "计划", "检修", "望江路沿线", starts, starts + timedelta(hours=8)), strict=True))])
        owing = next(account for account in house.customers.accounts() if not account.life_support)
        house.customers.put_account(replace(owing, payment_mode=PaymentMode.POSTPAID, arrears=Decimal("99.00"), arrears_days=40, disconnected=False))
        cut_at = starts.replace(hour=10, minute=0)
        house.stopper.take([dict(zip((*STOP_COLUMNS, DEMANDED), ("T-FUZZ", owing.account_no, "99.00", cut_at, "欠费", "李主任", "2026-01-05"), strict=True))], by="fuzz")
        handoff = await house.app_journal().open_handoff("c-fuzz", "customer_request", "", "fuzz")
        return Live(str(house.client.make_url("")), house.client.port, ticket.ticket_no, handoff.handoff_id)

    try:
        yield asyncio.run_coroutine_threadsafe(start(), loop).result(20)
    finally:

        async def stop() -> None:
            await house.close()
            await house.assistant.kill()

        asyncio.run_coroutine_threadsafe(stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


# What no JSON schema can say: that text inside a text is JSON, that a cursor is one we gave out, that a month has 31 days, what is a class, that a text is a sheet.
BEYOND_A_SCHEMA = ("upload_", "must be a JSON object", "needs the headings", "not a CSV sheet", "invalid_cursor", "invalid_period", "invalid_ticket")

schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document())))


@schema.parametrize()
@settings(UNHURRIED, max_examples=25)
def test_no_answer_is_undocumented(case: schemathesis.Case, live: Live) -> None:
    known = {"ticket_no": live.ticket_no, "handoff_id": live.handoff_id, "topic": "bill-late-fee", "key": f"{live.ticket_no}:1:utility",
             "name": "transfer", "crew_no": "C1", "upload_id": "abcdefghijklmnopqrstuv", "incident_no": live.ticket_no, "outage_no": "P-FUZZ", "account_no": "3201556677",
             "conversation_id": "c-fuzz", "trait": "ev", "order_no": "T-FUZZ"}  # fmt: skip
    # Every other case is about something that exists, so that more than 404 is seen of what lies behind a name.
    for name, value in (case.path_parameters or {}).items():
        if case.path_parameters is not None and len(str(value)) % 2:
            case.path_parameters[name] = known[name]
    response = case.call(base_url=live.url, headers=STAFF)
    beyond: list[Any] = []
    if len(case.operation.query):
        # Unknown and empty query parameters are ignored on purpose.
        beyond.append(schemathesis.checks.negative_data_rejection)
    if response.status_code in (400, 422) and any(word in response.text for word in BEYOND_A_SCHEMA):
        beyond.append(schemathesis.checks.positive_data_acceptance)
    if response.status_code == 413:
        # A body over the limit is refused before it is read, right or wrong.
        beyond += [schemathesis.checks.negative_data_rejection, schemathesis.checks.positive_data_acceptance]
    case.validate_response(response, headers=STAFF, excluded_checks=beyond)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FIELD = st.sampled_from(["conversation_id", "text", "payload", "channel", "customer_id", "message_id", "elder", "texts", "type", "note", "agent", "actor"])
ANY_TEXT = st.text(st.characters(), max_size=30)
SURROGATES = st.text(st.characters(categories=["Cs"]), min_size=1, max_size=3)
BODY = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda value: json.dumps(value).encode(), st.dictionaries(FIELD, JSON | ANY_TEXT | SURROGATES, max_size=6)),
    st.builds(lambda text: text.encode("gb18030", "ignore"), ANY_TEXT),
    st.builds(lambda depth, sign: (sign * depth).encode(), st.integers(1, 30000), st.sampled_from(["[", '{"a":', "(", '"'])),
    st.builds(lambda size: b'{"conversation_id": "c", "text": "' + b"x" * size + b'"}', st.integers(2001, 90000)),
)
POSTS = [operation.path for operation in OPERATIONS if operation.method == "post"]
KIND = st.sampled_from(["application/json", "application/json; charset=gbk", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "/", "application/json;;"])
SEGMENT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(lambda text: quote(text, safe=""))


def check(answer: tuple[int, str, bytes]) -> int:
    status, kind, body = answer
    assert status < 500, body
    if status >= 400:
        assert kind == CONTENT_TYPE
        problem = json.loads(body)
        assert problem["status"] == status
        assert problem["code"]
    return status


@given(path=st.sampled_from(POSTS), body=BODY, kind=KIND, staff=st.booleans())
@settings(UNHURRIED, max_examples=300)
def test_malformed_bodies(live: Live, path: str, body: bytes, kind: str, staff: bool) -> None:
    path = path.format(
        ticket_no=live.ticket_no, handoff_id=live.handoff_id, key=f"{live.ticket_no}:1:utility", topic="bill-late-fee",
        outage_no="P-FUZZ", account_no="3201556677", order_no="T-FUZZ",
    )  # fmt: skip
    headers = {"Content-Type": kind} | (STAFF if staff else {})
    status = check(live.send("POST", path, body, headers))
    if not kind.startswith("application/json"):
        assert status >= 400 or path.endswith(("/close", "/retry"))


@given(method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW"]), parts=st.lists(SEGMENT, max_size=4), known=st.booleans())
@settings(UNHURRIED, max_examples=150)
def test_unknown_addresses_and_methods(live: Live, method: str, parts: list[str], known: bool) -> None:
    path = ("/api/v1/" if known else "/") + "/".join(parts)
    status, kind, body = live.send(method, path, headers=STAFF)
    assert status < 500
    if status >= 400 and method != "HEAD":
        check((status, kind, body))


@given(path=st.sampled_from(["/api/v1/knowledge", "/api/v1/tickets", "/api/v1/handoffs", "/api/v1/outbox", "/api/v1/messages", "/ws", "/readyz"]), query=st.dictionaries(st.sampled_from(["q", "k", "cursor", "kind", "status", "state", "limit", "after", "conversation_id", "account_no", "staff"]), ANY_TEXT, max_size=4), raw=st.text("%&=+?#0aF", max_size=12))
@settings(UNHURRIED, max_examples=150)
def test_any_query(live: Live, path: str, query: dict[str, str], raw: str) -> None:
    assume("#" not in raw)
    pairs = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in query.items())
    check(live.send("GET", f"{path}?{pairs}&{raw}", headers=STAFF))


@given(name=st.sampled_from(["Authorization", "Expect", "X-Request-Id", "Content-Length", "Origin", "Range", "If-None-Match", "If-Modified-Since", "Accept-Encoding", "X-Forwarded-For", "Upgrade", "Content-Encoding"]), value=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40), path=st.sampled_from(["/", "/ws", "/api/v1/tickets", "/static/chat/main.js", "/healthz"]))
@settings(UNHURRIED, max_examples=150)
def test_any_header(live: Live, name: str, value: str, path: str) -> None:
    status, _, _ = live.send("GET", path, headers={name: value})
    assert status < 500


def test_every_route_is_described(live: Live) -> None:
    described = {(operation.method.upper(), operation.path) for operation in OPERATIONS}
    served = {(route.method, route.resource.canonical) for route in _routes() if route.resource}
    assert served - described == {("GET", "/ws"), ("GET", "/static/{page}/{name}")} | {("HEAD", path) for _, path in served if ("GET", path) in served}
    assert described <= served


def _routes() -> list[Any]:
    from aiohttp import web

    from bot.gateway.routes import add_all

    app = web.Application()
    add_all(app)
    return list(app.router.routes())
