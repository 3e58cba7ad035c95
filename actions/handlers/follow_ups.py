"""Questions that go on with the subject before them: 那要多久, 要钱不, 150千瓦算不算, 还输了密码.

A short sentence is read twice, by itself and together with the subject; a topic must be likely in both readings to be the one
meant, the more so the better the sentence can stand alone. What the customer has just heard is not said again word for word:
the same article answers a second question with its details that fit.
"""

from __future__ import annotations

import math
import re
from typing import Any

from actions.handlers.articles import answer_bubble, ask_knowledge, knowledge_trace
from actions.handlers.context import FOLLOWS_ON, TOPIC, bare_question, core_of, subject
from actions.handlers.forms.flow import Flow, FlowBook
from actions.handlers.forms.heard import ASKS
from actions.handlers.forms.said import Said
from actions.handlers.forms.step import TOLD, Outcome
from actions.handlers.services import Services, Stopwatch
from actions.handlers.words import Bubble
from knowledge_base.detail import of_kind_sought

LONGEST = 18
"""Characters up to which a sentence may leave out what it is about."""
CANDIDATES = 12
WHOLE = 8
"""Characters from which on a sentence may well be complete: 收费吗 is not."""
COMPLETE = 5
"""Characters from which on a sentence that the knowledge base is sure of stands on its own."""
OWN_READING, KIN, FLOOR = 2.0, 0.6, 0.001
"""Weight of the reading by itself, log bonus of the subject's own group, least probability: chosen on dialogues written for it."""
SURE, SURER = 0.6, 0.92
"""How sure an answer must be for what was understood as a question, and for what was not."""
SURE_OF_A_WISH, SURE_ENOUGH = 0.9, 0.8
SURE_OF_SMALL_TALK = 0.8
AGREES, TELLING = 0.9, 4
"""Share of the subject's article in the reading by itself, and characters of the sentence, that leave no doubt together."""
SMALL = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "cancel", "bot_challenge", "ask_capabilities", "repeat", "switch_elderly_mode"}
)
"""Small talk: what was the subject before it still is."""
AFTER_FILING = {"repair": "outage-arrival-time", "power_quality": "outage-arrival-time", "hazard": "outage-arrival-time"}
"""What is asked about after a business is done, where that is not the article that explains it (要钱不 after a report)."""
_ALSO_ASKS = re.compile(r"谁|[不没么][啊呀嘛呢]?[?？]?$|行不行|算不算|够不够|对不对|多大|几[个户张度块口天次]")
_OWN = re.compile("[我俺咱]|家|户号|这个月|上个?月|本月|今年|去年|查|余额")
"""Words about one's own account: no further question about an article."""
_VALUES = frozenset({"account_no", "phone", "ticket_no", "address", "person_name"})
_HAN = re.compile("[一-鿿]")
_HOW = re.compile("怎么|咋|哪|网上|手机|线上")
_NEVER = frozenset({"report_hazard", "start_flow"})
_PERSON = re.compile("人工|客服|真人|转|接线|找.{0,2}人|来人|有人")


def goes_on(services: Services, said: Said, memory: dict[str, Any], watch: Stopwatch) -> Outcome | None:
    """The answer to a turn that goes on with the subject of the conversation; None when it stands on its own."""
    topic = memory.get(TOPIC)
    core = core_of(said.words)
    if not topic or said.pressed or said.intent in _NEVER or not 1 < len(core) <= LONGEST or not _HAN.search(core):
        return None
    least = _least(said, services.flows) if said.intent != "human_agent" else None
    if least is None:
        return _about_the_told(services, said, core, memory, watch)
    with watch("knowledge"):
        read = read_with(services, core, str(topic))
    if read is None or read[1] < least:
        return None
    return _told(services, core, read[0], memory, watch)


