"""Make a customer's text regular before it is understood, keeping the way back to what was really written.

Width, invisible characters, traditional characters, white space between Chinese characters, fillers and spoken digits
(幺三八 → 138, 三个八 → 888, 杠 → -) are regularised; every character of the result remembers which character of the raw
text it came from, so that entity offsets always point into the raw text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bot.language.read_out import ASIDE, DOUBLED, LENGTH_SAID
from bot.language.simplify import SIMPLIFIED

SPOKEN_DIGITS = dict(
    zip("零〇一二三四五六七八九幺两洞拐勾壹贰叁肆伍陆柒捌玖", "0012345678912079123456789", strict=True)
)
_D = "[0-9零〇一二三四五六七八九幺两洞拐勾壹贰叁肆伍陆柒捌玖]"
# 唔 is the Cantonese 不 and 额 a word of its own: they are fillers only where a pause follows.
_FILLERS = re.compile(
    r"(?:呃|额额|嗯嗯|emm+|那个那个|就是就是|这个这个|(?:(?<=^)|(?<=[,，。、 ]))[唔额嗯呃](?=[,，。、…])"
    rf"|(?<={_D}[,，、])(?:嗯|啊|那个|(?:然后|接着|中间|后面|最后|下面|再)是?|(?:等一?下|等等|我看看|稍等)[啊哦]?)(?=[,，、]|{_D}(?![位个]))"
    rf"|(?:(?<={_D})|(?<=^))(?:嗯|呃|啊|额|唔)+(?={_D}))[,，、。…]*",
    re.IGNORECASE,
)
_PAUSE = r"(?:[ ,，、。.…·\-]{1,2})"
# Five and more spoken digits in a row are a number that is read out; four are one when the context says so.
_SPOKEN_RUN = re.compile(f"{_D}+")
# A number read out in groups: 三二零一，五五六六，七七.
_SPOKEN_GROUPS = re.compile(f"{_D}+(?:{_PAUSE}{_D}+)+")
_FOUR_DIGITS_MEANT = re.compile("(?:尾号|后四位|末四位|最后四位|后面四位|后4位|末4位)[是为:：,， ]*$")
_TIMES = re.compile(
    f"(?:(?<=[0-9零〇一二三四五六七八九幺洞拐勾])|(?<=[0-9零〇一二三四五六七八九幺][,，、]))([二三四五六七八两2-8])个([零〇一二三四五六七八九幺0-9])(?={_D}|$|"
    f"[,，。 ])"
)
_LEADING_TIMES = re.compile(f"(?:(?<![一-鿿])|(?<=[是号码]))([二三四五六七八两2-8])个([零〇一二三四五六七八九幺0-9])(?={_D}{{3}})")
_DASH_WORD = re.compile(f"(?<={_D}{_D})(?:横杠|横线|短横|杠)(?={_D}{_D})")
# 要/腰 for 幺 at the head of a mobile number: the recogniser's and the hurried typist's usual slip.
_ONE_MISHEARD = re.compile(f"[要腰妖么吆](?=[3-9三四五六七八九]{_D}{{9}}(?!{_D}))")
# An account or phone with a month or an hour right behind it: 3201556677八月份, 13800138000八点以后.
_CODE_THEN_TIME = re.compile(f"(?<!{_D})(?:{_D}{{16}}|{_D}{{1,13}}(?<={_D}{{10}}))(?=[一二三四五六七八九两][月点])")
_UNITS = "十百千万亿"
_READ_OUT = 5
"""So many spoken digits in a row are a number that is read out."""
_YEAR_OR_TAIL = 4
_WHOLE_NUMBER = 7
"""So many digits in all make groups one number, and one group a number of its own."""
_AREA_CODE = (3, 4)
_ROUNDS = 4


@dataclass(frozen=True)
class Normalised:
    """A regular text and where each of its characters came from."""

    text: str
    raw: str
    origin: tuple[int, ...]
    """``origin[i]`` is the index in ``raw`` of character ``i`` of ``text``; as long as ``text``, never decreasing."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The raw text's ``(start, end)`` for a span of the regular text."""
        if start >= end or not self.origin:
            return (0, 0)
        return self.origin[start], self.origin[end - 1] + 1


def normalise(raw: str) -> Normalised:
    """Return the regular form of `raw`; an empty text stays empty. Never raises."""
    line = _without(LENGTH_SAID, _regular_characters(raw))
    # Dropping a filler can bring digits together that then are a number: repeat until nothing changes.
    for _ in range(_ROUNDS):
        before = line.text
        line = _digits(_without(ASIDE, _without(_FILLERS, _without_spaces(line))))
        if line.text == before:
            break
    return Normalised(line.text, raw, tuple(line.origin))


