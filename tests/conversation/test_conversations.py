"""The conversations of nlu_data/conversations, turn by turn, through the really running assistant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.assistant import Conversation, RunningAssistant

FOLDER = Path(__file__).resolve().parents[2] / "nlu_data" / "conversations"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(FOLDER.glob("*.yml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.service
@pytest.mark.parametrize("case", CASES)
def test_conversation(case: dict[str, Any], service: RunningAssistant) -> None:
    talk = service.talk(case.get("channel", "web"))
    for turn in case["turns"]:
        talk.say(turn["say"])
        wrong = disagreements(turn.get("expect") or {}, talk)
        assert not wrong, f"客户：{turn['say']}\n电答：{talk.text}\n{talk.trace}\n" + "\n".join(wrong)
    then = case.get("then") or {}
    if "tickets" in then:
        tickets = talk.tickets()
        assert len(tickets) == len(then["tickets"]), tickets
        for wanted in then["tickets"]:
            assert any(_fits(wanted, ticket) for ticket in tickets), (wanted, tickets)


def disagreements(expect: dict[str, Any], talk: Conversation) -> list[str]:
    """What of the expectation does not hold."""
    trace, text = talk.trace, talk.text
    wrong = []

    def check(name: str, ok: bool, seen: Any) -> None:
        if not ok:
            wrong.append(f"{name}: expected {expect.get(name)!r}, saw {seen!r}")

    if "flow" in expect:
        check("flow", trace["flow"] == expect["flow"], trace["flow"])
    if "asks" in expect:
        check("asks", trace["requested_slot"] == expect["asks"], trace["requested_slot"])
    if "intent" in expect:
        check("intent", trace["intent"]["name"] == expect["intent"], trace["intent"])
    if "says" in expect:
        check("says", any(part in text for part in expect["says"]), text)
    if "never_says" in expect:
        check("never_says", not any(part in text for part in expect["never_says"]), text)
    if "cites" in expect:
        cited = [c["source"] for m in talk.last["messages"] for c in m["citations"]]
        check("cites", any(expect["cites"] in source for source in cited), cited)
    if "topic" in expect:
        topics = [k["topic"] for k in trace["knowledge"]]
        check("topic", topics[:1] == [expect["topic"]], topics)
    if "ticket" in expect:
        check("ticket", bool(trace["ticket"]) == expect["ticket"], trace["ticket"])
    if expect.get("no_ticket"):
        check("no_ticket", not trace["ticket"], trace["ticket"])
    if "handoff" in expect:
        check("handoff", trace["handoff"] == expect["handoff"], trace["handoff"])
    if "buttons" in expect:
        titles = [b["title"] for m in talk.last["messages"] for b in m["buttons"]]
        check("buttons", any(expect["buttons"] in title for title in titles), titles)
    if "order" in expect:
        first, later = expect["order"]
        check("order", first in text and later in text and text.index(first) < text.index(later), text)
    return wrong


def _fits(wanted: dict[str, Any], ticket: dict[str, Any]) -> bool:
    for key, value in wanted.items():
        seen = ticket.get({"phone": "contact_phone", "name": "contact_name"}.get(key, key))
        if key in ("address", "description"):
            if value not in (seen or ""):
                return False
        elif seen != value:
            return False
    return True
