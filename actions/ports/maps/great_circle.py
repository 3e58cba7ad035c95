"""A map without a map: the great circle, stretched as roads stretch it."""

from __future__ import annotations

from actions.desk.dispatch import Leg
from actions.desk.network import Point, great_circle_km

ROAD_FACTOR = 1.4
"""Road over straight line. Studies of road networks find 1.2 to 1.5 for most places; mountains have more."""

KM_PER_HOUR = 35.0
"""An emergency vehicle in town traffic; an assumption, the same for every crew, so the order does not hang on it."""

_TO_START = 2.0
"""Minutes until anybody is on the road at all."""


class GreatCircleMap:
    """`Map` from coordinates alone."""

    def __init__(self, *, factor: float = ROAD_FACTOR, speed: float = KM_PER_HOUR) -> None:
        """`factor` ≥ 1; `speed` in km/h, positive. Raises ValueError for others."""
        if factor < 1 or speed <= 0:
            raise ValueError(f"road factor {factor} (at least 1), speed {speed} km/h (positive)")
        self._factor, self._speed = factor, speed

    def road(self, start: Point, end: Point) -> Leg:
        """See `Map.road`."""
        km = great_circle_km(start, end) * self._factor
        return Leg(km, _TO_START + km / self._speed * 60)
