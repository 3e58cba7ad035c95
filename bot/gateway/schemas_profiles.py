"""Shapes of the profile of a conversation's customer."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class FactView(BaseModel):
    """One thing known. `words` and the times are those of a statement; what the account's file says has neither and stays."""

    trait: str
    title: str
    value: str
    words: str
    source: Literal["account", "statement"]
    noted_at: str | None
    kept_until: str | None
    deletable: bool


class TileView(BaseModel):
    """A button of the first screen: what it shows, what it says when pressed, its picture."""

    title: str
    say: str
    icon: str


class ProfileView(BaseModel):
    """What is kept of the customer, whether they agreed, and the tiles in the order that fits them."""

    conversation_id: str
    consent: Literal["none", "given", "refused"]
    facts: list[FactView]
    tiles: list[TileView]
