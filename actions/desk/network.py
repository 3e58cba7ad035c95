"""The network as far as the desk needs it: which transformer serves whom, where it stands, and what an address's area is called.

Reports are gathered by area. The best name of one is its transformer area (台区); where no transformer is known the road,
residential area or village of the address has to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from actions.desk.customers import Account
from actions.desk.places import Place, covers, place_in

_EARTH_KM = 6371.0088


@dataclass(frozen=True, slots=True)
class Point:
    """A position, degrees (WGS 84)."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerArea:
    """What one transformer supplies (台区). `stretch` in words, see `places.covers`."""

    area_no: str
    name: str
    stretch: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An account, and what is known of its supply. `important`: a user who must be told of temporary work a day ahead."""

    account: Account
    area_no: str | None = None
    important: bool = False


@dataclass(frozen=True, slots=True)
class AreaName:
    """The name reports are gathered under. `within`: city, district and town as far as they were said, else empty."""

    key: str
    label: str
    within: tuple[str, str, str] = ("", "", "")

    def fits(self, other: AreaName) -> bool:
        """Whether both may be the same area: one name, and no part of the town that both name differently."""
        same = all(not a or not b or a == b for a, b in zip(self.within, other.within, strict=True))
        return self.key == other.key and same


def of_transformer(area: TransformerArea) -> AreaName:
    """The name of a transformer area."""
    return AreaName(f"T:{area.area_no}", area.name)


def supplied_by(address: str, areas: Iterable[TransformerArea]) -> TransformerArea | None:
    """The transformer area that an address lies in; None when none or several claim it."""
    found = [area for area in areas if covers(area.stretch, address)]
    return found[0] if len(found) == 1 else None


def place_of(address: str, places: Iterable[Place]) -> Point | None:
    """Where an address roughly is: the middle of the longest known place named in it, None when none is known."""
    place = place_in(address, places)
    return None if place is None else Point(place.lat, place.lon)


def great_circle_km(start: Point, end: Point) -> float:
    """The distance over the ground, kilometres (haversine on a sphere)."""
    a, b = radians(start.lat), radians(end.lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(end.lon - start.lon) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))