def _about_the_told(services: Services, said: Said, core: str, memory: dict[str, Any], watch: Stopwatch) -> Outcome | None:
    """A question that by itself too can only be about what was just told, whatever it was taken for: 要几个人, 能用手拉吗."""
    topic = memory.get(TOPIC if services.flows.begun_by(said.intent) is None else TOLD)
    asks = ASKS.search(said.words) or _ALSO_ASKS.search(said.words)
    if topic is None or topic != memory.get(TOPIC) or not asks or _OWN.search(said.words) or _PERSON.search(said.words):
        return None
    if any(entity["entity"] in _VALUES for entity in said.entities) or len(core) < TELLING:
        return None
    with watch("knowledge"):
        alone = services.knowledge.search(core, CANDIDATES)
    first = alone.results[0] if alone.results else None
    if first is None or first.topic != topic or first.score < AGREES:
        return None
    return _told(services, core, list(alone.results), memory, watch)


def asked_within(
    services: Services, words: str, flow: Flow | None, memory: dict[str, Any], watch: Stopwatch, *, least: float = SURE
) -> Outcome | None:
    """The answer to a question asked in the middle of a business: about that business when it can be.

    None when nothing answers it, or not as surely as ``least``.
    """
    core = core_of(words)
    if flow is None or not flow.about or len(core) > LONGEST:
        if least > SURE:
            with watch("knowledge"):
                if services.knowledge.search(words, 3).confidence < least:
                    return None
        found = ask_knowledge(services, words, watch)
        if found is not None and found.trace.get("knowledge"):
            found.memory[TOLD] = found.trace["knowledge"][0]["topic"]
        return found
    # 能免吗 after an answer about late fees goes on with that, and not with the business under way.
    for topic in dict.fromkeys((str(memory.get(TOLD) or flow.about), flow.about)):
        with watch("knowledge"):
            read = read_with(services, core, topic)
        if read is not None and read[1] >= least:
            return _told(services, core, read[0], memory, watch)
    return None


def _told(services: Services, core: str, hits: list[Any], memory: dict[str, Any], watch: Stopwatch) -> Outcome:
    """The article, or its lines that fit when its answer is what was said just now."""
    first = hits[0]
    trace, fresh = {"knowledge": knowledge_trace(hits[:3])}, {TOLD: first.topic}
    if first.topic == memory.get(TOLD):
        with watch("knowledge"):
            detail = services.knowledge.detail(first.topic, core)
        if detail is not None:
            bubble = services.phrases.bubble("detail", title=first.title, detail=detail)
            bubble.citations = list(first.citations)
            return Outcome([bubble], trace, memory=fresh)
    return Outcome([answer_bubble(services, first)], trace, memory=fresh)


def _least(said: Said, flows: FlowBook) -> float | None:
    """How sure the answer must be, or None when the turn is no question about what went before."""
    asks = bool(ASKS.search(said.words) or _ALSO_ASKS.search(said.words))
    onward = FOLLOWS_ON.search(said.words) is not None
    if said.intent == "faq":
        return SURE
    if any(entity["entity"] in _VALUES for entity in said.entities):
        return None
    bare = bare_question(said.words)
    if bare and (flows.begun_by(said.intent) is None or said.confidence < SURE_OF_A_WISH or not _HOW.search(bare)):
        return SURE  # 要交钱吗 is no wish to pay
    if said.intent in SMALL:
        return SURE if said.confidence < SURE_OF_SMALL_TALK and (asks or onward) else None
    if flows.begun_by(said.intent) is not None:
        if said.values("month", "date") or not (asks or onward):
            return None
        if said.intent == "how_to_pay" and said.confidence >= SURE:
            return None  # where and how one pays is a wish of its own, whatever was spoken of
        if said.confidence < SURE_OF_A_WISH:
            return SURE_ENOUGH
        return SURER if onward else None
    # out_of_scope and inform: 我家就是低保, 还输了密码 ask nothing and go on all the same.
    return SURE if onward and asks else SURE_ENOUGH if asks and said.confidence < SURE_OF_A_WISH else SURER


