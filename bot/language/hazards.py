"""Danger words: a guard by rules, on characters and on sound, that runs before any model and also without one.

It would rather call one time too often than miss one: a person who writes in fear writes short and wrong. But questions
about safety, history, claims after the event and figures of speech are no emergencies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.hazard_doubts import NEGATED, NOT_ELECTRIC, over_or_asked
from bot.language.hazard_words import HEARD, INNOCENT, LIFE_SUPPORT, NO_POWER, RULES
from bot.language.hearing import Listener
from bot.language.normalise import normalise

_LISTENER = Listener(HEARD, innocent=INNOCENT)
_LONGEST = 600
_NOT_THAT = re.compile("不是(?:网线|光缆|光纤|电话线|宽带线?|没电|停电)")
_SPELT = {"dao": "倒", "huo": "火", "yan": "烟", "dian": "电", "xian": "线", "zha": "炸", "duan": "断", "gan": "杆"}
_HALF_SPELT = re.compile(r"(?<=[一-鿿])(?:dao|huo|yan|dian|xian|zha|duan|gan)(?![a-z])")
_ASKED = re.compile(r"[吗么不][?？]?$|[?？]|前|政策|照顾|登记|通知|优先|怎么(?:申请|登记|算|补|领|办理)|会不会|应该|补贴|优惠|申请")


@dataclass(frozen=True)
class Danger:
    """A danger to life or property in a sentence.

    ``kind``: fallen_wire, shock, fire, flood, overvoltage, pole, leakage, life_support, exposed or other.
    ``evidence``: the words that tell of it, misheard ones as they were meant.
    """

    kind: str
    evidence: str


def danger(text: str) -> Danger | None:
    """The danger that `text` tells of, or None."""
    regular = normalise(text[:_LONGEST]).text.lower()
    if not regular:
        return None
    spelt = _HALF_SPELT.sub(lambda m: _SPELT[m.group()], _LISTENER.unspelt(regular))
    tried: set[str] = set()
    # As written first; what it sounds like only when that tells nothing.
    for hear in (_as_written, _LISTENER.corrected, _LISTENER.nearly_corrected):
        heard = hear(spelt)
        if heard not in tried:
            tried.add(heard)
            found = _told(heard)
            if found:
                return found
    return None


def _as_written(text: str) -> str:
    return text


def _told(text: str) -> Danger | None:
    if (
        LIFE_SUPPORT.search(text) and NO_POWER.search(text) and not _ASKED.search(text)
        and not over_or_asked(text, lasting=False, kind="life_support")
    ):
        return Danger("life_support", text)
    masked = _NOT_THAT.sub(lambda m: "〇" * len(m.group()), text)
    masked = NOT_ELECTRIC.sub(lambda m: "。" + "〇" * (len(m.group()) - 2) + "。" if len(m.group()) > 1 else "。", masked)
    for rule in RULES:
        for match in rule.pattern.finditer(masked):
            if NEGATED.search(text[: match.start()]) or over_or_asked(text, lasting=rule.lasting, kind=rule.kind):
                continue
            return Danger(rule.kind, text[match.start() : match.end()])
    return None
