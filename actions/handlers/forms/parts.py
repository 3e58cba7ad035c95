"""The parts a flow file is made of: words, options, fields, materials, refusals, progress nodes, legal basis, what is done."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

FieldType = Literal[
    "address",
    "phone",
    "account_no",
    "phone_last4",
    "ticket_no",
    "person_name",
    "month",
    "date",
    "amount",
    "choice",
    "text",
    "yes_no",
    "number",
    "email",
    "tax_no",
]


FIELD_TYPES: tuple[str, ...] = get_args(FieldType)


class Strict(BaseModel):
    """Frozen, and refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """The same thing for the eye and for the ear. ``speech`` falls back on ``text``."""

    text: str
    speech: str | None = None


class Option(Strict):
    """One of a choice field's answers: what the button shows and other words for it."""

    value: str
    title: str
    also: tuple[str, ...] = ()
    change: Literal["up", "down"] | None = None
    """Also named by two figures of which the second is the larger or the smaller one: 原来8千瓦，想改成15千瓦."""
    hint: str | None = None
    """Advice told once when this option is known."""


class FlowField(Strict):
    """One thing the business needs to know."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: FieldType
    label: str
    ask: Words
    again: Words | None = None
    """The question when it is put once more, shorter; else its words for the ear."""
    otherwise: str | None = None
    """Of a choice: the option taken when several are named, when the customer does not know, or after three answers in vain."""
    marks: tuple[str, ...] = ()
    """Of a free text: words that introduce its value in any sentence (抬头安澜市好再来餐饮店)."""
    required: bool = True
    only_if_said: bool = False
    """Never asked; kept when the customer mentions it."""
    when: dict[str, str] | None = None
    """Asked only when these other fields have these values."""
    unless: str | None = None
    """Asked only while this other field has no value: the address of who has no account number."""
    options: tuple[Option, ...] = ()
    prefill: tuple[
        Literal[
            "account.address", "account.phone", "account.name", "account.account_no", "said", "last_ticket", "earlier"
        ],
        ...,
    ] = ()
    """Where a value may come from unasked. ``earlier``: what the customer gave for an earlier business of the conversation."""
    why: str | None = None
    help: str | None = None
    """What is said to 不知道: how to find it."""
    default: str | None = None
    """Used when an optional field is skipped; ``last_month`` is understood for months."""
    units: tuple[str, ...] = ()
    """Of a number: with one of these words behind it, it is taken from any sentence (20千瓦)."""
    least: int = 0
    """Least number of characters of a free text."""
    story: int = 12
    """Of a free text: characters, the wish itself not counted, from which the opening sentence is its content."""
    check: Literal["verification", "known_outage", "own_ticket", "bill_story", "bill_months"] | None = None
    """A look at the world as soon as the value is known."""

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.type == "choice" and len(self.options) < 2:
            raise ValueError(f"choice field {self.name} needs at least two options")
        if self.name in ("confirm", "fix", "switch"):
            raise ValueError(f"a field cannot be called {self.name}: the engine's own questions are")
        if self.otherwise is not None and self.otherwise not in {o.value for o in self.options}:
            raise ValueError(f"field {self.name}: {self.otherwise} is none of its options")
        if self.only_if_said and self.required:
            raise ValueError(f"field {self.name} is only_if_said, so it cannot be required")
        return self


class Materials(Strict):
    """What a case needs, told all at once."""

    when: dict[str, str] = {}
    need: tuple[str, ...]
    later: tuple[str, ...] = ()
    """What may follow after the application is filed (容缺受理)."""
    note: str = ""
    upload: tuple[str, ...] = ()
    """Of these, what may be sent as a photo or PDF in the conversation."""
    maybe: tuple[str, ...] = ()
    """Of what may be sent, what only some customers of the case need (代办的委托书): never owed."""
    within: int = Field(default=0, ge=0, le=60)
    """Working days after acceptance by which what may follow is to be here."""
    first: tuple[str, ...] = ()
    """Of what is needed, what must be here before anybody begins: without it the application is only kept open."""
    first_within: int = Field(default=0, ge=0, le=60)
    """Working days for which it is kept open."""

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if unknown := [material for material in self.upload if material not in (*self.need, *self.later)]:
            raise ValueError(f"upload names {'、'.join(unknown)}, which is neither in need nor in later")
        if unknown := [material for material in self.maybe if material not in self.upload]:
            raise ValueError(f"maybe names {'、'.join(unknown)}, which is not in upload")
        if any(m in self.upload and m not in self.maybe for m in self.later) and not self.within:
            raise ValueError("what may be sent later needs a day by which: within")
        if unknown := [m for m in self.first if m not in self.need or m not in self.upload or m in self.maybe]:
            raise ValueError(f"first names {'、'.join(unknown)}, which is not needed by everybody or cannot be sent")
        if bool(self.first) != bool(self.first_within):
            raise ValueError("what must be here first needs a day by which, first_within, and the other way round")
        return self

    def missing_first(self, given: Collection[str]) -> list[str]:
        """What of `first` is not among the materials given."""
        return [material for material in self.first if material not in given]


def plain_material(material: str) -> str:
    """A material's name without what stands beside it in brackets: for buttons and lists."""
    return re.sub(r"（[^）]*）", "", material)


