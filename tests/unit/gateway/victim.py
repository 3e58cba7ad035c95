"""A gateway over SQLite in a process of its own, to be killed: `python -m tests.unit.gateway.victim HOME ASSISTANT PORT`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from actions.ports.sql import SqlConversations, SqlHandoffs, connect, migrate
from bot.gateway.app import build_app
from bot.gateway.assistant import AssistantClient
from bot.gateway.server import Runner
from tests.unit.gateway.fakes import House

KEY = "A" * 43 + "="


async def serve(home: Path, assistant: str, port: int) -> None:
    engine = connect(f"sqlite:///{home}/journal.db", [KEY])
    migrate(engine)
    house = House(home, conversations=SqlConversations(engine), handoffs=SqlHandoffs(engine))
    parts = replace(house.parts(), assistant=AssistantClient(assistant, probe_down=0.02))
    runner = Runner(build_app(parts))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
