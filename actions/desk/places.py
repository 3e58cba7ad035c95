"""Where something is: the kind of area of an address, and whether an outage's stretch covers it.

Text in, answer out; positions on a map are another port's business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from actions.desk.tickets import Area


@dataclass(frozen=True, slots=True)
class Place:
    """A named part of the supply area. `lat`, `lon` in degrees (WGS 84)."""

    name: str
    lat: float
    lon: float
    area: Area


@dataclass(frozen=True, slots=True)
class Crew:
    """A repair crew and where it is based. `skills`: lv (low voltage), mv (medium voltage)."""

    crew_no: str
    name: str
    lat: float
    lon: float
    skills: tuple[str, ...]


def area_of(address: str | None, places: Iterable[Place] = ()) -> Area:
    """The kind of area of an address.

    The longest place named in it decides, with or without its city (东风镇红星村 is in 安澜市东风镇). An address of no known
    place is rural when it speaks of a town, township or village, else urban, which has the shortest limits.
    """
    named = place_in(address or "", places)
    if named is not None:
        return named.area
    return Area.RURAL if _COUNTRY.search(plain(address or "")) else Area.URBAN


def area_beside(address: str, account_area: Area, places: Iterable[Place] = ()) -> Area | None:
    """The kind of area of an address that a customer of the country gives in the way of the country (水井旁边, 老槐树下).

    That of the account, when the address names no known place and nothing of a town; None: `area_of` knows better.
    """
    if account_area is Area.URBAN or place_in(address, places) is not None or _BUILT_UP.search(plain(address)):
        return None
    return account_area


def place_in(address: str, places: Iterable[Place]) -> Place | None:
    """The longest known place named in an address, with or without its city; None when none is."""
    text = plain(address)
    named = (place for place in places if place.name in text or _without_city(place.name) in text)
    return max(named, key=lambda place: len(place.name), default=None)


def covers(stretch: str, address: str) -> bool:
    """Whether an address lies in an outage's stretch, both as people write them.

    A stretch is `[city][district]road` followed by house numbers (`建设路1号至60号`, `建设路1-59号单号`, `建设路16号`), by 沿线, or
    by nothing, which means all of it; without a road it is a part of the town (`安澜市东风镇红星村`). Several are joined by `、`.
    A part that only one of the two names (city, district) does not separate them; an address without a house number may
    lie in any stretch of its road, so it is covered: whoever is told gets the stretch's own words along with it.
    """
    where = plain(address)
    return any(_covers(part, where) for part in re.split("[、,;]", plain(stretch)) if part)


_COUNTRY = re.compile(
    r"[镇乡村屯寨]|\d+组|[一二三四五六七八九十]+组|(?:生产|大)队|(?:机井|鱼塘|虾塘|晒谷场|打谷场|抽水站|排灌站|养[鸡猪鱼牛羊]场|果园|大棚|田头|地头)(?![路街道巷])"
)
_BUILT_UP = re.compile("[路街道巷弄]|小区|花园|大厦|广场|[栋幢]|单元|号楼")
# The parts of an address before the road, outermost first, each cut off the front where it stands. 农贸市场 is no city,
# 桂花小区 no district, 古镇路 no town.
_LEVELS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^[^省市区县]{2,7}(?:省|自治区)",
        r"^[^市区县]{2,6}市(?!场)",
        r"^[^市区县镇乡路街道巷]{1,6}?(?:(?<![小社园])区|县)(?![路街道巷大])",
        r"^[^市区县镇乡路街道巷]{1,6}?(?:[镇乡]|街道)(?![路街道巷大])",
    )
)
_ROAD = re.compile(r"^[^路街道巷号\d]{1,10}(?:大道|大街|路|街|道|巷|弄)")
BEFORE_ROAD = frozenset("省市区县镇乡村社道园院号")
_NUMBER = re.compile(r"^(\d+)")
_RANGE = re.compile(r"^(\d+)号?(?:(?:至|到|-|~|—|–)(\d+))?号?(?:.{0,3}?([单双])号)?")


def _covers(stretch: str, address: str) -> bool:
    there, rest = parts_of(stretch)
    here, at = parts_of(address)
    if any(a and b and a != b for a, b in zip(there, here, strict=True)):
        return False
    road = _ROAD.match(rest)
    if road is None:
        # No road: the stretch is everything below its last named part.
        named = [part for part in (*there, rest) if part]
        return bool(named) and named[-1] in address
    on_road = _after_road(at, road.group())
    if on_road is None:
        return False
    numbers, house = _RANGE.match(rest[road.end() :]), _NUMBER.match(on_road)
    if numbers is None or house is None:
        return True
    low, high, parity = int(numbers[1]), int(numbers[2] or numbers[1]), numbers[3]
    number = int(house[1])
    return low <= number <= high and (parity is None or number % 2 == (parity == "单"))


def parts_of(text: str) -> tuple[list[str], str]:
    """What `plain` text of an address is made of: ([province, city, district, town], what follows); a part is empty when it is not named."""
    parts = []
    for level in _LEVELS:
        found = level.match(text)
        parts.append(found.group() if found else "")
        text = text[found.end() :] if found else text
    return parts, text


def road_of(text: str) -> str | None:
    """The road that `text` (of `parts_of`, behind the town) begins with, or None."""
    road = _ROAD.match(text)
    return None if road is None else road.group()


def _after_road(text: str, road: str) -> str | None:
    """What follows `road` in `text`, or None when that road is not named: 新建设路 is not 建设路."""
    at = text.find(road)
    if at < 0 or (at > 0 and text[at - 1] not in BEFORE_ROAD):
        return None
    return text[at + len(road) :]


def _without_city(name: str) -> str:
    city = _LEVELS[1].match(name)
    return name[city.end() :] if city and city.end() < len(name) else name


def plain(text: str) -> str:
    """Text as it is compared: full-width signs made half, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())
