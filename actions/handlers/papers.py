"""A paper that the customer has sent, in the conversation: what it counts for, for the form under way or an open application.

The page puts the file in (`POST /api/v1/uploads`) and then says so with a payload, like a pressed button; from there on it is a
turn like any other. One question is asked, with buttons, when it is not clear what the paper is; then the talk goes on where it was.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.desk.errors import IllegalMove, UnknownTicket
from actions.desk.papers import OTHER, Folder, Paper, Papers
from actions.desk.tickets import Ticket, TicketFilter
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.parts import Materials, plain_material
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.services import Services
from actions.handlers.words import Bubble, button

UNPLACED = "papers_unplaced"
"""Memory: papers sent that count for nothing yet, oldest first."""
ADDING = "papers_for"
"""Memory: the application that later additions are for."""
_SENT, _COUNTS, _OTHERWISE = "upload", "paper", "paper_otherwise"
_SHORT = 20
"""Characters up to which words are an answer to the question what a paper is."""


@dataclass
class PaperTurn:
    """What came of a turn about a paper."""

    bubbles: list[Bubble] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)
    trace: dict[str, Any] = field(default_factory=dict)
    waits: bool = False
    """A question was asked: nothing else is, in this turn."""


@dataclass(frozen=True)
class _Choice:
    """Something that a paper may count for. ``ticket_no``: of an open application instead of the form."""

    material: str
    title: str
    ticket_no: str = ""
    rare: bool = False
    """Only some customers need it: a bare word (身份证) means the other one that holds it."""


# -- in a form --------------------------------------------------------------------------------------------------------------


def in_form(services: Services, said: Said, flow: Flow, state: FlowState, memory: dict[str, Any]) -> PaperTurn | None:
    """A turn about a paper in the middle of a form; None for any other. What it counts for is written into the state."""
    papers = services.papers
    if papers is None:
        return None
    choices = _of_form(flow, state)
    unplaced = list(memory.get(UNPLACED, ()))
    if (paper_id := _pressed(said, _SENT)) is not None:
        paper = papers.of(said.conversation_id, paper_id)
        if paper is None:
            return PaperTurn([services.phrases.bubble("paper_unknown")])
        if paper_id in state.papers:
            return _counted(services, paper, state.papers[paper_id], _missing(flow, state), _first(flow, state))
        return _place(services, paper, flow, state, choices, unplaced)
    told = _told(said, choices, unplaced)
    if told is None:
        return None
    paper_id, choice = told
    paper = papers.of(said.conversation_id, paper_id)
    if paper is None:
        return PaperTurn([services.phrases.bubble("paper_unknown")])
    if choice is None:
        return _which(services, paper, choices, unplaced)
    state.papers[paper_id] = choice.material
    turn = _counted(services, paper, choice.material, _missing(flow, state), _first(flow, state))
    left = [p for p in unplaced if p != paper_id]
    turn.memory = {UNPLACED: left}
    following = papers.of(said.conversation_id, left[0]) if left else None
    if following is not None:  # several were sent at once: the next one is asked about
        more = _place(services, following, flow, state, choices, left)
        turn.bubbles += more.bubbles
        turn.memory, turn.waits = {**turn.memory, **more.memory}, more.waits
    return turn


def settle(services: Services, said: Said, flow: Flow, state: FlowState, memory: dict[str, Any]) -> PaperTurn | None:
    """What was sent before the case was known, as soon as it is; None when there is nothing to say."""
    unplaced = list(memory.get(UNPLACED, ()))
    choices = _of_form(flow, state)
    if services.papers is None or not unplaced or not choices:
        return None
    paper = services.papers.of(said.conversation_id, unplaced[0])
    if paper is None:
        return PaperTurn(memory={UNPLACED: unplaced[1:]})
    return _place(services, paper, flow, state, choices, unplaced)


def _place(
    services: Services, paper: Paper, flow: Flow, state: FlowState, choices: Sequence[_Choice], unplaced: list[str]
) -> PaperTurn:
    kept = [*unplaced, *([paper.paper_id] if paper.paper_id not in unplaced else [])]
    if not choices:
        name = "paper_before_case" if flow.materials else "paper_not_needed"
        return PaperTurn([services.phrases.bubble(name, title=flow.title)], {UNPLACED: kept})
    choice = _evident(paper, choices)
    if choice is None:
        return _which(services, paper, choices, kept)
    state.papers[paper.paper_id] = choice.material
    turn = _counted(services, paper, choice.material, _missing(flow, state), _first(flow, state))
    turn.memory = {UNPLACED: [p for p in kept if p != paper.paper_id]}
    return turn


def _of_form(flow: Flow, state: FlowState) -> list[_Choice]:
    case = flow.materials_for(state.values)
    return [_Choice(material, plain_material(material), rare=material in case.maybe) for material in case.upload] if case else []


def _missing(flow: Flow, state: FlowState) -> list[str]:
    case = flow.materials_for(state.values)
    return [m for m in case.upload if m not in case.maybe and m not in state.papers.values()] if case else []


def _first(flow: Flow, state: FlowState) -> tuple[str, ...]:
    case = flow.materials_for(state.values)
    return case.first if case else ()


# -- when it is filed -------------------------------------------------------------------------------------------------------


def filed(
    services: Services, ticket: Ticket, case: Materials | None, state: FlowState, memory: dict[str, Any]
) -> PaperTurn | None:
    """Put what was sent into the application's folder, and tell what is still owed by when; None when papers play no part."""
    papers = services.papers
    unplaced = [p for p in memory.get(UNPLACED, ()) if p not in state.papers]
    given = {**{p: OTHER for p in unplaced}, **state.papers}
    if papers is None or (not given and (case is None or not case.upload)):
        return None
    need = [m for m in case.need if m in case.upload] if case else []
    later = [m for m in case.later if m in case.upload and m not in case.maybe] if case else []
    folder = papers.file(
        ticket, given, need, later, case.within if case else 0, case.first if case else (), case.first_within if case else 0
    )
    bubble = owed_bubble(services, folder, services.desk.ticket(ticket.ticket_no).waits_for)
    if bubble is None and given:
        bubble = services.phrases.bubble("papers_complete")
    return PaperTurn([bubble] if bubble else [], {UNPLACED: [], ADDING: ticket.ticket_no})


