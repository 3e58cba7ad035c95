"""A turn of the dialogue seen with who the customer is: what it says of them is heard, and the answer is made to fit.

The dialogue itself (`actions.handlers.turns`) knows nothing of it but these two wrappers around its doors.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from actions.desk.profiles import Trait
from actions.desk.tickets import Kind
from actions.handlers.clarify import CHOICES
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.profile.consent import ASKED, LISTED, answer_to, forget_all, listing, question
from actions.handlers.profile.urgent import TOLD, life_support_first
from actions.handlers.profile.uses import Hint, Occasion
from actions.handlers.profile.wording import shortened
from actions.handlers.services import Services
from actions.handlers.survey import EXPLAINS
from actions.handlers.wishes import OFFERED
from actions.handlers.words import Bubble, button

_OWN = ("my_profile", "forget_profile")
TILES = "profile_tiles"
"""Memory: titles of the page's tiles in the order last told."""
HINTED = "profile_hint"
"""Memory: the one hint that this conversation has had."""


class Answered(Protocol):
    """The part of `turns.Answer` that is looked at."""

    bubbles: list[Bubble]
    trace: dict[str, Any]
    state: FlowState | None
    memory: dict[str, Any]
    begin: str | None
    repeat: bool


A = TypeVar("A", bound=Any)
Door = Callable[..., A]


def outside_a_flow(make: Callable[..., A]) -> Callable[[Door[A]], Door[A]]:
    """For the door of turns outside any flow: ``open(said, memory, *, form)``. ``make``: the class of answers."""

    def wrap(door: Door[A]) -> Door[A]:
        @functools.wraps(door)
        def opened(self: Any, said: Said, memory: dict[str, Any], **how: Any) -> A:
            services: Services = self._services
            if services.profiles is None:
                return door(self, said, memory, **how)
            memory = services.profiles.listen(services, said, memory)
            own = answer_to(services, services.profiles, said, memory)
            if own is not None:
                answer = make(own.bubbles, dict(own.trace), memory={**memory, LISTED: None, **own.memory})
                _tell_page(services, services.profiles.known(services, said, answer.memory), memory, answer)
                return answer
            answer = door(self, said, memory, **how)
            return answer if answer.begin is not None or answer.repeat else _fitted(services, said, memory, None, answer)

        return opened

    return wrap


def inside_a_flow(door: Door[A]) -> Door[A]:
    """For the door of turns of a flow: ``flow_turn(said, state, memory)``; one that only begins goes through the other."""

    @functools.wraps(door)
    def turned(self: Any, said: Said, state: FlowState | None, memory: dict[str, Any]) -> A:
        services: Services = self._services
        if services.profiles is None or state is None:
            return door(self, said, state, memory)
        memory = services.profiles.listen(services, said, memory)
        own = answer_to(services, services.profiles, said, memory) if said.pressed else _own_look(services, said, memory)
        if own is None:
            return _fitted(services, said, memory, state, door(self, said, state, memory))
        # In the middle of a business, which then goes on with its question.
        again = door(self, replace(said, text="/repeat", intent="repeat", entities=(), pieces=()), state, memory)
        again.bubbles[:0] = own.bubbles
        again.trace.update(own.trace)
        again.memory.update(own.memory)
        return again

    return turned


def _own_look(services: Services, said: Said, memory: dict[str, Any]) -> Outcome | None:
    """看我的资料, 删掉我的资料 in the middle of a business."""
    flow = services.flows.heard_in(said.words) if said.words and said.intent != "report_hazard" else None
    if flow is None or flow.flow not in _OWN or services.profiles is None:
        return None
    look = listing if flow.flow == "my_profile" else forget_all
    return look(services, services.profiles, said, memory)


def _fitted(services: Services, said: Said, memory: dict[str, Any], state: FlowState | None, answer: A) -> A:
    """The answer with what the profile adds to it."""
    profiles = services.profiles
    assert profiles is not None
    # What was asked or listed before this turn has had its chance.
    listed = _done(memory, answer) and answer.memory.get("last_flow") == "my_profile"
    answer.memory = {**answer.memory, ASKED: None, LISTED: listed}
    flow = _flow(services, state, memory, answer)
    if said.intent == "report_hazard" or (flow is not None and flow.emergency):
        return answer
    known = profiles.known(services, said, answer.memory)
    _tell_page(services, known, memory, answer)
    _urgent(services, said, known, flow, answer)
    if (said.elder or Trait.ELDER in known) and not (said.value("choice") or "").startswith("topic:"):
        answer.bubbles = shortened(answer.bubbles, services.phrases)
    if answer.trace.get("handoff"):
        return answer
    _add_hint(services, said, known, _occasion(services, said, memory, state, answer), answer)
    if _at_an_end(memory, state, answer):
        _take(answer, question(services, profiles, said, answer.memory))
    return answer


