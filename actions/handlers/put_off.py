"""Forms that were put off, and taken up again: in the same conversation, or in any other of the account that is verified."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from actions.desk.customers import Account
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.questions import summary_lines
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.services import Services
from actions.ports.drafts import DRAFT_KEPT, Draft

PUT_OFF_HERE = "put_off"
"""Memory: the forms put off in this conversation, by flow, latest last."""
TAKES_UP = re.compile(
    r"继续(?:上次|刚才|之前|前面|办上次|填)|接着(?:上次|刚才|之前|前面|办|填)|上次.{0,6}(?:没办完|填到一半|办了一半|没填完|存)|(?:填|办)了?一半|刚才存"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A form as it was left."""

    values: dict[str, str]
    skipped: list[str]
    said: list[str]
    papers: dict[str, str]


def keep(
    services: Services, account: Account | None, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]
) -> Outcome:
    """Keep the form; what is told says from where it can be taken up."""
    # Who somebody is has to be shown again another day.
    body = {
        "values": {k: v for k, v in state.values.items() if k != "phone_last4" and k not in state.on_file},
        "skipped": [name for name in state.skipped if name != "phone_last4"],
        "said": state.said,
        "papers": state.papers,
        "at": said.now.isoformat(),
    }
    here = {**memory.get(PUT_OFF_HERE, {})}
    here.pop(flow.flow, None)
    if account is not None:
        services.drafts.save(Draft(account.account_no, flow.flow, body, said.now))
    name = "put_off_account" if account is not None else "put_off_here"
    bubble = services.phrases.bubble(name, title=flow.title, days=DRAFT_KEPT.days)
    return Outcome([bubble], memory={PUT_OFF_HERE: {**here, flow.flow: body}})


def kept(services: Services, account: Account | None, flow: Flow, said: Said, memory: dict[str, Any]) -> Kept | None:
    """The form of this business that was put off, if it is not too old; fields that the flow no longer has are left out."""
    since = said.now - DRAFT_KEPT
    body = memory.get(PUT_OFF_HERE, {}).get(flow.flow)
    if body is not None and body["at"] < since.isoformat():
        body = None
    if body is None and account is not None:
        body = next((d.body for d in services.drafts.drafts(account.account_no, since) if d.flow == flow.flow), None)
    if body is None:
        return None
    known = {f.name for f in flow.fields}
    return Kept(
        {k: v for k, v in body["values"].items() if k in known},
        [s for s in body["skipped"] if s in known],
        list(body["said"]),
        dict(body.get("papers", {})),
    )


def latest(services: Services, account: Account | None, said: Said, memory: dict[str, Any]) -> Flow | None:
    """The business put off last."""
    here = list(memory.get(PUT_OFF_HERE, {}))
    since = said.now - DRAFT_KEPT
    own = [d.flow for d in services.drafts.drafts(account.account_no, since)] if account is not None else []
    return next((flow for name in [*reversed(here), *own] if (flow := services.flows.named(name)) is not None), None)


def done_with(services: Services, account: Account | None, flow: Flow, memory: dict[str, Any]) -> dict[str, Any]:
    """Delete the form of a business that is done; returns what the memory keeps."""
    if account is not None:
        services.drafts.drop(account.account_no, flow.flow)
    if flow.flow not in memory.get(PUT_OFF_HERE, {}):
        return {}
    return {PUT_OFF_HERE: {k: v for k, v in memory[PUT_OFF_HERE].items() if k != flow.flow}}


def told(services: Services, flow: Flow, state: FlowState) -> Outcome:
    """That it goes on where it was left, with what is filled in."""
    lines = "；".join(summary_lines(flow, state))
    return Outcome([services.phrases.bubble("taken_up", title=flow.title, filled=lines)])
