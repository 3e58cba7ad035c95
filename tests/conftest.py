"""Fixtures that several suites share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.assistant import RunningAssistant


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAssistant]:
    """The whole assistant, really running, once for the session."""
    running = RunningAssistant(tmp_path_factory.mktemp("assistant"))
    running.start()
    yield running
    running.stop()
