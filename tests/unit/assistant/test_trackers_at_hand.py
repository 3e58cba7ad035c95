"""Conversations between turns: kept at hand, but never against what is stored."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from bot.gateway.assistant_process import RASA_PYTHON
from bot.gateway.settings import PROJECT


@pytest.mark.skipif(not RASA_PYTHON.exists(), reason="Rasa's environment is not set up")
def test_a_conversation_at_hand_is_what_its_row_says(tmp_path: Path) -> None:
    script = Path(__file__).with_name("trackers_at_hand.py")
    done = subprocess.run(
        [str(RASA_PYTHON), str(script), f"sqlite:///{tmp_path / 'trackers.db'}"],
        env={**os.environ, "PYTHONPATH": str(PROJECT), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
