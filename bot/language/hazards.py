"""Danger words: a guard by rules, on characters and on sound, that runs before any model and also without one.

It would rather call one time too often than miss one: a person who writes in fear writes short and wrong. But questions
about safety, history, claims after the event and figures of speech are no emergencies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.hazard_doubts import NEGATED, NOT_ELECTRIC, long_over, over_or_asked, told_calmly
from bot.language.hazard_rules import RULES
from bot.language.hazard_words import CORE, HEARD, INNOCENT, LIFE_SUPPORT, LONG_WORDS, NO_POWER, POLE, WIRE
from bot.language.hearing import Listener
from bot.language.normalise import normalise

_LISTENER = Listener(HEARD, nearly=LONG_WORDS, innocent=INNOCENT)
_LONGEST = 600
_FEW = 14
_PAUSES = re.compile(r"[,，。.…、!！~\-— ]|呃|嗯|那个|就是")
_THING_AND_WORD = re.compile(
    rf"(?:喂|快来|快|来人|赶紧|救命|哎|啊|救|这|那|我家|楼下)*(?:{WIRE}|{POLE}|{CORE})(?:那里|这里|那边|上|里|那|这|有)?(?P<word>[火烟炸爆燃])(?:了|啊|呀)*"
)
_SPELT = {"dao": "倒", "huo": "火", "yan": "烟", "dian": "电", "xian": "线", "zha": "炸", "duan": "断", "gan": "杆"}
_HALF_SPELT = re.compile(r"(?<=[一-鿿])(?:dao|huo|yan|dian|xian|zha|duan|gan)(?![a-z])")
_NOT_THAT = re.compile("不是(?:网线|光缆|光纤|电话线|宽带线?|没电|停电)")
_POLICY = re.compile(
    r"[吗么不][?？]?$|[?？]|停电前|断电前|每次停电|提前|提醒|政策|照顾|登记|通知|优先|怎么(?:申请|登记|算|补|领|办理)|会不会|应该|补贴|优惠|申请"
)


@dataclass(frozen=True)
class Danger:
    """A danger to life or property in a sentence.

    ``kind``: fallen_wire, shock, fire, flood, overvoltage, pole, leakage, life_support, exposed or other.
    ``evidence``: the words that tell of it, misheard ones as they were meant.
    """

    kind: str
    evidence: str


def danger(text: str) -> Danger | None:
    """The danger that `text` tells of, or None. Takes raw text; about 0.2 ms."""
    regular = normalise(text[:_LONGEST]).text.lower()
    if not regular or long_over(regular):
        return None
    spelt = _HALF_SPELT.sub(lambda m: _SPELT[m.group()], _LISTENER.unspelt(regular))
    tried: set[str] = set()
    # As written first; what it sounds like only when that tells nothing.
    for hear in (str, _LISTENER.corrected, _LISTENER.nearly_corrected):
        heard = hear(spelt)
        if heard not in tried:
            tried.add(heard)
            found = _life_support(heard) or _told(heard) or _stammered(heard)
            if found:
                return found
    return None


def vetted(text: str, ranking: list[tuple[str, float]], hazard: str) -> list[tuple[str, float]]:
    """The ranking of intents (best first) after the guard's word on the raw `text`.

    Its danger comes first. A danger that only the model sees, told calmly (history, repaired, denied, a question), goes last,
    and the others share its probability.
    """
    if not ranking:
        return ranking
    best, confidence = ranking[0]
    if best != hazard:
        return [(hazard, 1.0), *(entry for entry in ranking if entry[0] != hazard)] if danger(text) else ranking
    if len(ranking) < 2 or danger(text) or not told_calmly(normalise(text[:_LONGEST]).text, confidence):
        return ranking
    rest = sum(value for _, value in ranking[1:]) or 1.0
    return [*((name, round(value / rest, 4)) for name, value in ranking[1:]), (hazard, 0.0)]


def _life_support(text: str) -> Danger | None:
    machine, power = LIFE_SUPPORT.search(text), NO_POWER.search(text)
    if not machine or not power or _POLICY.search(text) or over_or_asked(text, lasting=False, kind="life_support"):
        return None
    start, end = min(machine.start(), power.start()), max(machine.end(), power.end())
    return Danger("life_support", text[start:end])


def _told(text: str) -> Danger | None:
    masked = NOT_ELECTRIC.sub(_hidden, _NOT_THAT.sub(lambda m: "〇" * len(m.group()), text))
    doubted: dict[tuple[bool, str], bool] = {}
    for rule in RULES:
        for match in rule.pattern.finditer(masked):
            if NEGATED.search(text[: match.start()]):
                continue
            key = (rule.lasting, rule.kind)
            if key not in doubted:
                doubted[key] = over_or_asked(text, lasting=rule.lasting, kind=rule.kind)
            if not doubted[key]:
                return Danger(rule.kind, text[match.start() : match.end()])
    return None


def _stammered(text: str) -> Danger | None:
    """电线，断，地上: in a few words the pauses mean nothing, and a thing and one word may be all that comes."""
    if len(text) > _FEW:
        return None
    joined = _PAUSES.sub("", text)
    short = _THING_AND_WORD.fullmatch(joined)
    if short and not NEGATED.search(joined[: short.start("word")]):
        return Danger("fire" if short.group("word") in "火烟炸爆燃着" else "other", joined)
    return _told(joined) if joined != text else None


def _hidden(match: re.Match[str]) -> str:
    """Stops at both ends, so that no rule reaches across."""
    return "。" + "〇" * (len(match.group()) - 2) + "。" if len(match.group()) > 1 else "。"