class Refusal(Strict):
    """Why this business cannot be done for this customer, and where to go instead."""

    name: str
    said: tuple[str, ...] = ()
    """Words of the customer that tell it; without them the values alone decide."""
    whole: bool = False
    """The words must be all there is to the turn, give or take a particle."""
    when: dict[str, str] = {}
    words: Words
    buttons: tuple[dict[str, str], ...] = ()

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if not self.said and not self.when:
            raise ValueError(f"refusal {self.name} would refuse everybody: give it words or values")
        return self


class Told(Strict):
    """An answer of this business's own to a question asked in the middle of it."""

    name: str
    said: tuple[str, ...]
    """Any of these words in a question tells it."""
    words: Words | None = None
    topic: str | None = None
    """The article that answers it, instead of words."""

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if (self.words is None) == (self.topic is None):
            raise ValueError(f"answer {self.name} needs either words or a topic")
        return self


class Node(Strict):
    """A step of the work after filing, as the customer is told of it."""

    name: str
    owner: str
    until: Literal[
        "dispatched", "acknowledged", "contacted", "en_route", "on_site", "resolved", "called_back", "closed"
    ]
    """Done when the ticket has reached this status."""
    clock: str | None = None
    """The step of the ticket's clocks (`actions.desk.limits`) that holds its limit."""


class Basis(Strict):
    """The rule that this business rests on. ``certainty``: A–C as in the fact sheet."""

    source: str
    article: str = ""
    edition: str = ""
    says: str
    certainty: Literal["A", "B", "C"]


class Done(Strict):
    """What a completed flow does: an operation of the handlers, and its settings."""

    operation: str
    settings: dict[str, Any] = {}
    words: Words | None = None


def hears(refusal: Refusal, words: str) -> bool:
    """Whether the customer's words tell this reason."""
    most = 4 if refusal.whole else len(words)
    return not refusal.said or any(w in words and len(words) - len(w) <= most for w in refusal.said)


def holds(when: Mapping[str, str], values: Mapping[str, str]) -> bool:
    """Whether these values are so: equal, or for numbers below (``<5``) or at least (``>=5``) the figure."""
    return all(name in values and _fits(wanted, values[name]) for name, wanted in when.items())


def _fits(wanted: str, value: str) -> bool:
    bound = re.fullmatch(r"(<|>=)\s*(\d+(?:\.\d+)?)", wanted)
    if bound is None:
        return value == wanted
    below = float(value) < float(bound.group(2))
    return below if bound.group(1) == "<" else not below
