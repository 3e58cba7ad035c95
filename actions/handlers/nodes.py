"""Where an application stands, as the customer is told: its steps with owner, limit and state, from the flow file and the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.desk.desk import ServiceDesk
from actions.desk.lifecycle import FINAL, reached
from actions.desk.limits import Span, Unit
from actions.desk.tickets import Kind, Status, Ticket, TicketClock
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.parts import Node
from actions.handlers.words import Phrases

UNITS = {Unit.MINUTES: "分钟", Unit.HOURS: "小时", Unit.WORKING_DAYS: "个工作日"}
NOT_PROMISED = frozenset({"arrive", "restore"})
"""Steps whose limit is the crew's, not a promise to the customer (domain facts X5)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A step of an application. ``state``: ``done``, ``now`` or ``later``; ``due`` where a limit is running."""

    node: Node
    state: str
    due: datetime | None = None


def standings(flow: Flow, ticket: Ticket) -> list[Standing]:
    """The steps of a ticket's work, in order; empty when it was withdrawn or merged, or the flow names none."""
    if ticket.status in FINAL:
        return []
    found: list[Standing] = []
    for node in flow.nodes:
        done = reached(ticket.status, Status(node.until))
        now = not done and all(s.state == "done" for s in found)
        found.append(
            Standing(node, "done" if done else "now" if now else "later", None if done else _due(node, ticket))
        )
    return found


def _due(node: Node, ticket: Ticket) -> datetime | None:
    running = [c for c in ticket.clocks if c.finished_at is None and c.paused_at is None and c.step not in NOT_PROMISED]
    own: TicketClock | None = next((c for c in running if c.step == node.clock), None)
    if own is None and node.until == Status.RESOLVED.value and len(running) == 1:
        own = running[0]  # a case with one limit over the whole of the work
    return own.due_at if own else None


def told(phrases: Phrases, flow: Flow, ticket: Ticket) -> str:
    """All steps, one a line: what is done, who is at it, and by when the rest comes; empty when there is nothing to tell."""
    lines = []
    for standing in standings(flow, ticket):
        due = phrases.text("node_due", day=f"{standing.due.month}月{standing.due.day}日") if standing.due else ""
        mark = phrases.text(f"node_{standing.state}")
        lines.append(phrases.text("node", mark=mark, what=standing.node.name, owner=standing.node.owner, due=due))
    return "\n".join(lines)


def news(phrases: Phrases, flow: Flow, status: Status) -> str:
    """What a change of status means: the steps done with it, and who goes on; empty when it ends no step."""
    done = [n.name for n in flow.nodes if n.until == status.value]
    following = next((n for n in flow.nodes if not reached(status, Status(n.until))), None)
    if not done:
        return ""
    after = phrases.text("node_next", what=following.name, owner=following.owner) if following else ""
    return phrases.text("node_reached", done="、".join(done), next=after)


def promise(desk: ServiceDesk, phrases: Phrases, flow: Flow, kind: Kind, business: str) -> str:
    """What is promised before it is filed: who does what next, and within which limit; empty when the flow names no steps."""
    if not flow.nodes:
        return ""
    limits = {k: v for k, v in _public(desk.promised(kind, business)).items() if k not in NOT_PROMISED}
    clocks = [n.clock for n in flow.nodes if n.clock in limits]
    node = next((n for n in flow.nodes if n.clock in limits), None)
    node = node or next((n for n in flow.nodes if n.until != Status.DISPATCHED.value), None)
    if node is None:
        return ""
    told = "，".join(phrases.text(f"limit_{clock}", limit=length(limits[clock])) for clock in clocks if clock)
    values: dict[str, Any] = {"owner": node.owner, "what": node.name}
    return phrases.text("promise", **values, told=told) if told else phrases.text("promise_open", **values)


INTERNAL = frozenset({"dispatch", "restore"})
"""Steps of the desk's own: told to a customer, the 20 minutes of handing a complaint on would sound like its end."""


def _public(limits: dict[str, Span]) -> dict[str, Span]:
    """The limits a customer hears. Where the whole has one, it is the promise, and the desk's own for the answer is not (X6)."""
    own = INTERNAL | ({"reply"} if "total" in limits else set())
    return {step: span for step, span in limits.items() if step not in own}


def how_long(desk: ServiceDesk, phrases: Phrases, kind: Kind, business: str) -> str:
    """What there is to expect and by when, in a customer's words (24小时内与您联系，5个工作日内答复您); empty when nothing is promised."""
    limits = _public(desk.promised(kind, business))
    told = [phrases.text(f"limit_{step}", limit=length(span)) for step, span in limits.items()]
    return "，".join(told)


def next_step(phrases: Phrases, flow: Flow) -> str:
    """Who does what first once it is filed."""
    node = next((n for n in flow.nodes if n.until != Status.DISPATCHED.value), None)
    return phrases.text("node_next", what=node.name, owner=node.owner) if node else ""


def length(span: Span) -> str:
    """A limit in words: 3个工作日."""
    return f"{span.amount}{UNITS[span.unit]}"
