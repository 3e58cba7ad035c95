"""The values of a running flow: what a turn adds, what it corrects, and which field is open."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from actions.handlers.forms.answers import default_value, read_answer
from actions.handlers.forms.flow import Flow, FlowField
from actions.handlers.forms.heard import CORRECTION
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState


def gather(flow: Flow, state: FlowState, said: Said, *, asked: FlowField | None) -> list[str]:
    """Take values for other fields that came along; a value already there changes only when it is corrected."""
    changed = []
    for item in flow.fields:
        if item is asked or item.type in ("text", "yes_no", "number"):
            continue
        if item.type == "phone" and state.asking == "phone_last4":
            continue  # the number on file, given whole: not a new contact
        reading = read_answer(item, said, asked=False)
        if reading.value is None or reading.value == state.values.get(item.name):
            continue
        renamed = item.type == "account_no" and state.asking == "phone_last4"
        if item.name in state.values and not renamed and not CORRECTION.search(said.words):
            continue
        state.values[item.name] = reading.value
        changed.append(item.name)
    return changed


def correct(flow: Flow, state: FlowState, said: Said) -> list[str]:
    """Fields whose value the customer replaced in this turn, by a value of the kind or by naming the field."""
    changed = []
    for item in flow.fields:
        if item.type == "phone_last4":
            continue
        reading = read_answer(item, said, asked=False)
        named = re.search(
            rf"{re.escape(item.label)}(?:错了|不对|写错了|说错了)?[,，、 ]*(?:应该)?(?:是|改成|改为|换成|为|:|：)[,，、 ]*(.+)$",
            said.words,
        )
        if reading.value is None and named:
            reading = read_answer(item, replace(said, text=named.group(1)), asked=True)
        if reading.value and reading.value != state.values.get(item.name):
            state.values[item.name] = reading.value
            changed.append(item.name)
    return changed


def is_open(item: FlowField, state: FlowState) -> bool:
    """Whether this field is still to be asked."""
    if item.name in state.values or item.name in state.skipped or item.only_if_said:
        return False
    if item.when and any(state.values.get(k) != v for k, v in item.when.items()):
        return False
    return item.required or item.default is None


def fill_defaults(flow: Flow, state: FlowState, today: date) -> None:
    """Give the fields that were not asked the value they then take."""
    for item in flow.fields:
        if item.name not in state.values and item.default:
            state.values[item.name] = default_value(item, today) or ""


def check_is_due(item: FlowField, state: FlowState, changed: list[str]) -> bool:
    """Whether a field's check against the world is to be made after these changes."""
    if item.check == "verification":
        # Account and digits may come in either order.
        both = item.name in state.values and "account_no" in state.values
        return both and (item.name in changed or "account_no" in changed)
    return item.name in changed
