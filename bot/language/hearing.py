"""How words sound: toneless pinyin with the recogniser's usual confusions folded, and words recognised by their sound.

A :class:`Listener` knows a few dozen words and writes them properly where a sentence holds something that sounds like
them: 电先 becomes 电线, 毛烟 becomes 冒烟. Every character stays in its place, so spans stay valid.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Iterable

from pypinyin import Style, pinyin

from bot.language.words import segmenter

_NEAR_LENGTH = 3
_KNOWN = 10
"""A word rarer than this in jieba's dictionary is more likely misheard than meant."""
_NEVER_WRONG = frozenset("没不未别在要都也的了被快太是有和上下里外会能")
_LATIN = re.compile("[a-z]{4,24}")


def fold(syllable: str) -> str:
    """A syllable without what Chinese recognisers and dialect speakers mix up: zh/z, sh/s, ch/c, n/l, -ng/-n."""
    for wide, narrow in (("zh", "z"), ("sh", "s"), ("ch", "c")):
        if syllable.startswith(wide):
            syllable = narrow + syllable[2:]
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    if syllable.endswith(("ing", "eng", "ang")):
        syllable = syllable[:-1]
    return syllable


@lru_cache(maxsize=8192)
def readings(character: str) -> frozenset[str]:
    """Every folded reading of one character; a character without pinyin reads as itself."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors=lambda run: list(run))
    return frozenset(fold(s) for s in found[0]) if found else frozenset({character})


def sound(text: str) -> list[str]:
    """The most usual folded syllable of each character."""
    return [_usual(c) for c in text]


@lru_cache(maxsize=8192)
def _usual(character: str) -> str:
    found = pinyin(character, style=Style.NORMAL, errors=lambda run: list(run))
    return fold(found[0][0]) if found else character


class Listener:
    """Recognises its words by their sound."""

    def __init__(self, words: Iterable[str], *, innocent: Iterable[str] = ()) -> None:
        """``innocent`` words sound like one of ``words`` but are meant as they stand (大伙 is not 打火)."""
        self._innocent = frozenset(innocent)
        self._by_sound: dict[tuple[str, ...], str] = {}
        self._near: dict[tuple[str, ...], str] = {}
        self._spelt: dict[str, str] = {}
        for word in words:
            phrase = pinyin(word, style=Style.NORMAL)
            syllables = tuple(fold(s[0]) for s in phrase)
            self._by_sound.setdefault(syllables, word)
            self._spelt["".join(s[0] for s in phrase)] = word
            if len(word) >= _NEAR_LENGTH:
                for at in range(len(syllables)):
                    self._near.setdefault((*syllables[:at], "*", *syllables[at + 1 :]), word)
        self._lengths = sorted({len(key) for key in self._by_sound}, reverse=True)

    def corrected(self, text: str) -> str:
        """`text` with sound-alikes of the words written properly, character for character."""
        return self._replaced(text, self._by_sound, masked=False)

    def nearly_corrected(self, text: str) -> str:
        """Like :meth:`corrected`, and a word of three syllables or more may have one that is wrong."""
        return self._replaced(self.corrected(text), self._near, masked=True)

    def unspelt(self, text: str) -> str:
        """Pinyin typed in Latin letters (chudian) written in characters. Changes the length."""
        return _LATIN.sub(lambda m: self._spelt.get(m.group(), m.group()), text.lower())

    def _replaced(self, text: str, table: dict[tuple[str, ...], str], *, masked: bool) -> str:
        characters = list(text)
        borders: set[int] | None = None
        for length in self._lengths:
            for at in range(len(characters) - length + 1):
                window = "".join(characters[at : at + length])
                word = self._heard(window, table, masked=masked)
                if word is None or word == window or window in self._innocent or self._has_own(window, word):
                    continue
                borders = _crossings(text) if borders is None else borders
                if at in borders or at + length in borders or _is_word(window):
                    continue
                characters[at : at + length] = word
        return "".join(characters)

    def _heard(self, window: str, table: dict[tuple[str, ...], str], *, masked: bool) -> str | None:
        if any(not "一" <= c <= "鿿" for c in window):
            return None
        usual = sound(window)
        if not masked:
            return table.get(tuple(usual)) or self._other_reading(window, usual)
        if len(window) < _NEAR_LENGTH:
            return None
        for at in range(len(window)):
            word = table.get((*usual[:at], "*", *usual[at + 1 :]))
            # The others must be written right: two slips in one word are too many.
            if word and window[at] not in _NEVER_WRONG and sum(a != b for a, b in zip(word, window)) == 1:  # noqa: B905
                return word
        return None

    def _other_reading(self, window: str, usual: list[str]) -> str | None:
        """着 reads zhe by itself and zhao in 着火."""
        for at, character in enumerate(window):
            for reading in readings(character):
                word = self._by_sound.get((*usual[:at], reading, *usual[at + 1 :]))
                if word:
                    return word
        return None

    def _has_own(self, window: str, word: str) -> bool:
        """True when nothing of the word is written right and only two syllables speak for it: too little."""
        return len(window) < _NEAR_LENGTH and not any(a == b for a, b in zip(window, word))  # noqa: B905


def _crossings(text: str) -> set[int]:
    """The places inside known words of `text`: a word heard from there would tear them apart."""
    inside: set[int] = set()
    at = 0
    for word in segmenter().cut(text, HMM=False):
        if len(word) > 1 and _is_word(word):
            inside.update(range(at + 1, at + len(word)))
        at += len(word)
    return inside


def _is_word(word: str) -> bool:
    return (segmenter().FREQ.get(word) or 0) >= _KNOWN
