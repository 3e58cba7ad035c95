"""The conversations of tests/data/flow_talks, held in memory by the unit tests and through the running service by the conversation tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent / "data" / "flow_talks"
TALKS: dict[str, dict[str, Any]] = {
    name: tempers
    for path in sorted(FOLDER.glob("*.yml"))
    for name, tempers in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}
"""Flow → temper → talk."""
CASES = [(name, temper) for name, tempers in TALKS.items() for temper in tempers]
TEMPERS = ("all_at_once", "one_word", "changing")


def words(talk: dict[str, Any]) -> list[str]:
    """What the customer says, turn by turn."""
    return [turn[0] if isinstance(turn, list) else turn for turn in talk["say"]]
