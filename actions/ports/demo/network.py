"""The demo utility's transformer areas and whom they serve."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from actions.desk.network import TransformerArea


def areas() -> tuple[TransformerArea, ...]:
    """The transformer areas."""
    return tuple(TransformerArea(**row) for row in _file()["areas"])


def supply() -> tuple[tuple[str, str, bool], ...]:
    """(account number, area number, important user) of every account."""
    return tuple((row["account_no"], row["area_no"], row.get("important", False)) for row in _file()["supply"])


@lru_cache(maxsize=1)
def _file() -> Mapping[str, Any]:
    text = resources.files("actions.ports.demo").joinpath("network.json").read_text(encoding="utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read