class _Line:
    """Characters with their origins while they are worked on."""

    def __init__(self, characters: Iterable[str], origin: Iterable[int]) -> None:
        self.characters = list(characters)
        self.origin = list(origin)
        self.text = "".join(self.characters)

    def keep(self, kept: Iterable[int]) -> _Line:
        positions = list(kept)
        return _Line((self.characters[i] for i in positions), (self.origin[i] for i in positions))

    def replace(self, start: int, end: int, characters: str) -> _Line:
        """Put `characters` for a span; they come from its characters one for one, the overhang from the last."""
        origin = [self.origin[min(start + i, end - 1)] for i in range(len(characters))]
        return _Line(
            [*self.characters[:start], *characters, *self.characters[end:]],
            [*self.origin[:start], *origin, *self.origin[end:]],
        )


def _regular_characters(raw: str) -> _Line:
    characters: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(raw):
        if unicodedata.category(character) in ("Cf", "Cc", "Cs", "Co", "Cn") and character not in "\n\t\r":
            continue
        for regular in unicodedata.normalize("NFKC", character):
            characters.append(" " if regular.isspace() else SIMPLIFIED.get(regular, regular))
            origin.append(at)
    return _Line(characters, origin)


def _without_spaces(line: _Line) -> _Line:
    """Drop white space at the ends and beside Chinese characters; elsewhere keep one blank."""
    characters = line.characters
    kept: list[int] = []
    for at, character in enumerate(characters):
        if character == " ":
            before = characters[kept[-1]] if kept else ""
            after = next((c for c in characters[at + 1 :] if c != " "), "")
            if not before or not after or before == " " or _is_chinese(before) or _is_chinese(after):
                continue
        kept.append(at)
    return line if len(kept) == len(characters) else line.keep(kept)


def _is_chinese(character: str) -> bool:
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


def _without(pattern: re.Pattern[str], line: _Line) -> _Line:
    """Without what `pattern` finds; a text that is nothing else stays."""
    dropped: set[int] = set()
    for found in pattern.finditer(line.text):
        dropped.update(range(found.start(), found.end()))
    if not dropped or len(dropped) == len(line.text):
        return line
    return line.keep(i for i in range(len(line.text)) if i not in dropped)


def _digits(line: _Line) -> _Line:
    """Spoken digits to figures where they are read out as a number. Numbers with units (二十, 三百) are left alone."""
    for pattern in (_TIMES, _LEADING_TIMES):
        for found in reversed(list(pattern.finditer(line.text))):
            count = int(SPOKEN_DIGITS.get(found.group(1), found.group(1)))
            line = line.replace(found.start(), found.end(), found.group(2) * count)
    for found in reversed(list(DOUBLED.finditer(line.text))):
        line = line.replace(found.start(), found.end(), (found.group(1) or found.group(2)) * 2)
    for found in reversed(list(_DASH_WORD.finditer(line.text))):
        line = line.replace(found.start(), found.end(), "-")
    for found in reversed(list(_CODE_THEN_TIME.finditer(line.text))):
        line = line.replace(found.end() - 1, found.end(), found.group()[-1] + ",")
    text = _ONE_MISHEARD.sub("1", line.text)
    text = _SPOKEN_GROUPS.sub(lambda found: _group_figures(found, text), text)
    text = _SPOKEN_RUN.sub(lambda found: _run_figures(found, text), text)
    return _Line(text, line.origin)


def _group_figures(found: re.Match[str], text: str) -> str:
    """A number in groups is converted as a whole; groups that already are numbers of their own are left to themselves."""
    groups = _SPOKEN_RUN.findall(found.group())
    singles = all(len(group) == 1 for group in groups)
    dashed = not re.search("[ ,，、。.…·]", found.group())
    sizes = [len(group) for group in groups]
    area = len(sizes) == 2 and groups[0][0] in "零0〇洞" and sizes[0] in _AREA_CODE
    own = max(sizes) >= _WHOLE_NUMBER and not dashed and not area
    if sum(sizes) < _WHOLE_NUMBER or own or (not singles and 1 in sizes[:-1]):
        return found.group()
    after, before = text[found.end() : found.end() + 1], text[found.start() - 1 : found.start()]
    if (after and after in _UNITS + "号栋幢楼单室层组社队月日点块元度年个") or (before and before in _UNITS + "第"):
        return found.group()
    return _figures(found.group())


def _run_figures(found: re.Match[str], text: str) -> str:
    run = found.group()
    after, before = text[found.end() : found.end() + 1], text[found.start() - 1 : found.start()]
    if (after and after in _UNITS) or (before and before in _UNITS + "第"):
        return run
    if len(run) >= _READ_OUT:
        return _figures(run)
    meant = len(run) == len(text) or after == "年" or _FOUR_DIGITS_MEANT.search(text[: found.start()])
    return _figures(run) if len(run) == _YEAR_OR_TAIL and meant else run


def _figures(run: str) -> str:
    return "".join(SPOKEN_DIGITS.get(c, c) for c in run)
