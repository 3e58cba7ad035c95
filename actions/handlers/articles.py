"""Answers out of the knowledge base as bubbles: the answer first, then what it rests on, then what it leads to."""

from __future__ import annotations

from typing import Any

from actions.handlers.forms.said import Said
from actions.handlers.forms.step import Outcome
from actions.handlers.services import Services, Stopwatch
from actions.handlers.words import Bubble, button
from actions.ports.gaps import GapReason

_AS_LIKELY = 0.5
"""A close second this likely, in shares of the first, is asked about before anything is answered; below it is a button."""
_A_QUESTION = 0.5
"""How surely a sentence is understood as a question about rules, for an article to be guessed at."""
_ONLY_ONE, _NOT_ABSURD = 0.9, 0.1
"""Least share of the first topic, and least confidence of the base, for a guess."""


def answer_bubble(services: Services, hit: Any) -> Bubble:
    """An article as a bubble."""
    bubble = Bubble(hit.answer, hit.speech, citations=list(hit.citations))
    if hit.leads_to:
        bubble.buttons.append(button(_wish(services, hit.leads_to), "/" + hit.leads_to))
    return bubble


def _wish(services: Services, intent: str) -> str:
    """What the button of an article calls the business that it begins; not every one is a flow (a person, big letters)."""
    flow = services.flows.begun_by(intent)
    return flow.title if flow else services.phrases.text(f"wish_{intent}")


def knowledge_trace(hits: list[Any]) -> list[dict[str, Any]]:
    """The trace's list of what an answer rests on."""
    return [{"topic": h.topic, "score": round(float(h.score), 4)} for h in hits]


def ask_knowledge(services: Services, question: str, watch: Stopwatch) -> Outcome | None:
    """Answer a question; ask back when two topics are close; None when nothing there answers it."""
    with watch("knowledge"):
        found = services.knowledge.search(question, 3)
    return _told(services, found)


def _ask_and_note(services: Services, said: Said, watch: Stopwatch) -> Outcome | None:
    """The same for a turn that is nothing but a question; what found no article, or two, is noted for the editors."""
    with watch("knowledge"):
        found = services.knowledge.search(said.words, 3)
    outcome = _told(services, found)
    if outcome is None and said.intent == "faq" and said.confidence >= _A_QUESTION:
        outcome = _guessed(services, found)
    if outcome is None or found.doubt:
        if outcome is not None:
            reason = GapReason.DOUBT
        else:
            reason = GapReason.OUT_OF_SCOPE if said.intent == "out_of_scope" else GapReason.UNANSWERED
        nearest = found.results[0].topic if found.results else None
        services.gaps.note(said.words, reason, said.channel, nearest, said.now)
    return outcome


def _told(services: Services, found: Any) -> Outcome | None:
    if not found.answerable or not found.results:
        return None
    first, *others = found.results
    second = others[0] if found.doubt and others else None
    if second is not None and second.score >= _AS_LIKELY * first.score:
        bubble = services.phrases.bubble("doubt_topics", first=first.title, second=second.title)
        bubble.buttons += [_topic_button(services, hit) for hit in (first, second)]
    else:
        bubble = answer_bubble(services, first)
        bubble.buttons += [_topic_button(services, second)] if second is not None else []
    return Outcome([bubble], {"knowledge": knowledge_trace(found.results)})


def _guessed(services: Services, found: Any) -> Outcome | None:
    """The one article that a question can only be about, said as a guess, when the base alone would not have dared."""
    if not found.results or found.results[0].score < _ONLY_ONE or found.confidence < _NOT_ABSURD:
        return None
    first = found.results[0]
    bubble = answer_bubble(services, first)
    bubble.text = services.phrases.text("guessed", title=first.title, answer=bubble.text)
    return Outcome([bubble], {"knowledge": knowledge_trace(found.results)})


def _topic_button(services: Services, hit: Any) -> dict[str, str]:
    return button(services.phrases.text("button_topic", title=hit.title), "/faq", choice="topic:" + hit.topic)


def answer_topic(services: Services, topic: str) -> Outcome | None:
    """The article of a topic, or None when it is not in force."""
    hit = services.knowledge.hit(topic)
    if hit is None:
        return None
    return Outcome([answer_bubble(services, hit)], {"knowledge": knowledge_trace([hit])})


def answer_question(services: Services, said: Said, watch: Stopwatch) -> Outcome:
    """A turn of its own that asks something: answered with its source, or honestly not."""
    chosen = said.value("choice") or ""
    if chosen.startswith("topic:"):
        answered = answer_topic(services, chosen.removeprefix("topic:"))
    else:
        answered = _ask_and_note(services, said, watch) if said.words else None
    if answered is not None:
        return answered
    name = "out_of_scope" if said.intent == "out_of_scope" else "no_answer"
    return Outcome([services.phrases.bubble(name)], {"knowledge": []})
