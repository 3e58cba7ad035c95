"""Figures with a unit (24小时, 百分之五, 1.5万元) found in Chinese text and made comparable.

A figure is a number and a base unit: 3千瓦 and 3000瓦 are the same figure, 24小时 and 1天 are not (the law counts them
differently). A bare 一 (一年, 一度电) is a word rather than a figure and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from bot.language.numerals import to_number

Figure = tuple[Decimal, str]

_UNITS: dict[str, tuple[str, str]] = {
    "秒钟": ("1", "秒"), "秒": ("1", "秒"), "分钟": ("1", "分钟"), "个小时": ("60", "分钟"), "小时": ("60", "分钟"), "个钟头": ("60", "分钟"),
    "个工作日": ("1", "工作日"), "工作日": ("1", "工作日"), "天": ("1", "天"), "日": ("1", "天"),
    "个星期": ("7", "天"), "星期": ("7", "天"), "周": ("7", "天"), "个月": ("1", "月"), "年": ("12", "月"),
    "亿元": ("100000000", "元"), "万元": ("10000", "元"), "元": ("1", "元"), "块": ("1", "元"), "毛": ("0.1", "元"), "角": ("0.1", "元"),
    "分钱": ("0.01", "元"), "公里": ("1000", "米"), "千米": ("1000", "米"), "厘米": ("0.01", "米"), "毫米": ("0.001", "米"), "米": ("1", "米"),
    "千瓦时": ("1", "度"), "瓦时": ("0.001", "度"), "kWh": ("1", "度"), "度": ("1", "度"),
    "千瓦": ("1000", "瓦"), "kW": ("1000", "瓦"), "瓦": ("1", "瓦"), "W": ("1", "瓦"), "千伏安": ("1000", "伏安"), "kVA": ("1000", "伏安"),
    "伏安": ("1", "伏安"), "千伏": ("1000", "伏"), "kV": ("1000", "伏"), "伏": ("1", "伏"), "V": ("1", "伏"),
    "毫安": ("0.001", "安"), "mA": ("0.001", "安"), "安培": ("1", "安"), "安": ("1", "安"), "A": ("1", "安"), "匹": ("1", "匹"),
    "%": ("1", "%"), "％": ("1", "%"), "‰": ("0.1", "%"), "成": ("10", "%"), "倍": ("1", "倍"), "折": ("1", "折"),
}  # fmt: skip
_COUNTS: dict[str, tuple[str, str]] = {
    "点": ("1", "点"), "月份": ("1", "月份"), "月": ("1", "月份"), "人": ("1", "人"), "岁": ("1", "岁"), "℃": ("1", "℃"), "兆欧": ("1", "兆欧"),
}  # fmt: skip
"""Hours of the clock, months by name, people: figures too that must have a ground, but everyday words far more often."""
_CHINESE = "零〇一二三四五六七八九十百千万两"
_NUMBER = rf"(?:\d+(?:\.\d+)?万?|[{_CHINESE}]+)"


def _figure(units: Iterable[str]) -> re.Pattern[str]:
    unit = "|".join(re.escape(unit) for unit in sorted(units, key=len, reverse=True))
    return re.compile(
        rf"(?<![几数{_CHINESE}\d.第])(?P<first>{_NUMBER})"
        rf"(?:(?:到|至|、|或|[~～—–-])(?P<second>{_NUMBER}))?(?P<unit>{unit})(?![A-Za-z])"
    )


_FIGURE = _figure(_UNITS)
_FIGURE_OR_COUNT = _figure([*_UNITS, *_COUNTS])
_SHARE = re.compile(rf"(?P<of>百分之|千分之)(?P<first>{_NUMBER})(?:(?:到|至|[~～-])(?:百分之|千分之)?(?P<second>{_NUMBER}))?")


def figures(text: str, *, counts: bool = False) -> dict[Figure, str]:
    """The figures of `text`, each with the words it was first written in; with hours, months and people when asked for."""
    found: dict[Figure, str] = {}
    for share in _SHARE.finditer(text):
        _collect(found, share, Decimal(1) if share["of"] == "百分之" else Decimal("0.1"), "%", bare_one=True)
    rest = _SHARE.sub("，", text)
    for figure in (_FIGURE_OR_COUNT if counts else _FIGURE).finditer(rest):
        if figure["unit"] == "块" and not figure["first"][0].isdigit() and rest[figure.end() : figure.end() + 1] != "钱":
            continue  # 分两块 counts pieces
        size, unit = _UNITS.get(figure["unit"]) or _COUNTS[figure["unit"]]
        _collect(found, figure, Decimal(size), unit, bare_one=False)
    return found


def _collect(found: dict[Figure, str], match: re.Match[str], size: Decimal, unit: str, *, bare_one: bool) -> None:
    for written in (match["first"], match["second"]):
        if written is None or (written == "一" and not bare_one):
            continue
        number = to_number(written)
        if number is not None:
            found.setdefault(((number * size).normalize(), unit), match.group())
