"""Shapes of `/api/v1/flows`."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class FlowLine(BaseModel):
    """A business in the list. `fields` and `nodes` are counts; `operation` is what it does in the end."""

    flow: str
    title: str
    intents: list[str]
    fields: int
    nodes: int
    operation: str


class FlowList(BaseModel):
    """Every business, by name."""

    flows: list[FlowLine]


class FlowView(BaseModel):
    """One business. `picture` is an SVG document, `picture_narrow` the same for a phone."""

    flow: str
    title: str
    about: str | None
    nodes: list[dict[str, Any]]
    basis: list[dict[str, Any]]
    picture: str
    picture_narrow: str
