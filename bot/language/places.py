"""Addresses as the rules and the learned reader find them together.

The learned reader knows better where an address begins and ends; the rules keep what it overlooks (二单元 as a whole answer,
a lone road). Which one counts when was chosen by cross-validation, see docs/benchmarks.md.
"""

from __future__ import annotations

import re
from itertools import pairwise

from bot.language import addresses as rules
from bot.language.address_reader import Span, address_reader
from bot.language.normalise import normalise

_PAUSES = re.compile("[ ,，、。;；]+")
_COMMAS = (",", "，", "、")
_COMMA = re.compile("[,，、 ]{1,2}")
# What may still be told more closely, and what stands for itself.
_OPEN = re.compile("[村组队屯社坝沟湾镇乡]$")
_WHOLE = re.compile("[省市县]|[区镇乡村路街道](?!委|口|边|旁)")
# 国道修路 tells of works, not of a place.
_WORKS = re.compile("(?:修路|施工|检修|改造)$")
UNSURE = 0.3
"""Below this the learned reader's span gives way to the rules'."""
SURE = 0.6
"""From here on the learned reader's end counts, in an answer too; below it the rules may read on."""
_EDGES = " ,，、。.:：;；!！?？-啊呀哦噢呢吧嘛哈嗯哩咯啦喔嘞"
_FRONT = re.compile("^(?:在|住到?|搁|喺|勒|填|写|就是|那个|这个|我们|我家|咱村|咱家|咱屯)+(?=[一-鿿]{2})")
_BACK = re.compile("(?<=.{3})(?:(?<=[村屯庄组号栋室区])住|整(?:栋楼?|个|片|条)|全部?|(?<=[号栋室楼])得)$")
# 18号，说错了，是81号: the first is taken back. 不是东风路，是东方路 too.
_TAKEN_BACK = re.compile("[,，。、 ]*(?:哦|噢|啊)?(?:不对|不是|说错了?|讲错了?|记错了?|错了)[了啊哦,，。 ]*(?:应该)?(?:就?[是在]|为)?")
_DENIED = re.compile("(?:(?<!是)不是|(?<!说)不在)$")
_INSTEAD = re.compile("[,，。 ]*(?:而|应该)?[是在]$")


def address_spans(text: str) -> list[tuple[int, int]]:
    """Where addresses stand in the regular `text`, in order, without overlaps."""
    whole = rules.bare_address(text)
    by_rules = ([whole] if whole else []) + rules.address_spans(text)
    ends = dict(sorted(by_rules))
    spans = []
    for span in address_reader().spans(text):
        start, end = trimmed(text, span.start, span.end)
        if span.sure < SURE:
            end = max(end, ends.get(start, end))
        if span.sure >= UNSURE and not _WORKS.search(text[start:end]):
            spans.append((start, end))
    for start, end in by_rules:
        if all(end <= other[0] or start >= other[1] for other in spans):
            spans.append((start, end))
    return _joined(text, _meant(text, sorted(span for span in spans if span[0] < span[1])))


def _joined(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """石桥镇柳树湾村五组，村委会旁边第二家 is one place, told from the large to the small."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        before = joined[-1] if joined else None
        if before and _COMMA.fullmatch(text[before[1] : start]) and _OPEN.search(text[: before[1]]) and not _WHOLE.search(text[start:end]):
            joined[-1] = before[0], end
        else:
            joined.append((start, end))
    return joined


def _meant(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without those that are taken back in favour of the next, or told again in it."""
    kept = spans[-1:]
    for (start, end), (following, _) in reversed(list(pairwise(spans))):
        between = text[end:following]
        denied = _DENIED.search(text[:start]) and _INSTEAD.fullmatch(between)
        told_again = text.startswith(text[start:end], following)
        if not denied and not told_again and not _TAKEN_BACK.fullmatch(between):
            kept.insert(0, (start, end))
    return kept


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without marks and particles at its ends."""
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    front, back = _FRONT.match(text[start:end]), _BACK.search(text[start:end])
    return (start + front.end() if front else start), (start + back.start() if back else end)


def read_address(text: str) -> str | None:
    """The address in an answer to “地址是哪里”, without the words around it.

    None when the words are no address, or when nobody could find even the village, the road or the landmark by them.
    """
    by_rules = rules.read_address(text)
    regular = normalise(text).text
    best = max(_learned(regular), key=lambda span: span.end - span.start, default=None)
    if best is None:
        return by_rules
    start, end = trimmed(regular, best.start, best.end)
    said = _PAUSES.sub("", regular[start:end])
    if by_rules is None:
        return said if rules.findable(said) else None
    # What the rules read beyond it is a story, unless it was told in several pieces.
    if by_rules == said + "的":
        return by_rules
    pieces = regular[end : end + 1] in _COMMAS or regular[max(0, start - 1) : start] in _COMMAS
    return said if by_rules in said or (said in by_rules and not pieces) else by_rules


def looks_like_address(text: str) -> bool:
    """True when an address was meant, also one that is not enough to go by (南湖镇, 二单元)."""
    return rules.looks_like_address(text) or bool(_learned(normalise(text).text))


def _learned(regular: str) -> list[Span]:
    return [span for span in address_reader().spans(regular) if span.sure >= SURE]
