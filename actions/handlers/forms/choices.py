"""The answer to a choice: the option named, meant by a change of size, counted off, or pressed."""

from __future__ import annotations

import re

from actions.handlers.forms.flow import FlowField, Option
from actions.handlers.forms.reading import NOTHING, Reading
from actions.handlers.forms.said import Said
from bot.language.normalise import normalise


def read_choice(field: FlowField, said: Said, asked: bool) -> Reading:
    """The value of the one option that is meant."""
    pressed = said.value("choice")
    for option in field.options:
        if pressed == option.value:
            return Reading(option.value)
    words = _without_place(said)
    hits = _named(field, words)
    if len(hits) == 1 and _KEPT.search(words) and (others := _but(field, hits[0])) is not None:
        hits = [others]  # 电费的还要, asked which notices to stop: the other ones
    if len(hits) > 1:
        # 不是店铺，是工厂 names both and means one.
        hits = _named(field, _NOT_THAT.sub("", words)) or hits
    if not hits and (moved := _moved(words)) is not None:
        hits = [o for o in field.options if o.change == moved]
    if not hits and asked and len(words) >= 2:
        hits = [o for o in field.options if words in o.title]
    if len(hits) == 1 and (asked or len(words) > 2 or words == hits[0].title):
        return Reading(hits[0].value)
    if len(hits) > 1 and field.otherwise:
        return Reading(field.otherwise)
    if asked and len(hits) > 1:
        return Reading(wrong="您说了" + "和".join(o.title for o in hits) + "，一次请选一个")
    if asked:
        numbered = re.fullmatch(r"(?:第)?([1-9一二三四五六七八九])(?:个|项|种)?", words)
        if numbered:
            at = "一二三四五六七八九".find(numbered.group(1)) + 1 or int(numbered.group(1))
            if at <= len(field.options):
                return Reading(field.options[at - 1].value)
    return NOTHING


_FROM_TO = re.compile(
    r"(?:从|原来|现在|本来|以前|目前|原先|以前是)?.{0,4}?(\d+(?:\.\d+)?)(?:个)?(?:千瓦|kw|千伏安|kva|安|a).{0,12}?(?:改|换|到|变|升|降|加|减|要|成).{0,6}?(\d+(?:\.\d+)?)",
    re.IGNORECASE,
)


def _moved(words: str) -> str | None:
    """``up`` or ``down`` when a size is said to go from one figure to another: 原来8千瓦，想改成15千瓦."""
    found = _FROM_TO.search(normalise(words).text)
    if found is None or float(found.group(1)) == float(found.group(2)):
        return None
    return "up" if float(found.group(2)) > float(found.group(1)) else "down"


def _without_place(said: Said) -> str:
    """The words without the address in them: a shop may lie on 工业路. An address alone stays as it is."""
    place = next((str(e.get("text") or e["value"]) for e in said.entities if e["entity"] == "address"), "")
    rest = said.words.replace(place, "") if place else said.words
    return rest if rest.strip(" ，,。") else said.words


def _named(field: FlowField, words: str) -> list[Option]:
    """The options named in the words. Of two names of which one contains the other (不是, 是) the longer one counts."""
    found = {}
    for option in field.options:
        names = [name for name in (option.title, *option.also) if _says(words, name)]
        if names:
            found[option.value] = (option, max(names, key=len))
    return [
        option
        for option, name in found.values()
        if not any(name != other and name in other for _, other in found.values())
    ]


_KEPT = re.compile(r"还(?:是)?(?:要|得要|照)(?:发|收|留|的|[啊呀哦嘛]|$)|留着|保留|(?:别|不)(?:关|停|取消|动)(?:了)?(?:[啊呀哦嘛]|$)|照(?:发|收|常)|不变")
"""What is said of the option that is to stay as it is."""


def _but(field: FlowField, kept: Option) -> Option | None:
    """The only option that leaves out the kept one; None when several do, or none."""
    others = [o for o in field.options if o.value != kept.value and o.value not in _ALL_OF_THEM]
    return others[0] if len(others) == 1 and len(field.options) > len(others) + 1 else None


_ALL_OF_THEM = frozenset({"both", "all"})
_NOT_THAT = re.compile(r"(?:不是|不要|不办|别办|不)[^，,。、 ]{1,12}[，,。、 ]+")


def _says(words: str, name: str) -> bool:
    """Whether the words hold this name; a figure (380) does not count inside a longer one (13800138000)."""
    return name in words if not name.isdigit() else bool(re.search(rf"(?<!\d){name}(?!\d)", words))
