"""The one door of the assistant: a turn in, the whole reply with its trace out. Loopback only.

The service on the other side keeps the journal, so nothing here is remembered beyond the tracker.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Awaitable, Callable, Dict, List
from weakref import WeakKeyDictionary

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.assistant.heard_before import HeardBefore
from bot.language.clauses import Clause, clauses

logger = logging.getLogger("dianda.assistant")

# One at a time: the components are not made for two. The encoder leaves the interpreter to the loop while it computes.
_UNDERSTANDING = ThreadPoolExecutor(1, thread_name_prefix="understanding")

_HEARD: WeakKeyDictionary[MessageProcessor, HeardBefore] = WeakKeyDictionary()
"""By model: a new one understands anew."""

EMPTY_TRACE: Dict[str, Any] = {
    "intent": {"name": None, "confidence": 0.0},
    "entities": [],
    "knowledge": [],
    "flow": None,
    "requested_slot": None,
    "ticket": None,
    "handoff": "none",
    "elapsed_ms": {"total": 0, "nlu": 0, "dialogue": 0, "knowledge": 0, "action": 0},
}


class DiandaChannel(InputChannel):
    """Routes ``/webhooks/dianda/turn``, ``/parse`` and ``/ready``."""

    @classmethod
    def name(cls) -> str:
        """The name in credentials and addresses."""
        return "dianda"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes."""
        routes = Blueprint("dianda_channel", __name__)

        @routes.route("/ready", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            loaded = request.app.ctx.agent is not None and request.app.ctx.agent.is_ready()
            return response.json({"ready": loaded}, status=200 if loaded else 503)

        @routes.route("/parse", methods=["POST"])
        async def parse(request: Request) -> HTTPResponse:
            try:
                results = await understand(request.app.ctx.agent.processor, request.json["texts"])
            except Exception:
                logger.exception("understanding failed")
                return response.json({"error": "understanding failed"}, status=500)
            return response.json({"results": [public_parse(result) for result in results]})

        @routes.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            body = request.json
            return response.json(await answer(request.app.ctx.agent.processor, on_new_message, body))

        return routes


async def answer(
    processor: MessageProcessor, on_new_message: Callable[[UserMessage], Awaitable[Any]], body: Dict[str, Any]
) -> Dict[str, Any]:
    """Work on one turn.

    ``action_failed`` tells that the actions behind the dialogue gave nothing, so that the service keeps the request
    instead of believing an empty reply.
    """
    started = time.perf_counter()
    collector = CollectingOutputChannel()
    metadata: Dict[str, Any] = {key: body.get(key) for key in ("turn_id", "channel", "elder", "customer_id")}
    parsed: Dict[str, Any] = {"intent": {"name": None, "confidence": 0.0}, "entities": []}
    nlu, failed = 0.0, False
    try:
        cut = clauses(body["text"])
        parsed, *parts = await understand(processor, [body["text"], *(clause.text for clause in cut)])
        metadata["pieces"] = pieces(cut, parts)
        nlu = time.perf_counter() - started
        await on_new_message(
            UserMessage(
                body["text"],
                collector,
                body["conversation_id"],
                parse_data=parsed,
                input_channel=DiandaChannel.name(),
                metadata=metadata,
            )
        )
    except Exception:  # the door must answer whatever happens inside; the service replays the turn
        logger.exception("turn %s failed", body.get("turn_id"))
        failed = True
    messages, trace = _collected(collector.messages)
    total = time.perf_counter() - started
    spent = trace.pop("elapsed_ms", {})
    elapsed = {"total": total, "nlu": nlu, "dialogue": total - nlu}
    elapsed = {name: round(seconds * 1000, 2) for name, seconds in elapsed.items()}
    behind = spent.get("action", 0.0) + spent.get("knowledge", 0.0)
    elapsed["dialogue"] = round(max(0.0, elapsed["dialogue"] - behind), 2)
    trace = {
        **EMPTY_TRACE,
        **public_parse(parsed),
        **trace,
        "elapsed_ms": {"knowledge": 0, "action": 0, **spent, **elapsed},
    }
    trace.pop("intent_ranking", None)
    return {"messages": messages, "trace": trace, "action_failed": failed or not messages}


async def understand(processor: MessageProcessor, texts: List[str]) -> List[Dict[str, Any]]:
    """:func:`understand_now` beside the event loop, which works on other customers' turns meanwhile."""
    heard = _HEARD.setdefault(processor, HeardBefore())
    understanding = partial(heard.through, texts, partial(understand_now, processor))
    return await asyncio.get_running_loop().run_in_executor(_UNDERSTANDING, understanding)


def understand_now(processor: MessageProcessor, texts: List[str]) -> List[Dict[str, Any]]:
    """Understanding only, all texts in one pass of the graph; what is said of one does not depend on the others."""
    if all(text.startswith(INTENT_MESSAGE_PREFIX) for text in texts):
        # A button says what it means; what is none is read like any other sentence.
        unpacked = [YAMLStoryReader.unpack_regex_message(Message({TEXT: text}), processor.domain) for text in texts]
        if all(message.get(INTENT) for message in unpacked):
            return [message.as_dict(only_output_properties=True) for message in unpacked]
    messages = [UserMessage(text) for text in texts]
    nobody = DialogueStateTracker.from_events("parse", [])
    target = processor.model_metadata.nlu_target
    done = processor.graph_runner.run(
        inputs={PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: nobody}, targets=[target]
    )[target]
    results = []
    for message in done:
        found = {"text": "", "intent": {"name": None, "confidence": 0.0}, "entities": []}
        found.update(message.as_dict(only_output_properties=True))
        results.append(found)
    return results


def pieces(cut: List[Clause], understood: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Each piece of a sentence that looks compound with how it is understood by itself."""
    return [
        {
            "text": clause.text,
            "joint": clause.joint,
            "intent": parsed["intent"]["name"] or "out_of_scope",
            "confidence": parsed["intent"]["confidence"],
            "entities": parsed["entities"],
        }
        for clause, parsed in zip(cut, understood, strict=True)
    ]


def public_parse(parsed: Dict[str, Any]) -> Dict[str, Any]:
    """The part of a parse that the public API shows."""
    ranking = parsed.get("intent_ranking") or [parsed["intent"]]
    shown = [{"name": entry["name"], "confidence": float(entry.get("confidence", 1.0))} for entry in ranking]
    return {"intent": shown[0], "intent_ranking": shown, "entities": [_public_entity(e) for e in parsed["entities"]]}


def _public_entity(entity: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "entity": entity["entity"],
        "value": entity.get("value"),
        "text": entity.get("text", str(entity.get("value"))),
        "start": entity.get("start", 0),
        "end": entity.get("end", 0),
    }


def _collected(sent: List[Dict[str, Any]]) -> tuple[List[Dict[str, Any]], Dict[str, Any]]:
    """Bubbles and trace parts out of what the handlers sent; later parts win, lists are joined, times added."""
    messages: List[Dict[str, Any]] = []
    trace: Dict[str, Any] = {}
    for entry in sent:
        custom = entry.get("custom")
        if not custom:
            continue
        if "message" in custom:
            messages.append(custom["message"])
        for key, value in (custom.get("trace") or {}).items():
            if key == "elapsed_ms":
                spent = trace.setdefault("elapsed_ms", {})
                for name, amount in value.items():
                    spent[name] = round(spent.get(name, 0.0) + amount, 2)
            elif isinstance(value, list):
                trace[key] = trace.get(key, []) + value
            else:
                trace[key] = value
    return messages, trace
