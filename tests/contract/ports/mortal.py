"""Writers and postmen in processes of their own, made to be killed. What a writer was told is done, it says over a pipe."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

from actions.desk.clock import SystemClock
from actions.desk.desk import ServiceDesk
from actions.desk.errors import IllegalMove, InvalidTicket, StaleVersion
from actions.desk.limits import profile
from actions.desk.tickets import EventType, Kind, NewTicket, Priority, TicketFilter
from actions.ports.couriers import WebhookCourier
from actions.ports.memory import MemoryHandoffs
from actions.ports.sql import SqlConversations, SqlOutbox, SqlTicketStore, connect
from bot.gateway.journal import Journal
from bot.gateway.metrics import Metrics
from bot.gateway.postman import Postman
from bot.gateway.push import Hub

SECRET = "a secret of the tests"
KINDS = (Kind.REPAIR, Kind.COMPLAINT, Kind.CONSULTATION)
MOVES = [type_ for type_ in EventType if type_ is not EventType.MERGED]


class LeapingClock:
    """The machine's clock, put forward by hours that all processes share."""

    def __init__(self, hours: Any) -> None:
        self._hours = hours

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(hours=self._hours.value)


def write(url: str, key: str, seed: int, hours: Any, done: Connection) -> None:
    """File tickets, move anybody's, sweep; for ever. After each: ("ticket" | "event", request id, ticket number)."""
    desk = ServiceDesk(SqlTicketStore(connect(url, [key], pool_size=1)), LeapingClock(hours), profile("state_grid"))
    chance, turn = random.Random(seed), 0
    while True:
        turn += 1
        request = f"{seed}-{turn}"
        try:
            if chance.random() < 0.25:
                done.send(("ticket", request, desk.accept(_new(chance), request_id=request).ticket_no))
            elif chance.random() < 0.1:
                desk.sweep()
            else:
                _move(desk, chance, request, done)
        except (IllegalMove, InvalidTicket, StaleVersion):
            pass
        time.sleep(chance.uniform(0, 0.02))


def _move(desk: ServiceDesk, chance: random.Random, request: str, done: Connection) -> None:
    page = desk.tickets(TicketFilter(), limit=12).tickets
    if not page:
        return
    ticket = chance.choice(page)
    if chance.random() < 0.1:
        after = desk.raise_priority(ticket.ticket_no, Priority.EMERGENCY, actor="w", request_id=request)
    else:
        version = ticket.version if chance.random() < 0.5 else None
        after = desk.move(ticket.ticket_no, chance.choice(MOVES), actor="w", note="联系不上", request_id=request, expected_version=version)
    if after.events[-1].request_id == request:
        done.send(("event", request, ticket.ticket_no))


def _new(chance: random.Random) -> NewTicket:
    kind = chance.choice(KINDS)
    return NewTicket(
        kind=kind, description="停电", channel="web", conversation_id="c-1", contact_phone="13800138000", address=f"安澜市云岭乡青石沟{chance.randrange(900)}号"
    )


def carry(url: str, key: str, receiver: str, hours: Any) -> None:
    """A postman, for ever."""
    asyncio.run(_carry(url, key, receiver, hours))


async def _carry(url: str, key: str, receiver: str, hours: Any) -> None:
    engine, clock = connect(url, [key], pool_size=3), LeapingClock(hours)
    journal = Journal(SqlConversations(engine), MemoryHandoffs(), Hub(), clock)
    # The signature is of the machine's time: the receiver's clock does not leap.
    courier = WebhookCourier(receiver, SECRET, SystemClock())
    await Postman(SqlOutbox(engine), courier, journal, Metrics(), clock, pause=0.02).start()
    await asyncio.Event().wait()
