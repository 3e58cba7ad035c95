"""What people say in danger, read by the patterns of ``actions/words/heard/danger.yml``, in characters and by sound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from actions.handlers.yaml_files import read_yaml
from bot.language.hazard_words import LIFE_SUPPORT
from bot.language.hazards import danger
from bot.language.hearing import Listener
from bot.language.normalise import normalise

_FILE = Path(__file__).resolve().parents[2] / "words" / "heard" / "danger.yml"
MOST_LINES = 2
"""Lines said to one sentence: who is afraid does not read a page."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Kind(_Part):
    kind: str
    said: tuple[str, ...]
    base: tuple[str, ...] = ()


class _Hint(_Part):
    line: str
    said: tuple[str, ...]
    unless_said: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    with_kind: bool = True


class _Also(_Part):
    said: tuple[str, ...]
    unless_said: tuple[str, ...] = ()
    topic: str | None = None


class _AsksOnly(_Part):
    said: tuple[str, ...]
    unless_said: tuple[str, ...] = ()
    question: str


class _File(_Part):
    sounds: tuple[str, ...]
    kinds: tuple[_Kind, ...]
    nearer: dict[str, tuple[str, ...]]
    hints: tuple[_Hint, ...]
    helpless: tuple[str, ...]
    who_comes: tuple[str, ...]
    over: tuple[str, ...]
    withdraw: tuple[str, ...]
    keep: tuple[str, ...]
    safe: tuple[str, ...]
    unknown: tuple[str, ...]
    places: tuple[str, ...]
    mine: str
    also: tuple[_Also, ...]
    asks_only: tuple[_AsksOnly, ...]


@dataclass(frozen=True)
class Heard:
    """A sentence, as written and as it sounds."""

    ways: tuple[str, ...]

    def says(self, patterns: Iterable[str]) -> bool:
        """Whether one of the patterns is found in it."""
        return any(re.search(pattern, way) for way in self.ways for pattern in patterns)


class DangerWords:
    """The file, ready for use. Reads a sentence in well under a millisecond."""

    def __init__(self, file: _File) -> None:
        self.file = file
        self._listener = Listener(file.sounds)

    @classmethod
    def load(cls, path: Path = _FILE) -> Self:
        """Read the file. Raises pydantic.ValidationError or re.error for a file that is none."""
        raw: dict[str, Any] = read_yaml(path)
        file = _File.model_validate(raw)
        said = [part.said for part in file.kinds] + [part.said for part in file.hints]
        said += [part.said for part in file.also] + [part.said for part in file.asks_only]
        for pattern in [p for patterns in said for p in patterns]:
            re.compile(pattern)
        return cls(file)

    def heard(self, words: str) -> Heard:
        """The sentence in its regular form, and as it sounds where that differs."""
        plain = normalise(words[:600]).text.lower()
        return Heard(tuple(dict.fromkeys((plain, self._listener.corrected(plain)))))

    def kind(self, words: str) -> str | None:
        """The kind of danger that the words tell of; None when they tell of none."""
        found, heard = danger(words), self.heard(words)
        base = found.kind if found else None
        for kind in self.file.kinds:
            if (not kind.base or base in kind.base) and heard.says(kind.said):
                return kind.kind
        # 我妈用着呼吸机，你们快点: that there is no current was said before.
        return base or ("life_support" if LIFE_SUPPORT.search(words) else None)

    def newly(self, words: str, before: str) -> str | None:
        """The kind that these words make of a danger known before as another; None when it stays what it was."""
        now = self.kind(words)
        return None if now in (None, "other", before) or before in self.file.nearer.get(now or "", ()) else now

    def hints(self, words: str, kind: str, *, with_kind: bool = False) -> list[str]:
        """The lines that answer what is asked or told in these words while this kind of danger is talked of.

        ``with_kind``: only those that go beyond the kind's own lines, which are said first.
        """
        heard = self.heard(words)
        fits = (
            h.line
            for h in self.file.hints
            if kind not in h.unless
            and (h.with_kind or not with_kind)
            and (not h.kinds or kind in h.kinds)
            and heard.says(h.said)
            and not heard.says(h.unless_said)
        )
        return list(dict.fromkeys(fits))[:MOST_LINES]

    def says(self, words: str, what: str) -> bool:
        """Whether the words are among those of one of the file's plain lists (over, withdraw, who_comes …)."""
        return self.heard(words).says(getattr(self.file, what))

    def also_danger(self, words: str, topic: str) -> bool:
        """Danger that the guard does not hear by itself; `topic`: what the last answer was about."""
        heard = self.heard(words)
        return any(
            heard.says(a.said) and not heard.says(a.unless_said) and (a.topic is None or re.search(a.topic, topic))
            for a in self.file.also
        )

    def question(self, words: str) -> str | None:
        """The question that words which sound like danger only ask; None when they tell of danger."""
        heard = self.heard(words)
        found = (a.question for a in self.file.asks_only if heard.says(a.said) and not heard.says(a.unless_said))
        return next(found, None)


@cache
def danger_words() -> DangerWords:
    """The file that comes with the program."""
    return DangerWords.load()
