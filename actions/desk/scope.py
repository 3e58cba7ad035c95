"""Whether a report tells of one house alone or of more, by its words. One house alone is no area."""

from __future__ import annotations

import re

from actions.desk.tickets import EventType, Ticket

_INSIDE = "客户内部故障"
"""The category of what is wrong behind the customer's own meter."""

_OTHERS_HAVE = re.compile(
    r"(?:邻居|隔壁|对门|楼上|楼下|左邻右舍|左右|别人|别个|别家|人家|其他人|其他家|其他户|旁边)(?:那?家|他们|屋|人)?(?:家里)?(?:都|全|也|倒|还|是|明明)*(?:有电|没停|冇停|没有停|亮着?|正常|有灯)"
)
_ONLY_OURS = re.compile(
    r"(?:只有|就|只|单单|单独|仅|光|独独)(?:是)?(?:我们?|俺们?|咱们?|阿拉|自己)(?:这)?(?:一)?(?:家|户|屋)|(?:我们?|俺|咱)(?:这)?一[家户](?:没电|停电|停了|没得电)|一户停电"
)
_INSIDE_WORDS = re.compile(r"跳[闸掣]|掉闸|跳了闸|(?:空开|漏保|闸)(?:刀|子)?.{0,4}(?:跳|推不上|合不上)|插头.{0,4}拔")
_MORE = re.compile(
    r"(?:整|全|成|一)(?:个)?(?:栋|幢|座|条街|条巷|个?单元|个?小区|小区|村|条村|镇|片|排|层|楼)|好几[家户]|几[家户]都|多户|大面积|"
    r"(?:邻居|隔壁|对门|楼上楼下|左邻右舍|大家|附近|周围|别家|别人)(?:家)?(?:也|都|全)(?:停|没|冇|黑)|都(?:停电|没电|冇电|停了|黑了)"
)


def tells_of_one_house(text: str) -> bool:
    """Whether the words say that only this house is without power."""
    if _OTHERS_HAVE.search(text) or _ONLY_OURS.search(text):
        return True
    return bool(_INSIDE_WORDS.search(text)) and not _MORE.search(text)


def one_house(ticket: Ticket) -> bool:
    """Whether the report, with what the customer added to it later, is of one house alone."""
    added = [event.note for event in ticket.events if event.type in (EventType.NOTED, EventType.URGED) and event.actor == "customer"]
    text = "；".join([ticket.description, *added])
    inside = bool(ticket.category) and ticket.category[0] == _INSIDE
    return tells_of_one_house(text) or (inside and not _MORE.search(text))
