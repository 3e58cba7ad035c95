"""What a customer says of themselves, found by the rules of `actions/words/heard/profile.yml`, clause by clause.

A clause about somebody else, about the past, a supposition, a wish or a question tells nothing of the customer; one that is
turned round (我不是租房的, 已经不租了) says that it is not so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actions.desk.profiles import Trait
from actions.handlers.yaml_files import read_yaml
from bot.language.normalise import normalise
from bot.language.numerals import to_number

_CLAUSES = re.compile(r"[,，。;；!！?？、\n]+|但是?|不过|可是|因为|所以|然后")
_QUESTION = re.compile(r"[?？]")
_GONE_BY = re.compile(r"过(?!年|节|来|去|户|滤|夜|期|得|日子|敏)")
_NEAR = 14
"""Characters before a sign within which who is meant must stand."""
LARGEST = 30
"""People of a household; more is no household."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A statement. `so`: false when the customer says that it is not, or no longer, so. `own`: of the customer's own home."""

    trait: Trait
    value: str = ""
    so: bool = True
    own: bool = True


@dataclass(frozen=True)
class _Rule:
    trait: Trait
    title: str
    keep: str
    signs: tuple[re.Pattern[str], ...]
    needs: re.Pattern[str] | None
    wish: bool
    anybody: bool
    self_only: bool


class Statements:
    """The rules, read once."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """`raw` as the file holds it. Raises KeyError, ValueError or re.error for one that is wrong."""
        self._re = {
            name: re.compile(raw[name])
            for name in ("others", "not", "keeps", "past", "now", "supposing", "wanting", "over", "asks", "relative")
        }
        self._rules = tuple(self._rule(raw, Trait(name), rule) for name, rule in raw["traits"].items())
        self._named = {rule.trait: rule for rule in self._rules}

    @classmethod
    def load(cls, path: Path) -> Statements:
        """Read the file."""
        return cls(read_yaml(path))

    @staticmethod
    def _rule(raw: Mapping[str, Any], trait: Trait, rule: Mapping[str, Any]) -> _Rule:
        needs = "|".join(raw[name] for name in rule["needs"].split("|")) if rule.get("needs") else None
        signs = tuple(re.compile(sign) for sign in rule["signs"])
        return _Rule(
            trait=trait,
            title=rule["title"],
            keep=rule["keep"],
            signs=signs,
            needs=re.compile(needs) if needs else None,
            wish=bool(rule.get("wish")),
            anybody=bool(rule.get("anybody")),
            self_only=bool(rule.get("self")),
        )

    def title(self, trait: Trait, value: str = "") -> str:
        """What the customer calls it."""
        return self._named[trait].title.format(value=value)

    def keep(self, trait: Trait, value: str = "") -> str:
        """The same as a sentence to the customer (您家6口人)."""
        return self._named[trait].keep.format(value=value)

    def hear(self, words: str) -> tuple[Heard, ...]:
        """Every statement in a sentence, the last of a trait counting."""
        found: dict[Trait, Heard] = {}
        for clause in self._clauses(normalise(words).text):
            for rule in self._rules:
                if (heard := self._of(rule, clause)) is not None:
                    found[rule.trait] = heard
        return tuple(found.values())

    @staticmethod
    def _clauses(text: str) -> list[str]:
        marks = [m.end() for m in _QUESTION.finditer(text)]
        clauses, start = [], 0
        for mark in _CLAUSES.finditer(text):
            # A question mark stays with its clause: what it asks is not said.
            clauses.append(text[start : mark.start()] + ("?" if mark.start() + 1 in marks else ""))
            start = mark.end()
        return [clause for clause in (*clauses, text[start:]) if clause]

    def _of(self, rule: _Rule, clause: str) -> Heard | None:
        sign = next((found for pattern in rule.signs if (found := pattern.search(clause))), None)
        if sign is None:
            return None
        before, behind = clause[: sign.start()], clause[sign.end() :]
        if rule.needs is not None and not rule.needs.search(clause[max(0, sign.start() - _NEAR) : sign.end()]):
            return None
        if self._tells_nothing(rule, before, sign.group(), behind):
            return None
        own = rule.anybody or not self._re["others"].search(before + sign.group())
        own = own and not (rule.self_only and self._re["relative"].search(before))
        turned = self._re["not"].search(self._re["keeps"].sub("", before)[-6:])
        over = self._re["over"].search(behind) or self._re["over"].search(sign.group() + behind)
        value = _count(sign.groupdict().get("value"))
        if rule.trait is Trait.HOUSEHOLD and value is None:
            return None
        return Heard(rule.trait, value or "", so=not (turned or over), own=own)

    def _tells_nothing(self, rule: _Rule, before: str, sign: str, behind: str) -> bool:
        told = before + sign
        if self._re["supposing"].search(before) or self._re["asks"].search(behind):
            return True
        if rule.wish and self._re["wanting"].search(before):
            return True
        past = self._re["past"].search(before) or _GONE_BY.search(sign) or _GONE_BY.match(behind)
        return bool(past) and not self._re["now"].search(told)


def _count(text: str | None) -> str | None:
    """A number of people as digits; None for one that no household has."""
    number = to_number(text) if text else None
    return f"{number:g}" if number is not None and 1 <= number <= LARGEST and number == int(number) else None
