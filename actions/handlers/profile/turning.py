"""A turn of the dialogue seen with who the customer is: what it says of them is heard, and the answer is made to fit.

The dialogue itself (`actions.handlers.turns`) knows nothing of it but these two wrappers around its doors.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.profile.consent import LISTED, answer_to, forget_all, listing
from actions.handlers.profile.fitting import OWN, fitted, tell_page
from actions.handlers.profile.wording import SHORTENED, wants_more
from actions.handlers.services import Services

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
                tell_page(services, services.profiles.known(services, said, answer.memory), memory, answer)
                return answer
            said = wants_more(said, memory.get(SHORTENED))
            answer = door(self, said, memory, **how)
            return answer if answer.begin is not None or answer.repeat else fitted(services, said, memory, None, answer)

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
            return fitted(services, said, memory, state, door(self, said, state, memory))
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
    if flow is None or flow.flow not in OWN or services.profiles is None:
        return None
    look = listing if flow.flow == "my_profile" else forget_all
    return look(services, services.profiles, said, memory)
