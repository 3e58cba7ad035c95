"""Several wishes in one sentence: which there are, which comes first, and how the others wait in the memory.

Danger comes before an outage, an outage before everything else, and the rest in the order they were spoken.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from actions.handlers.forms.flow import Flow, FlowBook
from actions.handlers.forms.heard import ASKS, CANCEL
from actions.handlers.forms.said import Piece, Said

WAITING = "wishes"
"""Memory: wishes that were said along with another and wait for it to end."""
OFFERED = "offered"
"""Memory: the wish that the last reply offered."""

SURE_AFTER_WORD, SURE_AFTER_MARK = 0.5, 0.85
WHOLE_IS_SURE, STORY_IS_SURE = 0.9, 0.8
# Their sentences tell of other things at length (停电三天没人管，我要投诉): a comma alone does not part them.
STORIES = frozenset(
    {"file_complaint", "dispute_bill", "report_violation", "make_suggestion", "give_praise", "claim_damage", "urge_ticket",
     "query_ticket", "query_outage", "report_meter_fault", "payment_problem", "request_reconnection"}
)  # fmt: skip
# Two sides of one wish: whoever says both is served by either, and the whole sentence tells which.
SAME = (
    frozenset({"report_hazard", "report_outage", "query_outage", "report_power_quality"}),
    frozenset({"report_outage", "request_reconnection"}),
    frozenset({"query_bill", "dispute_bill"}),
    frozenset({"query_ticket", "urge_ticket"}),
    frozenset({"query_payment", "payment_problem"}),
    frozenset({"bind_account", "query_account_number"}),
)
SHARED = frozenset({"address", "phone", "account_no", "person_name"})
"""Values that serve every wish of the sentence; months, dates and sums belong to the one beside them."""
URGENCY = {"report_hazard": 0, "report_outage": 1}


@dataclass(frozen=True)
class Wish:
    """One thing wanted, with the words it was said in."""

    intent: str
    words: str
    confidence: float = 1.0
    entities: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """For the memory."""
        values = [{"entity": e["entity"], "value": e.get("value")} for e in self.entities]
        return {"intent": self.intent, "words": self.words, "entities": values}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Wish:
        """From the memory."""
        return cls(raw["intent"], raw["words"], 1.0, list(raw.get("entities") or ()))

    def said(self, turn: Said) -> Said:
        """The wish as if this turn had said nothing else."""
        return replace(
            turn,
            text=self.words,
            intent=self.intent,
            confidence=self.confidence,
            doubt="none",
            ranking=((self.intent, self.confidence),),
            entities=tuple(self.entities),
            pieces=(),
        )

    def with_values(self, said: Said) -> Wish:
        """With the values of the whole sentence that serve every wish."""
        own = {e["entity"] for e in self.entities}
        shared = [e for e in said.entities if e["entity"] in SHARED and e["entity"] not in own]
        return replace(self, entities=[*self.entities, *shared])


def wishes_in(said: Said, flows: FlowBook) -> list[Wish]:
    """The wishes of a sentence that holds several, the urgent one first; empty when it holds one."""
    if len(said.pieces) < 2 or "human_agent" in (said.intent, *(piece.intent for piece in said.pieces)):
        return []
    found = _apart(_collected(said.pieces, flows), said)
    intents = {wish.intent for wish in found}
    if said.intent == "report_hazard" and "report_hazard" not in intents:
        # The danger guard heard it in the sentence as a whole.
        found = _apart([Wish("report_hazard", said.words, 1.0, list(said.entities)), *found], said)
    elif said.confidence >= WHOLE_IS_SURE and said.intent not in intents and flows.begun_by(said.intent) is not None:
        return []
    if len(found) < 2:
        return []
    if (
        all(piece.joint == "mark" for piece in said.pieces)
        and said.intent in STORIES
        and said.confidence >= STORY_IS_SURE
    ):
        return []
    return [wish.with_values(said) for wish in sorted(found, key=lambda wish: URGENCY.get(wish.intent, 2))]


GREETINGS = frozenset({"greet", "thank"})


def behind_greeting(said: Said, flows: FlowBook) -> Said:
    """你好，我想查下电费: what comes behind a greeting, where only the greeting was understood; else the turn as it is."""
    if said.intent not in GREETINGS or said.pressed:
        return said
    behind = [p for p in said.pieces if p.intent not in GREETINGS]
    wishes = [p for p in behind if p.confidence >= SURE_AFTER_WORD and (p.intent == "faq" or flows.begun_by(p.intent) is not None)]
    if len({piece.intent for piece in wishes}) > 1 or not behind:
        return said
    # What is not understood is asked about all the same: 你好 is no answer to it.
    meant = wishes[0] if wishes else max(behind, key=lambda piece: len(piece.text))
    return Wish(meant.intent, meant.text, meant.confidence, list(meant.entities)).said(said)


def instead(said: Said, dropped: Flow, flows: FlowBook) -> Said | None:
    """算了，先查电费吧: the other wish of a turn that gives a business up; None when it names none."""
    for piece in said.pieces:
        # 唉算了算了，不投诉了: the second piece gives up the same, whatever it is taken for.
        gives_up = piece.intent == "cancel_ticket" or CANCEL.match(piece.text) or "不" in piece.text
        other = flows.begun_by(piece.intent)
        if not gives_up and other is not None and other.flow != dropped.flow and piece.confidence >= SURE_AFTER_WORD:
            return Wish(piece.intent, piece.text, piece.confidence, list(piece.entities)).said(said)
    return None


def _collected(pieces: tuple[Piece, ...], flows: FlowBook) -> list[Wish]:
    """Pieces that are wishes; greetings, values and unclear words go with the wish before them, else the one behind."""
    found: list[Wish] = []
    lead: list[Piece] = []
    for piece in pieces:
        known = next((wish for wish in found if wish.intent == piece.intent), None)
        if known is None and _is_wish(piece, flows):
            words = "，".join([*(p.text for p in lead), piece.text])
            values = [*(e for p in lead for e in p.entities), *piece.entities]
            found.append(Wish(piece.intent, words, piece.confidence, values))
            lead = []
        elif found:
            last = known or found[-1]
            more = replace(last, words=f"{last.words}，{piece.text}", entities=[*last.entities, *piece.entities])
            found[found.index(last)] = more
        else:
            lead.append(piece)
    return found


def _is_wish(piece: Piece, flows: FlowBook) -> bool:
    if piece.joint == "mark":
        return piece.confidence >= SURE_AFTER_MARK and flows.begun_by(piece.intent) is not None
    known = piece.intent == "faq" or flows.begun_by(piece.intent) is not None
    return known and piece.confidence >= SURE_AFTER_WORD


def _apart(found: list[Wish], said: Said) -> list[Wish]:
    """Of two sides of one wish only one stays: the more urgent, else the one that the whole sentence is understood as."""
    kept: list[Wish] = []
    for wish in found:
        rival = next((k for k in kept if any({k.intent, wish.intent} <= same for same in SAME)), None)
        if rival is None:
            kept.append(wish)
        elif _rank(wish, said) < _rank(rival, said):
            kept[kept.index(rival)] = wish
    return kept


def _rank(wish: Wish, said: Said) -> tuple[int, bool]:
    return URGENCY.get(wish.intent, 2) if wish.intent == "report_hazard" else 2, wish.intent != said.intent


def added_in_flow(said: Said, running: str, flows: FlowBook) -> tuple[Said, list[Wish]]:
    """对，顺便查下电费 in the middle of a flow: the answer, and the wishes said along with it."""
    if not said.pieces or any(piece.joint == "mark" for piece in said.pieces):
        return said, []
    if said.intent == "faq" and said.confidence >= WHOLE_IS_SURE:
        return said, []  # 复电要不要另外交钱: one question, 另外 is part of it
    if len(said.pieces) == 1 and said.values("phone", "address", "person_name"):
        return said, []  # 对了，电话是139…: a value for the form that came to mind
    # 另外帮我查下电费 is nothing but the addition.
    first, *rest = said.pieces if len(said.pieces) > 1 else (Piece("", "word", "inform", 1.0), *said.pieces)
    begins = flows.begun_by(first.intent)
    if begins is not None and begins.flow != running and first.confidence >= SURE_AFTER_WORD:
        return said, []
    # A question that was not understood as one of ours is asked of the knowledge base all the same.
    asked = [
        replace(p, intent="faq", confidence=1.0) if p.intent == "out_of_scope" and ASKS.search(p.text) else p
        for p in rest
    ]
    found = [wish for wish in _collected(tuple(asked), flows) if wish.intent != "report_hazard"]
    later = [w for w in found if (flow := flows.begun_by(w.intent)) is None or flow.flow != running]
    if not later or len(later) < len(found):
        return said, []
    answer = Wish(first.intent, first.text, first.confidence, list(first.entities)).said(said)
    return answer, [wish.with_values(said) for wish in later]


def title_of(wish: Wish, flows: FlowBook) -> str:
    """What a wish is called to the customer: by its business, or in the words it was said."""
    flow = flows.begun_by(wish.intent)
    return flow.title if flow else wish.words