def _tell_page(services: Services, known: Any, memory: dict[str, Any], answer: Any) -> None:
    """The tiles in their order, in the trace, whenever it changes: pages put theirs in the same."""
    assert services.profiles is not None
    tiles = [tile.model_dump() for tile in services.profiles.uses.tiles_for(known)]
    order = [tile["title"] for tile in tiles]
    if order != (memory.get(TILES) or [t.title for t in services.profiles.uses.tiles_for(())]):
        answer.trace["tiles"] = tiles
    answer.memory[TILES] = order


def _flow(services: Services, state: FlowState | None, memory: dict[str, Any], answer: Any) -> Flow | None:
    """The flow that this turn belongs to, also one begun and done in it."""
    if answer.state is not None:
        return services.flows.named(answer.state.flow)
    if state is not None:
        return services.flows.named(state.flow)
    return services.flows.named(answer.memory.get("last_flow")) if _done(memory, answer) else None


def _done(memory: dict[str, Any], answer: Any) -> bool:
    """Whether a flow has done what it is for in this turn (and was not only left)."""
    return answer.state is None and answer.memory.get("last_values") is not memory.get("last_values")


def _occasion(services: Services, said: Said, memory: dict[str, Any], state: FlowState | None, answer: Any) -> Occasion:
    uses = services.profiles.uses if services.profiles is not None else None
    explained = any(bubble.card is not None and bubble.card.get("type") == "chart" for bubble in answer.bubbles)
    story = [said.words, *(state.said if state is not None else ())]
    return Occasion(
        done=answer.memory.get("last_flow") if _done(memory, answer) else answer.state.flow if explained and answer.state else None,
        begun=answer.state.flow if state is None and answer.state is not None and not explained else None,
        topics=frozenset(hit["topic"] for hit in answer.trace.get("knowledge", ())),
        complains=uses is not None and any(uses.complaint_in(words) for words in story),
    )


def _at_an_end(memory: dict[str, Any], state: FlowState | None, answer: Any) -> bool:
    """Whether a business has ended, or a question is answered, and nothing else is offered or asked."""
    last = answer.memory.get("last_flow")
    if answer.state is not None or (_done(memory, answer) and last in _OWN):
        return False
    if answer.memory.get(TOLD) and last == "repair":
        return False  # the power is still off where somebody needs it
    if any(answer.memory.get(key) for key in (OFFERED, CHOICES, EXPLAINS)):
        return False
    return _done(memory, answer) or (state is None and bool(answer.trace.get("knowledge")))


def _urgent(services: Services, said: Said, known: Any, flow: Flow | None, answer: Any) -> None:
    if flow is None or flow.done.settings.get("kind") != Kind.REPAIR.value:
        return
    told = life_support_first(services, said, answer.memory, known)
    if told is not None:
        answer.bubbles[:0] = told.bubbles
        answer.trace.update(told.trace)
        answer.memory.update(told.memory)


def _add_hint(services: Services, said: Said, known: Any, now: Occasion, answer: Any) -> None:
    """At most one a conversation: after the answer, and before a question that is open."""
    profiles = services.profiles
    if profiles is None or answer.memory.get(HINTED) or (answer.state is not None and now.begun is None and now.done is None):
        return
    hint = profiles.uses.hint(known, now, _large(services))
    hit = services.knowledge.hit(hint.topic) if hint is not None else None
    if hint is None or hit is None:
        return
    bubble = _hint_bubble(services, hint, hit, known, elder=said.elder or Trait.ELDER in known)
    answer.bubbles.insert(len(answer.bubbles) - (answer.state is not None), bubble)
    answer.memory[HINTED] = hint.name


def _hint_bubble(services: Services, hint: Hint, hit: Any, known: Any, *, elder: bool) -> Bubble:
    lead = services.phrases.text(f"hint_{hint.name}", value=known[hint.trait].value)
    brief = hit.speech or hit.answer
    bubble = Bubble(lead + (brief if elder else hit.answer), lead + brief, citations=list(hit.citations))
    flow = services.flows.begun_by(hint.business)
    if flow is not None and hint.business is not None:
        bubble.buttons.append(button(flow.title, "/" + hint.business))
    return bubble


def _large(services: Services) -> int | None:
    """From how many people on a household is a large one here, where the province has said so."""
    own = services.provinces.own
    province = services.provinces.named(own) if own else None
    tariff = province.on(services.clock.now().date()) if province is not None else None
    return tariff.large_household.people if tariff is not None and tariff.large_household is not None else None


def _take(answer: Any, outcome: Outcome | None) -> None:
    if outcome is not None:
        answer.bubbles += outcome.bubbles
        answer.trace.update(outcome.trace)
        answer.memory.update(outcome.memory)
