"""The action webhook: Rasa's tracker in, our bubbles, trace and slots out. Loopback only.

rasa-sdk's executor runs behind the service's own aiohttp application, so its old server need not run at all.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from aiohttp import web
from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions.handlers.answer import Answer
from actions.handlers.forms.said import Piece, Said
from actions.handlers.forms.state import FlowState
from actions.handlers.services import Services
from actions.handlers.turns import Turns
from actions.handlers.words import Bubble

FORM = "flow_form"


def webhook_app(services: Services, *, threads: int = 4) -> web.Application:
    """The application that Rasa's action endpoint calls: ``POST /webhook``."""
    turns = Turns(services)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="action")
    executor = ActionExecutor()
    executor.register_action(_FlowForm(services, turns, pool))
    for name in ("action_answer", "action_hand_over", "action_small_talk"):
        executor.register_action(_Plain(name, turns, services, pool))

    async def run(request: web.Request) -> web.Response:
        outcome = await executor.run(await request.json())
        return web.json_response(outcome)

    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_post("/webhook", run)

    async def close(_: web.Application) -> None:
        pool.shutdown(wait=False, cancel_futures=True)

    app.on_cleanup.append(close)
    return app


class _Handler(Action):  # type: ignore[misc]  # rasa-sdk is untyped
    """Runs synchronous work of the handlers in a thread."""

    def __init__(self, name: str, services: Services, pool: ThreadPoolExecutor) -> None:
        self._name, self._services, self._pool = name, services, pool

    def name(self) -> str:
        """The action's name in the domain."""
        return self._name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Do the work and send what came of it."""
        said = self._said(tracker)
        memory = dict(tracker.get_slot("memory") or {})
        answer = await asyncio.get_running_loop().run_in_executor(self._pool, self._work, said, tracker, memory)
        for bubble in answer.bubbles:
            dispatcher.utter_message(json_message={"message": bubble.to_json()})
        trace = {**answer.trace, "elapsed_ms": answer.spent}
        dispatcher.utter_message(json_message={"trace": trace})
        return [SlotSet("memory", answer.memory), *self._events(answer)]

    def _work(self, said: Said, tracker: Tracker, memory: dict[str, Any]) -> Answer:
        raise NotImplementedError

    def _events(self, answer: Answer) -> list[dict[str, Any]]:
        return []

    def _said(self, tracker: Tracker) -> Said:
        latest = tracker.latest_message
        about = latest.get("metadata") or {}
        ranking = latest.get("intent_ranking") or []
        intent = latest.get("intent") or {}
        return Said(
            text=_raw_text(tracker),
            intent=intent.get("name") or "out_of_scope",
            confidence=float(intent.get("confidence") or 0.0),
            now=self._services.clock.now(),
            conversation_id=tracker.sender_id,
            turn_id=about.get("turn_id") or "",
            channel=about.get("channel") or "api",
            customer_id=about.get("customer_id"),
            elder=bool(about.get("elder")),
            doubt=latest.get("doubt") or "none",
            ranking=tuple((r["name"], float(r.get("confidence") or 0.0)) for r in ranking),
            entities=tuple(latest.get("entities") or ()),
            pieces=tuple(_piece(raw) for raw in about.get("pieces") or ()),
        )


class _Plain(_Handler):
    """An action outside the form."""

    def __init__(self, name: str, turns: Turns, services: Services, pool: ThreadPoolExecutor) -> None:
        super().__init__(name, services, pool)
        self._turns = turns

    def _work(self, said: Said, tracker: Tracker, memory: dict[str, Any]) -> Answer:
        answer = self._turns.open(said, memory)
        if answer.repeat and (last := _last_reply(tracker)):
            return replace(answer, bubbles=repeated(last))
        return answer

    def _events(self, answer: Answer) -> list[dict[str, Any]]:
        if answer.begin is None:
            return []
        return [SlotSet("flow_state", {"begin": answer.begin}), FollowupAction(FORM)]


class _FlowForm(_Handler):
    """The validation action of the one form: the form engine's turn."""

    def __init__(self, services: Services, turns: Turns, pool: ThreadPoolExecutor) -> None:
        super().__init__(f"validate_{FORM}", services, pool)
        self._turns = turns

    def _work(self, said: Said, tracker: Tracker, memory: dict[str, Any]) -> Answer:
        stored = tracker.get_slot("flow_state") or {}
        if stored.get("begin"):
            return self._turns.flow_turn(replace(said, intent=stored["begin"], doubt="none"), None, memory)
        return self._turns.flow_turn(said, FlowState.from_json(stored), memory)

    def _events(self, answer: Answer) -> list[dict[str, Any]]:
        running = answer.state is not None
        return [
            SlotSet("flow_state", answer.state.to_json() if answer.state else None),
            SlotSet("requested_slot", "flow_answer" if running else None),
        ]


def _piece(raw: dict[str, Any]) -> Piece:
    return Piece(raw["text"], raw["joint"], raw["intent"], float(raw["confidence"]), tuple(raw.get("entities") or ()))


def _raw_text(tracker: Tracker) -> str:
    """What the customer really wrote: the last user event's own text, not the regular form."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return event.get("text") or ""
    return tracker.latest_message.get("text") or ""


def _last_reply(tracker: Tracker) -> list[dict[str, Any]]:
    """The bubbles sent before the turn under way."""
    found: list[dict[str, Any]] = []
    seen_user = False
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            if found:
                break
            seen_user = True
        elif event.get("event") == "bot" and seen_user:
            message = ((event.get("data") or {}).get("custom") or {}).get("message")
            if message:
                found.insert(0, message)
    return found


def repeated(bubbles: list[dict[str, Any]]) -> list[Bubble]:
    """The last reply once more, from what was sent."""
    return [
        Bubble(
            b["text"],
            b.get("speech"),
            list(b.get("buttons") or []),
            list(b.get("citations") or []),
            b.get("card"),
            b.get("priority"),
            list(b.get("upload") or []),
        )
        for b in bubbles
    ]
