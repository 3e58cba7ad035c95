"""How words sound: toneless pinyin with the recogniser's usual confusions folded, and words recognised by their sound.

A :class:`Listener` knows a few dozen words and writes them properly where a sentence holds something that sounds like
them: 电先 becomes 电线, 毛烟 becomes 冒烟. Every character stays in its place, so spans stay valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pypinyin import Style, pinyin

from bot.language.words import segmenter

_KNOWN = 10
"""A word rarer than this in jieba's dictionary is more likely misheard than meant."""
_NEVER_WRONG = frozenset("没不未别在要都也的了被快太是有和上下里外会能")
_FUNCTION = frozenset("了在有被到上下里来人")
# 着 reads zhe by itself and zhao in 着火. Other characters' rare readings would only do harm (且 as cu).
_OTHER_READING = {"着": "zao", "露": "lou"}
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


def sound(text: str) -> list[str]:
    """The most usual folded syllable of each character; empty for what is no Chinese character."""
    return [_usual(c) for c in text]


@lru_cache(maxsize=8192)
def _usual(character: str) -> str:
    if not "一" <= character <= "鿿":
        return ""
    return fold(pinyin(character, style=Style.NORMAL)[0][0])


class Listener:
    """Recognises its words by their sound."""

    def __init__(self, words: Iterable[str], *, nearly: Iterable[str] = (), innocent: Iterable[str] = ()) -> None:
        """``nearly`` are those of ``words`` that may have one wrong syllable; three syllables or more, please.

        ``innocent`` words sound like one of ``words`` but are meant as they stand (大伙 is not 打火).
        """
        nearly = list(nearly)
        self._long = frozenset(nearly)
        self._innocent = frozenset(innocent)
        self._by_sound: dict[tuple[str, ...], str] = {}
        self._near: dict[tuple[str, ...], str] = {}
        self._spelt: dict[str, str] = {}
        for word in words:
            phrase = pinyin(word, style=Style.NORMAL)
            syllables = tuple(fold(s[0]) for s in phrase)
            self._by_sound.setdefault(syllables, word)
            self._spelt["".join(s[0] for s in phrase)] = word
        for word in nearly:
            syllables = tuple(sound(word))
            for at in range(len(syllables)):
                self._near.setdefault((*syllables[:at], "*", *syllables[at + 1 :]), word)
        self._lengths = sorted({len(key) for key in self._by_sound}, reverse=True)
        self._near_lengths = sorted({len(key) for key in self._near}, reverse=True)

    def corrected(self, text: str) -> str:
        """`text` with sound-alikes of the words written properly, character for character."""
        return self._replaced(text, self._by_sound, masked=False)

    def nearly_corrected(self, text: str) -> str:
        """Like :meth:`corrected`, and the ``nearly`` words may have one wrong syllable."""
        return self._replaced(self.corrected(text), self._near, masked=True)

    def unspelt(self, text: str) -> str:
        """Pinyin typed in Latin letters (chudian) written in characters. Changes the length."""
        return _LATIN.sub(lambda m: self._spelt.get(m.group(), m.group()), text.lower())

    def _replaced(self, text: str, table: dict[tuple[str, ...], str], *, masked: bool) -> str:
        characters = list(text)
        sounds = sound(text)
        borders: set[int] | None = None
        for length in self._near_lengths if masked else self._lengths:
            for at in range(len(characters) - length + 1):
                window_sounds = sounds[at : at + length]
                if "" in window_sounds:
                    continue
                word = (
                    _wanting_one(window_sounds, table)
                    if masked
                    else self._heard(window_sounds, characters[at : at + length])
                )
                if word is None:
                    continue
                window = "".join(characters[at : at + length])
                if word == window or self._is_meant(window, word) or (masked and not _one_slip(window, word)):
                    continue
                borders = _crossings(text) if borders is None else borders
                if at in borders or at + length in borders or _is_word(window):
                    continue
                characters[at : at + length] = word
                sounds[at : at + length] = sound(word)
        return "".join(characters)

    def _heard(self, sounds: list[str], characters: list[str]) -> str | None:
        word = self._by_sound.get(tuple(sounds))
        if word:
            return word
        for at, character in enumerate(characters):
            other = _OTHER_READING.get(character)
            if other:
                word = self._by_sound.get((*sounds[:at], other, *sounds[at + 1 :]))
                if word:
                    return word
        return None

    def _is_meant(self, window: str, word: str) -> bool:
        """True for what is meant as it stands: an innocent word, or one with nothing but sound in common."""
        # 垫线 is innocent, 垫线杆 is not: a long word has more to be known by.
        if window in self._innocent or (word not in self._long and any(word in window for word in self._innocent)):
            return True
        return word not in self._long and not any(a == b and a not in _FUNCTION for a, b in zip(window, word))  # noqa: B905


def _wanting_one(sounds: list[str], table: dict[tuple[str, ...], str]) -> str | None:
    for at in range(len(sounds)):
        word = table.get((*sounds[:at], "*", *sounds[at + 1 :]))
        if word:
            return word
    return None


def _one_slip(window: str, word: str) -> bool:
    """Only one character is wrong, and not one that is never misheard for a noun's (电线没断 is no 电线杆断)."""
    wrong = [heard for heard, meant in zip(window, word) if heard != meant]  # noqa: B905
    return len(wrong) == 1 and wrong[0] not in _NEVER_WRONG


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
