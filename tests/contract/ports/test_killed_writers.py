"""SIGKILL at random points while four writers file and move tickets and two postmen carry the letters of it.

Nothing a writer was told is done is lost. No letter is missing at the receiver, and none comes twice but under its own key and with the
same content; a receiver that takes each key once therefore has each letter once. A letter may only be sent again whose postman
died between the receiver's taking it and his report (or was slower than his lease): at most those he carried at the time.

`DIANDA_KILLS` says at how many points (200 before a release).
"""

from __future__ import annotations

import http.server
import json
import multiprocessing
import os
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing.connection import Connection, wait
from typing import Any

import pytest
from sqlalchemy import Engine, text

from actions.desk.clock import SHANGHAI, SystemClock
from actions.desk.desk import ServiceDesk
from actions.desk.limits import profile
from actions.desk.outbox import LetterState
from actions.ports.conversations import Role
from actions.ports.couriers.signature import HEADER, verify
from actions.ports.sql import SqlConversations, SqlOutbox, SqlTicketStore
from actions.ports.sql.engine import reading
from bot.gateway.postman import AT_A_TIME
from tests.contract.ports import mortal
from tests.contract.ports.truth import check_everything, every_letter

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("DIANDA_KILLS", "24"))
WRITERS, POSTMEN = 4, 2
LEAP_EVERY = 8


class Receiver:
    """A utility's system that takes each key once and counts how often it came."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.bodies: defaultdict[str, set[bytes]] = defaultdict(set)
        self.unsigned = 0
        self._lock = threading.Lock()

    def take(self, key: str, signature: str, body: bytes) -> bytes:
        with self._lock:
            self.unsigned += not verify(mortal.SECRET.encode(), signature, body, datetime.now(SHANGHAI))
            self.came[key] += 1
            self.bodies[key].add(body)
        return json.dumps({"key": key}).encode()


@contextmanager
def receiver() -> Iterator[tuple[Receiver, str]]:
    """It, on a loopback port of its own."""
    made = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with suppress(OSError):  # the postman may be dead by now
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = made.take(self.headers["Idempotency-Key"], self.headers[HEADER], body)
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[assignment,method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made, f"http://127.0.0.1:{server.server_address[1]}/in"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Crowd:
    """The processes, started again as they are killed, and what the writers were told is done."""

    def __init__(self, url: str, key: str, receiver_url: str) -> None:
        # One process loads everything once; the others are forked from it, clean of our threads.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.contract.ports.mortal"])
        self.hours = self._context.Value("i", 0)
        self._url, self._key, self._receiver = url, key, receiver_url
        self._pipes: list[Connection] = []
        self._seed = 0
        self.acknowledged: list[tuple[str, str, str]] = []

    def writer(self) -> Any:
        self._seed += 1
        ours, theirs = self._context.Pipe(duplex=False)
        made = self._context.Process(target=mortal.write, args=(self._url, self._key, self._seed, self.hours, theirs), daemon=True)
        made.start()
        theirs.close()
        self._pipes.append(ours)
        return made

    def postman(self) -> Any:
        made = self._context.Process(target=mortal.carry, args=(self._url, self._key, self._receiver, self.hours), daemon=True)
        made.start()
        return made

    def listen(self) -> None:
        """Take in what the writers have said, also those that are dead by now."""
        while ready := wait(self._pipes, 0):
            for pipe in ready:
                assert isinstance(pipe, Connection)
                try:
                    self.acknowledged.append(pipe.recv())
                except (EOFError, OSError):  # killed, perhaps in mid-sentence
                    self._pipes.remove(pipe)


def test_nothing_acknowledged_is_lost_and_every_notice_arrives_once(engine: Engine, key: str) -> None:
    chance = random.Random(KILLS)
    url = engine.url.render_as_string(hide_password=False)
    # Somebody who has never written has no conversation to be told in.
    SqlConversations(engine).accept_turn("c-1", "m-1", "web", None, "我家停电了", None, SystemClock().now())
    with receiver() as (there, receiver_url):
        crowd = Crowd(url, key, receiver_url)
        writers = [crowd.writer() for _ in range(WRITERS)]
        postmen = [crowd.postman() for _ in range(POSTMEN)]
        until(crowd, lambda: len(crowd.acknowledged) > WRITERS and there.came)
        dead_postmen = leaps = 0
        for kill in range(1, KILLS + 1):
            # Not before somebody has done something again: starting takes longer than working.
            heard = len(crowd.acknowledged) + chance.randrange(1, 6)
            until(crowd, lambda heard=heard: len(crowd.acknowledged) >= heard)
            time.sleep(chance.uniform(0, 0.03))
            group = postmen if chance.random() < 0.3 else writers
            victim = group.pop(chance.randrange(len(group)))
            victim.kill()
            victim.join()
            dead_postmen += group is postmen
            group.append(crowd.postman() if group is postmen else crowd.writer())
            crowd.listen()
            if kill % LEAP_EVERY == 0:
                # Half an hour to a day passes: clocks ring, leases end.
                crowd.hours.value += chance.choice((1, 3, 24))
                leaps += 1
        for each in writers:
            each.kill()
            each.join()
        crowd.listen()
        # The leases of dead postmen end; the living ones deliver the rest.
        crowd.hours.value += 1
        leaps += 1
        outbox = SqlOutbox(engine)
        until(crowd, lambda: not outbox.counts()[LetterState.PENDING])
        for each in postmen:
            each.kill()
            each.join()
    check(engine, there, crowd, (dead_postmen + leaps * POSTMEN) * AT_A_TIME)


def check(engine: Engine, there: Receiver, crowd: Crowd, most_again: int) -> None:
    """Held against each other: what was said to be done, what is stored, what has arrived."""
    outbox, desk = SqlOutbox(engine), ServiceDesk(SqlTicketStore(engine), mortal.LeapingClock(crowd.hours), profile("state_grid"))
    acted = check_everything(desk, outbox)
    with reading(engine) as connection:
        made = dict(connection.execute(text("SELECT request_id, ticket_no FROM tickets")).tuples().all())
    lost = [one for one in crowd.acknowledged if (made.get(one[1]) != one[2] if one[0] == "ticket" else acted[one[1]] != 1)]
    assert lost == []
    assert len(crowd.acknowledged) > KILLS
    stored = {one.letter.key: one for one in every_letter(outbox)}
    assert {one.state for one in stored.values()} == {LetterState.DELIVERED}
    assert set(there.came) == set(stored)
    assert there.unsigned == 0
    assert {len(each) for each in there.bodies.values()} == {1}
    again = sum(there.came.values()) - len(there.came)
    assert again <= most_again
    news = [one.letter for one in stored.values() if one.letter.audience == "customer" and one.letter.body["event"]["type"] != "accepted"]
    pushed = [out for out in SqlConversations(engine).outbound_after("c-1", 0) if out.role is Role.SYSTEM]
    assert len(pushed) == len(news)
    rung = sum(one.letter.topic in ("staff.warned", "staff.breached") for one in stored.values())
    print(f"\n{engine.dialect.name}: {KILLS} kills, {len(crowd.acknowledged)} acknowledged, {len(stored)} letters ({rung} of clocks), {again} sent again")


def until(crowd: Crowd, check: Any, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not come to an end"
        time.sleep(0.005)
        crowd.listen()


