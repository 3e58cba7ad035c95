"""A flow: one business as a data file (``actions/flows/*.yml``). Adding a business means adding a file.

A wrong file is refused with its name, the place inside it and the reason, before anything starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import yaml
from pydantic import Field, ValidationError, model_validator

from actions.handlers.forms.parts import (
    Basis,
    Done,
    FlowField,
    Materials,
    Node,
    Option,
    Refusal,
    Strict,
    Told,
    Words,
    hears,
    holds,
)
from actions.handlers.yaml_files import read_yaml

__all__ = ["Flow", "FlowBook", "FlowError", "FlowField", "Option", "Words"]


_MARKS = re.compile(r"[\W_]+")


class Flow(Strict):
    """One business."""

    flow: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    intents: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    """Words that begin this business whatever the sentence was taken for, danger aside: for one without an intent of its own.

    With ``=`` before them they must be the whole sentence.
    """
    about: str | None = None
    """The article that explains this business; answers 要什么材料 in the middle of it."""
    opening: Words | None = None
    emergency: bool = False
    verify: bool = False
    """The account must be verified (number and last four digits of the phone on file) before anything personal."""
    first_look: str | None = None
    """What is told as soon as the account is verified (`operations.AFTER_VERIFICATION`)."""
    fields: tuple[FlowField, ...] = ()
    notes: str | None = None
    """The free text that takes what the customer adds unasked; without one it becomes the 补充说明 of the ticket."""
    confirm: bool = True
    confirm_words: Words | None = None
    """The question before it is done, instead of the summary; ``{name}`` stands for a field's value."""
    materials: tuple[Materials, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    answers: tuple[Told, ...] = ()
    """Questions that only come up in this business, before the knowledge base is asked."""
    nodes: tuple[Node, ...] = ()
    basis: tuple[Basis, ...] = ()
    done: Done

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        known = {f.name for f in self.fields}
        if self.notes is not None and self.notes not in {f.name for f in self.fields if f.type == "text"}:
            raise ValueError(f"notes: {self.notes} is no free text of this flow")
        parts = [*((f.name, f.when or {}) for f in self.fields), *((r.name, r.when) for r in self.refusals)]
        parts += [("materials", m.when) for m in self.materials]
        parts += [(f.name, {f.unless: ""}) for f in self.fields if f.unless]
        for part, when in parts:
            if unknown := set(when) - known:
                raise ValueError(f"{part} depends on {', '.join(sorted(unknown))}, which is no field of this flow")
        return self

    @property
    def files(self) -> bool:
        """Whether a ticket comes of it, on which anything the customer adds finds its place."""
        return "kind" in self.done.settings

    def materials_for(self, values: Mapping[str, str]) -> Materials | None:
        """The list of materials of the case that these values make."""
        return next((m for m in self.materials if holds(m.when, values)), None)

    def uploads(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """What may be sent as a photo or PDF in the case that these values make."""
        case = self.materials_for(values)
        return case.upload if case is not None else ()

    def field(self, name: str | None) -> FlowField | None:
        """The field of that name."""
        return next((f for f in self.fields if f.name == name), None)

    def refused(self, values: Mapping[str, str], words: str) -> Refusal | None:
        """Why this business cannot be done for a customer of these values, who said these words."""
        return next(
            (r for r in self.refusals if holds(r.when, values) and hears(r, words)),
            None,
        )


class FlowError(ValueError):
    """A flow file that cannot be used; the message names file, place and reason."""




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

    def of_business(self, business: str | None) -> Flow | None:
        """The flow that a ticket's business names; a variant (`apply_new_service.lv`) is its business's."""
        name = (business or "").partition(".")[0]
        return self.begun_by(name) or self.named(name)

    def title_of(self, business: str) -> str:
        """What a ticket's business is called; its own word when no flow is its."""
        flow = self.of_business(business)
        return flow.title if flow is not None else business

    def heard_in(self, words: str) -> Flow | None:
        """The flow whose own words the sentence holds; the longest words win."""
        whole = _MARKS.sub("", words)
        hits = [
            (len(h), flow.flow)
            for flow in self.flows.values()
            for h in flow.heard
            if (h[1:] == whole if h.startswith("=") else h in words)
        ]
        return self.flows[max(hits)[1]] if hits else None

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