def owed_bubble(services: Services, folder: Folder, awaited: Collection[str] = ()) -> Bubble | None:
    """What is still owed, and by when; None when nothing is. ``awaited``: what must come before anybody begins."""
    owed = folder.owed
    if not owed:
        return None
    phrases = services.phrases
    first = [need for need in owed if need.material in awaited and need.due_at is not None]
    later = [need for need in owed if need.due_at is not None and need not in first]
    parts = []
    if first and first[0].due_at is not None:
        day = first[0].due_at
        what = "、".join(plain_material(need.material) for need in first)
        parts.append(phrases.text("papers_first", what=what, day=f"{day.month}月{day.day}日"))
    if now := [plain_material(need.material) for need in owed if need.due_at is None]:
        parts.append(phrases.text("papers_at_check", what="、".join(now)))
    if later and later[0].due_at is not None:
        day = later[0].due_at
        what = "、".join(plain_material(need.material) for need in later)
        parts.append(phrases.text("papers_later", what=what, day=f"{day.month}月{day.day}日"))
    bubble = phrases.bubble("papers_awaited" if first else "papers_owed", what="".join(parts))
    bubble.upload = [plain_material(need.material) for need in owed]
    return bubble


def owed_rows(folder: Folder) -> list[list[str]]:
    """The rows of a ticket's card: what has come and what is owed by when."""
    come = list(dict.fromkeys(plain_material(use.material) for _, use in folder.has))
    rows = [["已收材料", "、".join(come)]] if come else []
    for need in folder.owed:
        when = f"（{need.due_at.month}月{need.due_at.day}日前补交）" if need.due_at else "（核对材料时要用）"
        rows.append(["还差材料", plain_material(need.material) + when])
    return rows