def read_with(services: Services, core: str, topic: str) -> tuple[list[Any], float] | None:
    """Articles by how likely they are meant by `core` said about `topic`, and how sure they answer; None when nothing does."""
    about = services.knowledge.hit(topic)
    if about is None:
        return None
    # 要多久 says nothing of what it is about: only the reading with the subject counts.
    bare = bare_question(core) is not None
    reading_together = f"{subject(about.title)}，{core}"
    # A search costs an encoding: the second is left out where the first has decided.
    if bare and not services.knowledge.search(reading_together, CANDIDATES).answerable:
        return None
    alone = services.knowledge.search(core, CANDIDATES)
    complete = _complete(core, alone)
    if complete and alone.answerable and not bare:
        return list(alone.results), alone.confidence  # 电费怎么交 says all there is to say
    whole = services.knowledge.search(reading_together, CANDIDATES)
    if not (whole.answerable or (alone.answerable and not bare)):
        return None
    if complete:
        return list(alone.results), alone.confidence
    by_itself = {hit.topic: hit.score for hit in alone.results}
    together = {hit.topic: hit.score for hit in whole.results}
    hits = {hit.topic: hit for hit in (*alone.results, *whole.results)}
    kin = topic.partition("-")[0]

    def likely(name: str) -> float:
        bonus = KIN if name.partition("-")[0] == kin else 0.0
        reading: float = (
            math.log(together.get(name, 0.0) + FLOOR)
            + (0.0 if bare else OWN_READING * min(1.0, len(core) / WHOLE)) * alone.confidence * math.log(by_itself.get(name, 0.0) + FLOOR)
            + bonus
        )
        return reading

    ranked = sorted(hits.values(), key=lambda hit: likely(hit.topic), reverse=True)
    first = ranked[0].topic
    first_alone = alone.results[0] if alone.results else None
    if bare and not of_kind_sought(core, ranked[0].answer) and services.knowledge.detail(first, core) is None:
        return None  # 要花钱吗 about papers that name no money
    # The reading in which the winner leads is the one whose judge speaks for it.
    sure: float = max(
        alone.confidence if alone.results and alone.results[0].topic == first else 0.0,
        whole.confidence if whole.results and whole.results[0].topic == first else 0.0,
        min(alone.confidence, whole.confidence),
    )
    if first == topic and first_alone is not None and first_alone.topic == topic and first_alone.score >= AGREES and len(core) >= TELLING:
        sure = max(sure, SURER)  # 补卡多少钱 after lost cards: by itself too it can be about nothing else
    return ranked, sure


def _complete(core: str, alone: Any) -> bool:
    """Whether words that are read by themselves as `alone` say all there is to say."""
    if not alone.results or len(core) < COMPLETE or FOLLOWS_ON.search(core):
        return False
    return bool(min(alone.confidence, alone.results[0].score) >= SURE_OF_A_WISH)


def unanswered(services: Services, said: Said, memory: dict[str, Any]) -> list[Bubble] | None:
    """What is said when nothing answers a question that goes on with a subject: what is known about it, and a person."""
    about = services.knowledge.hit(str(memory[TOPIC])) if memory.get(TOPIC) else None
    if about is None or said.pressed or not (ASKS.search(said.words) or FOLLOWS_ON.search(said.words)):
        return None
    if said.intent == "out_of_scope" and said.confidence >= SURE_OF_A_WISH and not FOLLOWS_ON.search(said.words):
        return None
    detail = services.knowledge.detail(about.topic, core_of(said.words)) if FOLLOWS_ON.search(said.words) else None
    if detail is not None:
        bubble = services.phrases.bubble("detail", title=about.title, detail=detail)
        bubble.citations = list(about.citations)
        return [bubble]
    return [services.phrases.bubble("no_answer_on_subject", title=about.title)]
