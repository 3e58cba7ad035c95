"""An answer made to fit who it is for: urgency first, short words for elders, one hint, the question about keeping, the page's tiles."""

from __future__ import annotations

from typing import Any, TypeVar

from actions.desk.profiles import Trait
from actions.desk.tickets import Kind
from actions.handlers.clarify import CHOICES
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.profile.consent import ASKED, LISTED, question
from actions.handlers.profile.urgent import TOLD, life_support_first
from actions.handlers.profile.uses import Hint, Occasion
from actions.handlers.profile.wording import SHORTENED, shortened, topic_in_short
from actions.handlers.services import Services
from actions.handlers.survey import EXPLAINS
from actions.handlers.wishes import OFFERED
from actions.handlers.words import Bubble, button

A = TypeVar("A", bound=Any)
"""The dialogue's class of answers (`turns.Answer`), which this module must not know."""
OWN = ("my_profile", "forget_profile")
"""The customer's own look at what is kept: no occasion for anything."""
TILES = "profile_tiles"
"""Memory: titles of the page's tiles in the order last told."""
HINTED = "profile_hint"
"""Memory: the one hint that this conversation has had."""


def fitted(services: Services, said: Said, memory: dict[str, Any], state: FlowState | None, answer: A) -> A:
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
    tell_page(services, known, memory, answer)
    _urgent(services, said, known, flow, answer)
    if (said.elder or Trait.ELDER in known) and not (said.value("choice") or "").startswith("topic:"):
        told = [hit["topic"] for hit in answer.trace.get("knowledge", ())]
        answer.bubbles = shortened(answer.bubbles, services.phrases)
        answer.memory[SHORTENED] = topic_in_short(answer.bubbles, told)
    if answer.trace.get("handoff"):
        return answer
    _add_hint(services, said, known, _occasion(services, said, memory, state, answer), answer)
    if _at_an_end(memory, state, answer):
        _take(answer, question(services, profiles, said, answer.memory))
    return answer


def tell_page(services: Services, known: Any, memory: dict[str, Any], answer: Any) -> None:
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
    if answer.state is not None or (_done(memory, answer) and last in OWN):
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
