"""How words sound: toneless pinyin with the recogniser's usual confusions folded, and finding words by their sound."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, pinyin


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
