"""多久 in the middle of a business: from its own limits, and of a power cut that is known from what is known of it."""

from __future__ import annotations

from collections.abc import Mapping

from actions.desk.customers import OutageType
from actions.desk.tickets import Kind, Status
from actions.handlers.forms.flow import Flow
from actions.handlers.nodes import how_long, length
from actions.handlers.operations.outages import about_outage
from actions.handlers.operations.tickets import business_of
from actions.handlers.services import Services
from actions.handlers.words import Bubble


def how_long_told(services: Services, flow: Flow, values: Mapping[str, str], *, filed: bool) -> Bubble | None:
    """What to expect and by when; None of a business that files nothing. ``filed``: it has been filed already."""
    if not flow.files:
        return None
    kind, phrases = Kind(flow.done.settings["kind"]), services.phrases
    if kind is Kind.REPAIR and (known := _known_cut(services, values.get("address"))) is not None:
        return known
    business = business_of(flow, dict(values))
    if kind is Kind.REPAIR:
        arrive = services.desk.promised(kind, business).get("arrive")
        return phrases.bubble("how_long_repair", limit=length(arrive)) if arrive else None
    if told := how_long(services.desk, phrases, kind, business):
        return phrases.bubble("how_long_filed" if filed else "how_long", told=told)
    node = next((n for n in flow.nodes if n.until != Status.DISPATCHED.value), None)
    return phrases.bubble("how_long_open", owner=node.owner, what=node.name) if node else None


def _known_cut(services: Services, address: str | None) -> Bubble | None:
    """The outage that is running at this address and has an end."""
    now = services.clock.now()
    found = services.customers.outages_at(address, now) if address else ()
    running = next((o for o in found if o.starts <= now and (o.ends or o.estimated_restore)), None)
    if running is None or running.type not in (OutageType.PLANNED, OutageType.FAULT):
        return None
    return about_outage(services, running, now)
