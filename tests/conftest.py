"""Fixtures that several suites share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.language.address_reader import open_reader
from bot.language.address_training import build
from tests.assistant import BUILT, RunningAssistant


@pytest.fixture(scope="session", autouse=True)
def addresses() -> None:
    """The installation's address reader, whatever home a test works in."""
    build(BUILT)
    open_reader(BUILT)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAssistant]:
    """The whole assistant, really running, once for the session."""
    running = RunningAssistant(tmp_path_factory.mktemp("assistant"))
    running.start()
    yield running
    running.stop()