# -- outside any form: later additions --------------------------------------------------------------------------------------


def outside(services: Services, said: Said, memory: dict[str, Any]) -> PaperTurn | None:
    """A paper sent, or told what it is, while no form runs: a later addition to an open application; None for any other turn."""
    papers = services.papers
    if papers is None:
        return None
    sent = _pressed(said, _SENT)
    unplaced = list(memory.get(UNPLACED, ()))
    if sent is None and not unplaced and _pressed(said, _COUNTS) is None and _pressed(said, _OTHERWISE) is None:
        return None
    choices = _of_tickets(services, papers, said, memory)
    told = None if sent is not None else _told(said, choices, unplaced)
    if sent is None and told is None:
        return None
    paper = papers.of(said.conversation_id, sent or (told[0] if told else ""))
    if paper is None:
        return PaperTurn([services.phrases.bubble("paper_unknown")])
    kept = [*unplaced, *([paper.paper_id] if paper.paper_id not in unplaced else [])]
    if not choices:
        return PaperTurn([services.phrases.bubble("paper_for_what")], {UNPLACED: kept})
    choice = told[1] if told is not None else _evident(paper, choices)
    if choice is None:
        return _which(services, paper, choices, kept)
    return _added(services, papers, paper, choice, said, {UNPLACED: [p for p in kept if p != paper.paper_id]})


def _of_tickets(services: Services, papers: Papers, said: Said, memory: dict[str, Any]) -> list[_Choice]:
    """What is owed to the open applications of this conversation and of the account shown to be the customer's."""
    wanted = memory.get(ADDING)
    if wanted:
        try:
            ticket = services.desk.ticket(wanted)
        except UnknownTicket:
            return []
        folder = papers.folder(ticket.ticket_no)
        listed = [need.material for need in folder.owed] + [need.material for need in folder.needs if need not in folder.owed]
        return [_Choice(m, plain_material(m), ticket.ticket_no) for m in listed] or [_Choice(OTHER, OTHER, ticket.ticket_no)]
    filters = [TicketFilter(conversation_id=said.conversation_id)]
    account = services.bound_account(said.customer_id)
    verified = memory.get("verified") or {}
    number = account.account_no if account else verified.get("account_no") if verified.get("until", "") > said.now.isoformat() else None
    if number:
        filters.append(TicketFilter(account_no=number))
    tickets = {t.ticket_no: t for one in filters for t in services.desk.tickets(one, limit=20).tickets}
    waiting = papers.waiting(list(tickets.values()))
    single = len(waiting) == 1
    return [
        _Choice(need.material, plain_material(need.material) + ("" if single else f"（{ticket.category[-1]}）"), ticket.ticket_no)
        for ticket, folder in waiting
        for need in folder.owed
    ]


def _added(
    services: Services, papers: Papers, paper: Paper, choice: _Choice, said: Said, memory: dict[str, Any]
) -> PaperTurn:
    try:
        waited = bool(services.desk.ticket(choice.ticket_no).waits_for)
        folder = papers.add(choice.ticket_no, paper, choice.material)
    except IllegalMove:
        return PaperTurn([services.phrases.bubble("paper_too_late", ticket_no=choice.ticket_no)], memory)
    bubble = services.phrases.bubble(
        "paper_added", file=paper.name, material=plain_material(choice.material), ticket_no=choice.ticket_no
    )
    ticket = services.desk.ticket(choice.ticket_no)
    begins = [services.phrases.bubble("papers_begin")] if waited and not ticket.waits_for else []
    bubbles = [bubble, *begins, owed_bubble(services, folder, ticket.waits_for) or services.phrases.bubble("papers_complete")]
    bubbles[-1].upload = bubbles[-1].upload or [OTHER]
    trace = {"ticket": {"ticket_no": ticket.ticket_no, "kind": ticket.kind.value}}
    return PaperTurn(bubbles, {**memory, ADDING: choice.ticket_no}, trace)


