"""What the desk asks of a map."""

from __future__ import annotations

from typing import Protocol

from actions.desk.dispatch import Leg
from actions.desk.network import Point


class Map(Protocol):
    """Roads between points. Called in threads; an answer is an estimate and need not be exact."""

    def road(self, start: Point, end: Point) -> Leg | None:
        """The drive from `start` to `end`, or None when there is no road or no answer."""
        ...
