"""A flow: one business as a data file (``actions/flows/*.yml``). Adding a business means adding a file.

A wrong file is refused with its name, the place inside it and the reason, before anything starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from actions.handlers.yaml_files import read_yaml

FIELD_TYPES = (
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
)
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
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """The same thing for the eye and for the ear. ``speech`` falls back on ``text``."""

    text: str
    speech: str | None = None


class Option(_Strict):
    """One of a choice field's answers: what the button shows and other words for it."""

    value: str
    title: str
    also: tuple[str, ...] = ()


class FlowField(_Strict):
    """One thing the business needs to know."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: FieldType
    label: str
    ask: Words
    required: bool = True
    only_if_said: bool = False
    """Never asked; kept when the customer mentions it."""
    when: dict[str, str] | None = None
    """Asked only when these other fields have these values."""
    options: tuple[Option, ...] = ()
    prefill: tuple[
        Literal["account.address", "account.phone", "account.name", "account.account_no", "said", "last_ticket"], ...
    ] = ()
    why: str | None = None
    help: str | None = None
    """What is said to 不知道: how to find it."""
    default: str | None = None
    """Used when an optional field is skipped; ``last_month`` is understood for months."""
    least: int = 0
    """Least number of characters of a free text."""
    check: Literal["verification", "known_outage", "ticket_by_phone"] | None = None
    """A look at the world as soon as the value is known."""

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.type == "choice" and len(self.options) < 2:
            raise ValueError(f"choice field {self.name} needs at least two options")
        if self.name in ("confirm", "fix", "switch"):
            raise ValueError(f"a field cannot be called {self.name}: the engine's own questions are")
        if self.only_if_said and self.required:
            raise ValueError(f"field {self.name} is only_if_said, so it cannot be required")
        return self


class Done(_Strict):
    """What a completed flow does: an operation of the handlers, and its settings."""

    operation: str
    settings: dict[str, Any] = {}
    words: Words | None = None


class Flow(_Strict):
    """One business."""

    flow: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    intents: tuple[str, ...] = ()
    about: str | None = None
    """The article that explains this business; answers 要什么材料 in the middle of it."""
    opening: Words | None = None
    emergency: bool = False
    verify: bool = False
    """The account must be verified (number and last four digits of the phone on file) before anything personal."""
    fields: tuple[FlowField, ...] = ()
    confirm: bool = True
    done: Done

    def field(self, name: str | None) -> FlowField | None:
        """The field of that name."""
        return next((f for f in self.fields if f.name == name), None)


class FlowError(ValueError):
    """A flow file that cannot be used; the message names file, place and reason."""


VERIFICATION = "verification"


class FlowBook:
    """All flows of a folder, by name and by the intent that begins them."""

    def __init__(self, flows: dict[str, Flow]) -> None:
        self.flows = flows
        self._by_intent = {intent: flow for flow in flows.values() for intent in flow.intents}

    def named(self, name: str | None) -> Flow | None:
        """The flow of that name."""
        return self.flows.get(name or "")

    def begun_by(self, intent: str | None) -> Flow | None:
        """The flow that this intent begins."""
        return self._by_intent.get(intent or "")

    @classmethod
    def load(cls, *folders: Path) -> FlowBook:
        """Read every ``*.yml`` of the folders; raises `FlowError` listing every mistake."""
        wrong: list[str] = []
        flows: dict[str, Flow] = {}
        shared = _shared_fields(folders[0])
        for path in sorted(p for folder in folders for p in folder.glob("*.yml") if not p.name.startswith("_")):
            try:
                raw = read_yaml(path)
                flow = Flow.model_validate(raw)
            except yaml.YAMLError as error:
                wrong.append(f"{path.name}: not YAML: {error}")
                continue
            except ValidationError as error:
                wrong += [f"{path.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
                continue
            if flow.verify:
                own = {f.name for f in flow.fields}
                extra = tuple(f for f in shared if f.name not in own)
                flow = flow.model_copy(update={"fields": (*extra, *flow.fields)})
            if flow.flow in flows:
                wrong.append(f"{path.name}: flow {flow.flow} is defined twice")
            flows[flow.flow] = flow
        taken: dict[str, str] = {}
        for flow in flows.values():
            for intent in flow.intents:
                if intent in taken:
                    wrong.append(f"{flow.flow}: intent {intent} already begins {taken[intent]}")
                taken[intent] = flow.flow
        if wrong:
            raise FlowError("\n".join(wrong))
        return cls(flows)


def _shared_fields(folder: Path) -> tuple[FlowField, ...]:
    """The fields that verification needs, asked first in every flow with ``verify: true``."""
    path = folder / "_verification.yml"
    if not path.exists():
        return ()
    return tuple(FlowField.model_validate(f) for f in read_yaml(path)["fields"])