# -- what a paper is --------------------------------------------------------------------------------------------------------


def _evident(paper: Paper, choices: Sequence[_Choice]) -> _Choice | None:
    """What the paper must be: the only thing there is, or what the customer called the file."""
    if len(choices) == 1:
        return choices[0]
    return _named(paper.name, choices)


def _named(words: str, choices: Sequence[_Choice]) -> _Choice | None:
    """The one choice that these words name, in full or by its essential word; None when none or several are named."""
    in_full = [choice for choice in choices if choice.title in words]
    essential = [choice for choice in choices if any(kernel in words for kernel in _kernels(choice.material))]
    usual = [choice for choice in essential if not choice.rare]
    return next((named[0] for named in (in_full, usual or essential) if len(named) == 1), None)


def _kernels(material: str) -> list[str]:
    """The words that name a paper: 房产证或购房合同 → 房产证, 购房合同; 新户主身份证 → 身份证."""
    parts = re.split(r"[或、和/]", plain_material(material))
    papers = re.compile(r"(?:身份证件?|房产证|购房合同|户口簿|营业执照|委托书|租约|同意书|低保证|特困证|去世证明|银行卡|[一-龥]{2}(?:证明|清单|材料))$")
    return [found.group() for part in parts if (found := papers.search(part))]


def _told(said: Said, choices: Sequence[_Choice], unplaced: Sequence[str]) -> tuple[str, _Choice | None] | None:
    """The paper that this turn says something about, and what it counts for (None: it is to be asked); None for any other turn."""
    if (paper_id := _pressed(said, _OTHERWISE)) is not None:
        return paper_id, None
    if (pressed := _pressed(said, _COUNTS)) is not None:
        paper_id, _, rest = pressed.partition(":")
        ticket_no, _, material = rest.partition(":")
        return paper_id, next((c for c in choices if (c.material, c.ticket_no) == (material, ticket_no)), _Choice(OTHER, OTHER, ticket_no))
    if not unplaced or said.pressed or not said.words or len(said.words) > _SHORT:
        return None
    choice = _named(said.words, choices)
    return None if choice is None else (unplaced[-1], choice)


def _pressed(said: Said, name: str) -> str | None:
    """What stands behind the name in a pressed button's choice."""
    head, mark, rest = (said.value("choice") or "").partition(":") if said.pressed else ("", "", "")
    return rest if mark and head == name else None


def _which(services: Services, paper: Paper, choices: Sequence[_Choice], unplaced: list[str]) -> PaperTurn:
    bubble = services.phrases.bubble("paper_which", file=paper.name)
    ticket_no = choices[0].ticket_no
    listed = [*choices, *([] if any(c.material == OTHER for c in choices) else [_Choice(OTHER, OTHER, ticket_no)])]
    bubble.buttons = [
        button(c.title, "/inform", choice=f"{_COUNTS}:{paper.paper_id}:{c.ticket_no}:{c.material}") for c in listed
    ]
    bubble.upload = [c.title for c in choices]
    kept = [p for p in unplaced if p != paper.paper_id]
    return PaperTurn([bubble], {UNPLACED: [*kept, paper.paper_id]}, waits=True)


def _counted(
    services: Services, paper: Paper, material: str, missing: Sequence[str], needed_first: Collection[str]
) -> PaperTurn:
    phrases = services.phrases
    rest = phrases.text("paper_rest", what="、".join(plain_material(m) for m in missing)) if missing else phrases.text("paper_no_rest")
    if first := [plain_material(m) for m in missing if m in needed_first]:
        rest = phrases.text("paper_rest_first", what="、".join(first)) + rest
    bubble = phrases.bubble("paper_counts", file=paper.name, material=plain_material(material), rest=rest)
    bubble.buttons = [button(phrases.text("button_other_paper"), "/inform", choice=f"{_OTHERWISE}:{paper.paper_id}")]
    return PaperTurn([bubble])
