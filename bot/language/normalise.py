"""Make a customer's text regular before it is understood, keeping the way back to what was really written.

Width, invisible characters, white space between Chinese characters, spoken digits (幺三八 → 138) and fillers are
regularised; every character of the result remembers which character of the raw text it came from, so that entity
offsets always point into the raw text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SPOKEN_DIGITS = dict(zip("零〇一二三四五六七八九幺两洞拐壹贰叁肆伍陆柒捌玖", "001234567891207123456789"))
_FILLERS = re.compile(r"(?:呃|额额|嗯嗯|唔|emm+|那个那个|就是就是|这个这个)[,，、。…]*", re.IGNORECASE)
# Five and more spoken digits in a row are a number that is read out; four are one when the context says so.
_SPOKEN_RUN = re.compile("[0-9零〇一二三四五六七八九幺两洞拐壹贰叁肆伍陆柒捌玖]+")
_FOUR_DIGITS_MEANT = re.compile("(?:尾号|后四位|末四位|最后四位|后面四位)[是为:：,， ]*$")


@dataclass(frozen=True)
class Normalised:
    """A regular text and where each of its characters came from."""

    text: str
    raw: str
    origin: tuple[int, ...]
    """``origin[i]`` is the index in ``raw`` of character ``i`` of ``text``; as long as ``text``."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The raw text's ``(start, end)`` for a span of the regular text."""
        if start >= end or not self.origin:
            return (0, 0)
        return self.origin[start], self.origin[end - 1] + 1


def normalise(raw: str) -> Normalised:
    """Return the regular form of `raw`; an empty text stays empty."""
    characters, origin = _width(raw)
    characters, origin = _spaces(characters, origin)
    text = "".join(characters)
    text = _spoken_digits(text)
    kept = _without_fillers(text)
    return Normalised("".join(text[i] for i in kept), raw, tuple(origin[i] for i in kept))


def _width(raw: str) -> tuple[list[str], list[int]]:
    characters: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(raw):
        if unicodedata.category(character) in ("Cf", "Cc", "Cs", "Co") and character not in "\n\t":
            continue
        for regular in unicodedata.normalize("NFKC", character):
            characters.append(" " if regular.isspace() else regular)
            origin.append(at)
    return characters, origin


def _spaces(characters: list[str], origin: list[int]) -> tuple[list[str], list[int]]:
    """Drop white space at the ends and beside Chinese characters; elsewhere keep one blank."""
    kept: list[int] = []
    for at, character in enumerate(characters):
        if character == " ":
            before = characters[kept[-1]] if kept else ""
            after = next((c for c in characters[at + 1 :] if c != " "), "")
            if not before or not after or before == " " or _is_chinese(before) or _is_chinese(after):
                continue
        kept.append(at)
    return [characters[i] for i in kept], [origin[i] for i in kept]


def _is_chinese(character: str) -> bool:
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


def _spoken_digits(text: str) -> str:
    """Spoken digits to figures, one for one, so that offsets stay. Numbers with units (二十, 三百) are left alone."""

    def figures(found: re.Match[str]) -> str:
        run = found.group()
        after = text[found.end() : found.end() + 1]
        before = text[found.start() - 1 : found.start()]
        if after in "十百千万亿" and after or before in "十百千万亿第" and before:
            return run
        whole = len(run) == len(text)
        if len(run) >= 5 or (len(run) == 4 and (whole or after == "年" or _FOUR_DIGITS_MEANT.search(text[: found.start()]))):
            return "".join(SPOKEN_DIGITS.get(c, c) for c in run)
        return run

    return _SPOKEN_RUN.sub(figures, text)


def _without_fillers(text: str) -> list[int]:
    dropped: set[int] = set()
    for found in _FILLERS.finditer(text):
        dropped.update(range(found.start(), found.end()))
    kept = [i for i in range(len(text)) if i not in dropped]
    return kept or list(range(len(text)))
