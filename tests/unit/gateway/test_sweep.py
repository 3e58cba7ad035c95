"""Clocks rung by the service in the background, and by hand from the command line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actions.desk.clock import FixedClock, SystemClock
from actions.desk.desk import ServiceDesk
from actions.desk.limits import profile
from actions.desk.tickets import Kind, NewTicket
from actions.ports.memory import MemoryTicketStore
from bot.cli.main import app
from bot.gateway.assemble import open_desk
from bot.gateway.settings import Settings
from bot.gateway.sweep import Sweep
from tests.unit.gateway.fakes import until

REPAIR = NewTicket(
    kind=Kind.REPAIR, description="停电", channel="web", contact_phone="13800138000", address="人民路66号"
)


async def test_the_service_catches_up_with_what_came_due_while_it_was_down() -> None:
    clock = FixedClock(SystemClock().now() - timedelta(days=2))
    desk = ServiceDesk(MemoryTicketStore(), clock, profile("state_grid"))
    no = desk.accept(REPAIR, request_id="r").ticket_no
    clock.advance(timedelta(days=2))
    sweep = Sweep(desk, seconds=0.01)
    await sweep.start()
    await until(lambda: len(desk.ticket(no).events) == 3)
    later = desk.accept(REPAIR, request_id="r2").ticket_no
    clock.advance(timedelta(minutes=36))
    await until(lambda: len(desk.ticket(later).events) == 2)
    await sweep.close()
    assert [event.type for event in desk.ticket(no).events] == ["accepted", "warned", "breached"]


def test_sweeping_by_hand_without_a_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    past = FixedClock(SystemClock().now() - timedelta(hours=3))
    no = open_desk(Settings(), past).accept(REPAIR, request_id="r").ticket_no
    first, second = (CliRunner().invoke(app, ["ticket", "sweep"]) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert no in first.output
    assert "dispatch_lead" in first.output
    assert "2 次" in first.output
    assert "0 次" in second.output
