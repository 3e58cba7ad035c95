"""The words of an address by which it is looked up when the power goes off along a stretch: roads, villages, estates.

A superset: whoever `places.covers` says lies in a stretch shares a word with it; whether they do is still `covers`' business. Of a whole
town or district nobody is looked up: that is everybody, or as good as.
"""

from __future__ import annotations

import re

from actions.desk.places import BEFORE_ROAD, parts_of, plain, road_of

_NAME = re.compile(r"[^\d路街道巷号栋幢]{1,8}(?:新村|小区|花园|公寓|[村屯寨庄湾坪苑城园里坊])")
_ENDS = re.compile(r"新村|小区|花园|公寓|[村屯寨庄湾坪苑城园里坊]")
_RUN = re.compile(r"[^\d路街道巷号栋幢]+")
_LONGEST = 10


def words_of(address: str) -> frozenset[str]:
    """What an address may be looked up by. Empty for one that names nothing."""
    text = plain(address)
    _, rest = parts_of(text)
    found = set()
    for start in (0, *(at + 1 for at, sign in enumerate(rest) if sign in BEFORE_ROAD)):
        road = road_of(rest[start:])
        if road is not None:
            # 里弄堂路 is also found by 里弄, which is a road's name by itself.
            found |= {road, *(road[: at + 1] for at, sign in enumerate(road) if sign == "弄" and at)}
    for run in _RUN.findall(text):
        for end in _ENDS.finditer(run):
            found |= {run[start : end.end()] for start in range(max(0, end.end() - _LONGEST), end.end() - 1)}
    return frozenset(found)


def words_of_stretch(stretch: str) -> frozenset[str] | None:
    """One word for each part of an outage's stretch, which every address in it has; None when a part cannot be looked up by a word."""
    found = set()
    for part in re.split("[、,;]", plain(stretch)):
        _, rest = parts_of(part)
        word = road_of(rest) or rest
        if part and not (road_of(rest) or _NAME.fullmatch(rest)):
            return None
        if part:
            found.add(word)
    return frozenset(found)
