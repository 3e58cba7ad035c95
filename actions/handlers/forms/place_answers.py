"""The answer to 在哪里: an address that a crew can find, and what only sounds like one."""

from __future__ import annotations

import re

from actions.handlers.forms.flow import FlowField
from actions.handlers.forms.reading import NOTHING, Reading
from actions.handlers.forms.said import Said
from bot.language.places import looks_like_address, read_address


def read_place(field: FlowField, said: Said, asked: bool) -> Reading:
    """The address; wrong when it is one that no crew could find."""
    if said.pressed:
        return NOTHING
    if asked:
        if _AT_HOME.search(said.words):
            return NOTHING
        found = read_address(said.words)
        if found:
            return Reading(found)
        if looks_like_address(said.words) or (
            2 <= len(said.words) <= 40
            and re.search(r"[村镇乡路街区楼栋院组]|\d号", said.words)
            and not _OF_POWER.search(said.words)
        ):
            return Reading(wrong="这个地址还不够师傅找到门，请说到小区楼栋门牌，或者乡镇、村和组")
        return NOTHING
    found = said.value("address")
    return Reading(found) if found else NOTHING


_AT_HOME = re.compile(
    r"^(?:就?在)?(?:我们?|俺们?|咱们?)?(?:家|屋)?(?:里|院子里?|院里|屋里|门口|楼下|这里|这儿|那里)[了呢啊呀的。!！]*$"
)
"""A place that nobody else can find: 在我家院子里."""
_OF_POWER = re.compile(r"的$|[有没停来断]了?电|都有|都没|都停|没有|就我|只有")
"""Words about who has power that hold a place (整栋楼都没电): no address."""
