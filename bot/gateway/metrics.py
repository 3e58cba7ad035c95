"""Prometheus metrics of the gateway. Labels are bounded sets (channels, intents, routes), never customers' words."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.gateway.turn import Reply, Turn

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
_TURN_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.045, 0.06, 0.1, 0.2, 0.5, 1, 2, 5, 15)
_PART_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5)
_PARTS = ("nlu", "dialogue", "knowledge", "action")
# An intent label comes from a model; should one ever invent names, the number of series stays bounded.
_MOST_INTENTS = 200


class Metrics:
    """All series of one application, on a registry of their own so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.turns = Counter("dianda_turns", "Turns by outcome", ["channel", "intent", "outcome"], registry=registry)
        self.turn_seconds = Histogram("dianda_turn_seconds", "Accepted to answered", ["channel"], buckets=_TURN_SECONDS, registry=registry)
        self.part_seconds = Histogram("dianda_turn_part_seconds", "Time by part", ["part"], buckets=_PART_SECONDS, registry=registry)
        self.tickets = Counter("dianda_turn_tickets", "Turns that created or touched a ticket", ["kind"], registry=registry)
        self.handoffs = Counter("dianda_handoffs", "Hand-offs to a person by event", ["event"], registry=registry)
        self.deferred = Gauge("dianda_turns_deferred", "Turns kept for later", registry=registry)
        self.assistant_up = Gauge("dianda_assistant_up", "1 while the assistant answers", registry=registry)
        self.assistant_restarts = Counter("dianda_assistant_restarts", "Times the assistant was started again", registry=registry)
        self.letters = Counter("dianda_outbox_letters", "Letters by audience and outcome of a try", ["audience", "outcome"], registry=registry)
        self.sockets = Gauge("dianda_websockets", "Open WebSocket connections", ["role"], registry=registry)
        self.limited = Counter("dianda_rate_limited", "Calls refused by a rate limit", ["limit"], registry=registry)
        self.requests = Counter("dianda_http_requests", "HTTP requests", ["method", "route", "status"], registry=registry)
        self.request_seconds = Histogram("dianda_http_request_seconds", "HTTP latency", ["route"], buckets=_TURN_SECONDS, registry=registry)
        self._intents: set[str] = set()

    def turn(self, turn: Turn, reply: Reply, outcome: str, seconds: float | None = None) -> None:
        """Count one answered turn: `outcome` is an Outcome, `seconds` from acceptance to reply, None for a late one."""
        trace = reply.trace
        self.turns.labels(turn.channel, self._intent(trace.intent.name), outcome).inc()
        if seconds is not None:
            self.turn_seconds.labels(turn.channel).observe(seconds)
        for part in _PARTS:
            spent = getattr(trace.elapsed_ms, part)
            if spent:
                self.part_seconds.labels(part).observe(spent / 1000)
        if trace.ticket is not None:
            self.tickets.labels(trace.ticket.kind).inc()

    def text(self) -> bytes:
        """Everything in the Prometheus text format."""
        return generate_latest(self.registry)

    def _intent(self, name: str | None) -> str:
        if name is None:
            return "none"
        if name not in self._intents:
            if len(self._intents) >= _MOST_INTENTS:
                return "other"
            self._intents.add(name)
        return name
