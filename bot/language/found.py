"""What a finder gives: the type that finders and whoever puts their findings together share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Callable


@dataclass(frozen=True)
class Found:
    """A value in the regular text, before its offsets are led back to the raw text."""

    entity: str
    value: str
    start: int
    end: int


Finder = Callable[[str, date], "list[Found]"]
