"""A whole gateway a test, over memory stores and a fake assistant on a port of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.gateway.fakes import House


@pytest.fixture
async def shut(tmp_path: Path) -> AsyncIterator[House]:
    """A house with the lights off: set options, then `open` it."""
    house = House(tmp_path)
    yield house
    if hasattr(house, "client"):
        await house.close()
    await house.assistant.kill()


@pytest.fixture
async def house(shut: House) -> House:
    """A running gateway with its assistant up."""
    await shut.assistant.start()
    await shut.open()
    return shut
