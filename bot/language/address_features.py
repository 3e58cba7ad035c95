"""What the learned address reader sees of every character of a sentence: signs, words with their class, the rules' view."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.language.addresses import seen_parts
from bot.language.words import segmenter

_NUMERALS = frozenset("零〇一二三四五六七八九十百两幺甲乙丙丁")
# Behind these a place is named, in front of those it has ended.
_BEFORE = re.compile("住在?|在|搁|喺|勒|位于|地址|门牌|位置|地点|小区[是叫]|[是到来去往给把叫]|就")
_BEHIND = re.compile("停电|没电|没得电|冇电|断电|跳闸|整个|全|一直|又|的|这|那|今|昨|明|电|要|想|装|着火|冒|漏|掉|倒|有人")
_REACH = 3
"""So many characters to either side are seen."""


def features(text: str, tags: Mapping[str, str]) -> list[list[str]]:
    """The attributes of each character of the regular `text`; ``tags`` are word classes as jieba names them (ns, v)."""
    size = len(text)
    kinds = [_kind(c) for c in text]
    shapes = ["0" if k == "d" else "a" if k == "a" else c for c, k in zip(text, kinds, strict=True)]
    words, classes = _words(text, tags)
    places = _places(text)
    before = _marks(((m.end(), m.group()) for m in _BEFORE.finditer(text)), size)
    behind = _marks(((m.start() - 1, m.group()) for m in _BEHIND.finditer(text)), size)
    rows: list[list[str]] = []
    for at in range(size):
        row = [words[at], places[at], classes[at], classes[at] + places[at], "t" + "".join(shapes[max(0, at - 1) : at + 2])]
        for off in range(-_REACH, _REACH + 1):
            there = at + off
            if not 0 <= there < size:
                row.append(f"c{off}^")
                continue
            row.append(f"c{off}{shapes[there]}")
            if kinds[there] != "c":
                row.append(f"k{off}{kinds[there]}")
            if off and abs(off) < _REACH:
                row += (f"{off}{words[there]}", f"{off}{places[there]}", f"{off}{classes[there]}")
            if off < _REACH - 1 and there + 1 < size:
                row.append(f"b{off}{shapes[there]}{shapes[there + 1]}")
        if before[at]:
            row.append("L" + before[at])
        if behind[at]:
            row.append("T" + behind[at])
        rows.append(row)
    return rows


def _kind(character: str) -> str:
    if character.isdigit():
        return "d"
    if character in _NUMERALS:
        return "n"
    if "\u4e00" <= character <= "\u9fff":
        return "c"
    return "a" if character.isalpha() else "p"


def _words(text: str, tags: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The word each character is in and that word's class, both with the character's place in it."""
    words: list[str] = []
    classes: list[str] = []
    for word in segmenter().cut(text):
        tag = tags.get(word, "?")
        last = len(word) - 1
        for at in range(len(word)):
            where = "S" if not last else "B" if not at else "E" if at == last else "I"
            words.append(f"w{where}{word if last else ''}")
            classes.append(f"g{where}{tag}")
    return words, classes


def _places(text: str) -> list[str]:
    """The kind of part the rules see at each character, and whether they hold it for an address."""
    marks = ["r"] * len(text)
    for parts, held in seen_parts(text):
        sure = "+" if held else "-"
        for number, part in enumerate(parts):
            first = "b" if number else "B"
            marks[part.start] = f"r{sure}{first}{part.kind}"
            for at in range(part.start + 1, part.end):
                marks[at] = f"r{sure}I{part.kind}"
        marks[parts[-1].end - 1] += "E"
    return marks


def _marks(found: Iterable[tuple[int, str]], size: int) -> list[str]:
    marks = [""] * size
    for at, word in found:
        if 0 <= at < size:
            marks[at] = word
    return marks
