"""SIGKILL in the middle of everything, over SQLite: what was accepted is answered, once, after the next start."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from actions.ports.sql import SqlConversations, connect
from tests.unit.gateway.fakes import STAFF, FakeAssistant, free_port, texts
from tests.unit.gateway.victim import KEY

PROJECT = Path(__file__).resolve().parents[3]


@asynccontextmanager
async def victim(home: Path, assistant: FakeAssistant) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.unit.gateway.victim", str(home), assistant.url, str(port), cwd=PROJECT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(60):
            while True:
                try:
                    async with session.get(f"{url}/readyz") as response:
                        if response.status == 200:
                            break
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.02)
        yield url, process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_what_was_accepted_is_answered_once(tmp_path: Path) -> None:
    assistant = FakeAssistant()
    assistant.delay = 0.01
    await assistant.start()
    chance = random.Random(11)
    accepted: set[str] = set()
    said = [f"m{number}" for number in range(80)]
    remaining = list(said)

    async def talk(url: str) -> None:
        """Say what is left over several sockets, noting what the service has confirmed."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/ws", headers=STAFF) as socket:
            mine = chance.randrange(4)
            await socket.send_json({"type": "hello", "conversation_id": f"c{mine}", "after": 0})
            while remaining:
                message_id = remaining.pop()
                await socket.send_json({"type": "say", "message_id": f"{mine}-{message_id}", "text": message_id})
                async for frame in socket:
                    if frame.json()["type"] == "accepted":
                        accepted.add(f"{mine}-{message_id}")
                        break

    for _ in range(2):
        async with victim(tmp_path, assistant) as (url, process):
            talking = [asyncio.create_task(talk(url)) for _ in range(4)]
            await asyncio.sleep(chance.uniform(0.05, 0.25))
            process.kill()
            await asyncio.gather(*talking, return_exceptions=True)

    async with victim(tmp_path, assistant) as (url, _), aiohttp.ClientSession(headers=STAFF) as session:
        for key in sorted(accepted):
            conversation, text = key.split("-")
            body = {"conversation_id": f"c{conversation}", "text": text, "message_id": key}
            first, again = [await (await session.post(f"{url}/api/v1/chat", json=body)).json() for _ in range(2)]
            assert first == again
            assert texts(first) == [f"回复：{text}"]
    await assistant.kill()

    assert accepted, "the service was killed before it had accepted anything"
    engine = connect(f"sqlite:///{tmp_path}/journal.db", [KEY])
    store = SqlConversations(engine)
    assert store.open_turns(10) == ()
    for conversation in range(4):
        sent = store.outbound_after(f"c{conversation}", 0)
        assert [one.seq for one in sent] == list(range(1, len(sent) + 1))
        assert len({one.message_id for one in sent}) == len(sent)
    engine.dispose()
