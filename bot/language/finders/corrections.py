"""Numbers that the speaker corrects while saying them: “…6678，不对，是6679”, “尾号不是六七，是七七”.

Works on the digits alone; what kind of number it is, is for :mod:`bot.language.finders.codes` to decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.language.normalise import SPOKEN_DIGITS

_PAUSE = r"[,，。、.!！?？…~ ]*"
_OOPS = (
    r"(?:哦|噢|喔|啊|哎呀?|诶|唉|嗯|等等|等一下|等下|慢着|抱歉|对不起|不好意思|sorry)?"
    + _PAUSE
    + r"(?:(?:我|刚才|刚刚|前面|上面|这个|那个)?(?:不对|不是|不不+|哦不|[说念打写报讲记看输弄搞][错反岔]|错|更正|纠正|改一下|重说|重新说|重来|唔系|唔对|勿对)"
    + r"(?:了|啊|呀|哦|的|一下|一个数|一位|一个|个数)*"
    + _PAUSE
    + r")+"
)
_PLACE = (
    r"(?:(?:我的|那个|它的)?(?:尾号|尾数|后面|最后|末尾|结尾|后头|(?:最后|后|末|后面)[一二两三四五六1-6](?:位|"
    r"个数字?)?|户号|编号|电话|手机号?|号码|单号|工单号)(?:应该)?)?"
)
_OOPS_GAP = re.compile(_PAUSE + _OOPS + _PLACE + r"(?:应该|而|就)?(?:是|为|改成|换成|系)?" + _PAUSE)
# Without a word of regret only “应该是” corrects.
_SHOULD_BE = re.compile(_PAUSE + r"(?:哦|噢|啊|嗯)?" + _PAUSE + _PLACE + r"(?:应该是|更正为)" + _PAUSE)
_NOT_GAP = re.compile(_PAUSE + r"(?P<place>" + _PLACE + r")(?:那[个里]?)?(?:应该|可?)?(?:不是|不系|唔系|勿是)" + _PAUSE)
_BUT_GAP = re.compile(_PAUSE + r"(?:应该|而|它?就)?(?:是|系|改成)" + _PAUSE)
# 尾号7076，不对，是7077: the end is said again before it is corrected.
_AGAIN_GAP = re.compile(_PAUSE + r"(?=尾|后|最后|末|结尾)" + _PLACE + r"(?:是|那[个里]?)?" + _PAUSE)
# 是3201556677不是3201556678; with a pause after it, 不是 corrects.
_THIS_NOT_THAT = re.compile("[,，]?(?:不是|唔系|勿是)")
_NOT_BEFORE = re.compile(r"(?:不是|唔系|勿是)$")


@dataclass(frozen=True)
class Said:
    """Digits as they were said: in groups, with the place of each in the text."""

    groups: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def digits(self) -> str:
        """All digits without the pauses."""
        return "".join(self.groups)

    @property
    def start(self) -> int:
        """Where the first group begins."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Where the last group ends."""
        return self.spans[-1][1]


_SPOKEN = "[零〇一二三四五六七八九幺两洞拐勾]"
# 3201.5566.77 is one number; 最后一位 and 后4位 tell a place and are none.
_GROUPS = re.compile(
    r"\d{2,5}(?:\.\d{2,5}){2,}(?![\d.])|\d+(?![\d位])(?:(?: ?[-·,，、()] ?| )\d+)*|"
    + _SPOKEN
    + "{1,4}(?:[,，、 ]{1,2}"
    + _SPOKEN
    + "{1,4})*(?!位|个数)"
)
_RUN = re.compile(r"\d+|" + _SPOKEN + "+")


def numbers_said(text: str) -> list[Said]:
    """Every run of digits in `text`, short spoken ones (六七) included: they may be a correction."""
    said = []
    for found in _GROUPS.finditer(text):
        runs = [(m.group(), m.start() + found.start(), m.end() + found.start()) for m in _RUN.finditer(found.group())]
        groups = tuple("".join(SPOKEN_DIGITS.get(c, c) for c in run) for run, _, _ in runs)
        said.append(Said(groups, tuple((start, end) for _, start, end in runs)))
    return said


def corrected(text: str, valid: Callable[[str], bool]) -> list[Said]:
    """The numbers of `text` with corrections carried out; ``valid`` says whether digits are a number of some kind.

    A number that was replaced as a whole is left out; one corrected in part spans from its beginning to the correction.
    """
    said = numbers_said(text)
    finished: list[Said] = []
    at = 0
    while at < len(said):
        current, at = said[at], at + 1
        while at < len(said):
            gap = text[current.end : said[at].start]
            beyond = said[at + 1] if at + 1 < len(said) else None
            wrong = _NOT_GAP.fullmatch(gap)
            if (
                _THIS_NOT_THAT.fullmatch(gap)
                and not _NOT_BEFORE.search(text[: current.start])
                and valid(current.digits)
                and valid(said[at].digits)
            ):
                at += 1
                continue
            if wrong and beyond and _BUT_GAP.fullmatch(text[said[at].end : beyond.start]):
                digits = _part_replaced(current.digits, said[at].digits, beyond.digits, tail=bool(wrong.group("place")))
                if not valid(digits):
                    break
                current, at = Said((digits,), ((current.start, beyond.end),)), at + 2
            elif (
                beyond
                and _AGAIN_GAP.fullmatch(gap)
                and current.digits.endswith(said[at].digits)
                and _OOPS_GAP.fullmatch(text[said[at].end : beyond.start])
            ):
                digits = _part_replaced(current.digits, said[at].digits, beyond.digits, tail=True)
                if not valid(digits):
                    break
                current, at = Said((digits,), ((current.start, beyond.end),)), at + 2
            elif _OOPS_GAP.fullmatch(gap) or _SHOULD_BE.fullmatch(gap):
                better = _mended(current, said[at], valid)
                if better is None:
                    break
                current, at = better, at + 1
            elif _BUT_GAP.fullmatch(gap) and _NOT_BEFORE.search(text[: current.start]) and valid(said[at].digits):
                current, at = said[at], at + 1
            else:
                break
        finished.append(current)
    return finished


def _part_replaced(digits: str, wrong: str, right: str, *, tail: bool) -> str:
    if tail and len(right) <= len(digits):
        cut = len(wrong) if digits.endswith(wrong) else len(right)
        return digits[:-cut] + right
    where = digits.rfind(wrong)
    if where < 0:
        return digits[: -len(right)] + right
    return digits[:where] + right + digits[where + len(wrong) :]


def _mended(first: Said, second: Said, valid: Callable[[str], bool]) -> Said | None:
    """The number meant by `first`, an excuse, and `second`."""
    if valid(second.digits):
        return second
    for count in range(len(second.groups), 0, -1):
        part = Said(second.groups[:count], second.spans[:count])
        for cut in _cuts(first, part):
            digits = first.digits[:-cut] + part.digits
            if valid(digits):
                return Said((digits,), ((first.start, part.end),))
    return None


def _cuts(first: Said, second: Said) -> list[int]:
    """How many last digits of `first` are replaced, likeliest first: its last group, as many as come, as fit best."""
    new, old = second.digits, first.digits
    whole_groups = [len(first.groups[-1])] if len(first.groups[-1]) == len(second.groups[0]) else []
    same_length = [len(new)] if len(new) < len(old) else []
    others = sorted(range(1, len(old)), key=lambda cut: sum(a != b for a, b in zip(old[-cut:], new)) / cut)  # noqa: B905 - overlap only
    return [*whole_groups, *same_length, *others]
