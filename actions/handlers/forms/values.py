"""The values of a running flow: what a turn adds, what it corrects, which fields concern this case and which are open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from actions.handlers.forms.answers import read_answer
from actions.handlers.forms.days import default_value
from actions.handlers.forms.flow import Flow, FlowField
from actions.handlers.forms.heard import CORRECTION
from actions.handlers.forms.parts import holds
from actions.handlers.forms.reading import Reading
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from bot.language.names import read_name


def gather(flow: Flow, state: FlowState, said: Said, *, asked: FlowField | None) -> list[str]:
    """Take values for other fields that came along; a value already there changes only when it is corrected."""
    changed = []
    for item in flow.fields:
        if item is asked or item.type == "yes_no":
            continue
        if is_of_another_case(item, state.values) or not (concerns(item, state.values) or item.type in UNMISTAKABLE):
            continue
        if item.type == "text" and not item.marks:
            continue
        if item.type == "phone" and state.asking == "phone_last4":
            continue  # the number on file, given whole: not a new contact
        reading = read_answer(item, said, asked=False)
        if reading.value is None and item.name not in state.values:
            reading = _bare(item, flow, state, said)
        if reading.value is None or reading.value == state.values.get(item.name):
            continue
        renamed = item.type == "account_no" and state.asking == "phone_last4"
        if item.name in state.values and not renamed and not CORRECTION.search(said.words):
            continue
        put(state, item, reading.value)
        changed.append(item.name)
    return changed


UNMISTAKABLE = ("tax_no", "email", "number")
"""Field types whose values are taken before the case that they belong to is known."""


def _bare(item: FlowField, flow: Flow, state: FlowState, said: Said) -> Reading:
    """A name beside nothing but numbers (陈桂兰 13800010001), or a bare sum, given where none was asked for."""
    words = said.words
    if item.type == "amount":
        asked = flow.field(state.asking)
        # To a question that wants a number of its own a bare one is never a sum.
        numberless = asked is not None and asked.type in ("date", "choice", "address")
        bare = re.fullmatch(r"\d{1,6}(?:\.\d{1,2})?", words)
        return read_answer(item, said) if numberless and bare else Reading()
    if item.type != "person_name":
        return Reading()
    for entity in said.entities:
        if entity["entity"] in ("phone", "account_no"):
            words = words.replace(str(entity.get("text") or entity.get("value")), "")
    words = re.sub(r"\W|电话|手机号?", "", words)
    return Reading(words) if 2 <= len(words) <= BARE_NAME and read_name(words) == words else Reading()


BARE_NAME = 4


def correct(flow: Flow, state: FlowState, said: Said) -> list[str]:
    """Fields that the customer gave or replaced in this turn, by a value of the kind or by naming the field."""
    changed = correct_by_name(flow, state, said)
    for item in flow.fields:
        if item.type == "phone_last4" or item.name in changed or not concerns(item, state.values):
            continue
        reading = read_answer(item, said, asked=_short_for(item, state, said))
        if reading.value is None or reading.value == state.values.get(item.name):
            continue
        if item.name in state.values and _only_mentioned(item, said, reading.value):
            continue
        put(state, item, reading.value)
        changed.append(item.name)
    return changed


SHORT_ANSWER = 8


def _short_for(item: FlowField, state: FlowState, said: Said) -> bool:
    """Whether so short a turn may be read as if this still empty field had been asked for: 200, 昨天, 支付宝."""
    return (
        item.name not in state.values and item.type in ("amount", "choice", "date") and len(said.words) <= SHORT_ANSWER
    )


def _only_mentioned(item: FlowField, said: Said, value: str) -> bool:
    """Whether a sentence that adds something only mentions a value of the kind, and replaces none."""
    if CORRECTION.search(said.words) or said.pressed:
        return False
    if item.type == "month":
        return said.value("month") is None  # 昨天 is no other month of the bill
    if item.type == "address":
        return len(said.words) - len(value) > SHORT_ANSWER
    return item.type in ("choice", "person_name") and len(said.words) > LONG_CHOICE


LONG_CHOICE = 12
"""Characters up to which a sentence that names another option chooses it, without any word of correction."""


def correct_by_name(flow: Flow, state: FlowState, said: Said) -> list[str]:
    """The field that is named together with its new value: 联系电话错了，应该是139…."""
    for item in flow.fields:
        if item.type == "phone_last4" or not concerns(item, state.values):
            continue
        names = "|".join(re.escape(name) for name in spoken_names(item))
        named = re.search(
            rf"(?:{names})(?:错了|不对|写错了|说错了|填错了)?[,，、 ]*(?:应该)?(?:是|改成|改为|换成|为|:|：)[,，、 ]*(.+)$",
            said.words,
        )
        if named is None:
            continue
        reading = read_answer(item, replace(said, text=named.group(1)), asked=True)
        if reading.value and reading.value != state.values.get(item.name):
            put(state, item, reading.value)
            return [item.name]
    return []


def correct_choice(flow: Flow, state: FlowState, said: Said, asked: FlowField) -> list[str]:
    """Another option of an earlier choice, said while something else is asked: 不是店铺，是工厂."""
    for item in flow.fields:
        if item.type != "choice" or item.name == asked.name or item.name not in state.values or not concerns(item, state.values):
            continue
        reading = read_answer(item, said, asked=True)
        if reading.value and reading.value != state.values[item.name]:
            put(state, item, reading.value)
            return [item.name]
    return []


_ALSO_CALLED = {"person_name": ("名字", "姓名"), "phone": ("电话", "手机", "号码"), "address": ("地址", "地点")}


def spoken_names(item: FlowField) -> tuple[str, ...]:
    """What customers call a field: its label, the label's last two characters (联系电话, 电话), and what all call its like."""
    own = (item.label, item.label[-2:]) if len(item.label) > 2 else (item.label,)
    return tuple(dict.fromkeys((*own, *_ALSO_CALLED.get(item.type, ()))))


def put(state: FlowState, item: FlowField, value: str) -> None:
    """Take the customer's own value: from now on it is no longer one from the file, and not a skipped one."""
    state.values[item.name] = value
    state.on_file = [name for name in state.on_file if name != item.name]
    state.skipped = [name for name in state.skipped if name != item.name]


def forget(state: FlowState, item: FlowField) -> None:
    """Drop a value that the customer calls wrong, so that it is asked again."""
    state.values.pop(item.name, None)
    state.on_file = [name for name in state.on_file if name != item.name]
    state.skipped = [name for name in state.skipped if name != item.name]


def concerns(item: FlowField, values: Mapping[str, str]) -> bool:
    """Whether this field belongs to the case at hand (`FlowField.when`)."""
    return holds(item.when or {}, values)


def is_of_another_case(item: FlowField, values: Mapping[str, str]) -> bool:
    """Whether the case is known, and is not this field's. While the case is asked anew nothing is of another one."""
    return all(name in values for name in item.when or {}) and not concerns(item, values)


def drop_other_cases(flow: Flow, state: FlowState) -> None:
    """After the case changed: values of the other cases go; a figure of the same units serves the new case's question."""
    stale = [f for f in flow.fields if f.name in state.values and is_of_another_case(f, state.values)]
    for item in stale:
        value = state.values.pop(item.name)
        heir = next((f for f in flow.fields if is_open(f, state) and f.units and f.units == item.units), None)
        if heir is not None:
            state.values[heir.name] = value
        elif item.type in UNMISTAKABLE and flow.files and value not in [state.values.get(f.name) for f in flow.fields]:
            # The case has no such question, and yet it was said.
            state.notes.append(f"{item.label}：{value}{next(iter(item.units), '')}")
    state.skipped = [s for s in state.skipped if (f := flow.field(s)) is None or concerns(f, state.values)]


def is_open(item: FlowField, state: FlowState) -> bool:
    """Whether this field is still to be asked."""
    if item.name in state.values or item.name in state.skipped or item.only_if_said or item.unless in state.values:
        return False
    return concerns(item, state.values) and (item.required or item.default is None)


def fill_defaults(flow: Flow, state: FlowState, today: date) -> None:
    """Give the fields that were not asked the value they then take."""
    for item in flow.fields:
        if item.name not in state.values and item.default and concerns(item, state.values):
            state.values[item.name] = default_value(item, today) or ""


def check_is_due(item: FlowField, state: FlowState, changed: list[str]) -> bool:
    """Whether a field's check against the world is to be made after these changes."""
    if item.check == "verification":
        # Account and digits may come in either order.
        both = item.name in state.values and "account_no" in state.values
        return both and (item.name in changed or "account_no" in changed)
    if item.check == "bill_months":
        # What they come to depends on which accounts.
        return item.name in state.values and bool({item.name, "scope", "account_no", "phone_last4"} & set(changed))
    return item.name in changed


def said_before_wish(said: Said, memory: dict[str, Any]) -> dict[str, str]:
    """Values told before any business was named (3201556677, then 0001, then 欠多少), by field type."""
    kept = {e["entity"]: str(e["value"]) for e in said.entities if e.get("value")}
    digits = re.fullmatch(r"\W*(?:尾号|后四位)?(?:是)?(\d{4})\W*", said.words)
    last4 = {"phone_last4": digits.group(1)} if digits else {}
    return {**(memory.get("just_said") or {}), **kept, **last4}


LASTING = ("phone", "person_name", "address", "account_no")
"""Field types whose values say who and where the customer is, whatever the business."""


def carried_over(flow: Flow, other: Flow, values: Mapping[str, str]) -> dict[str, str]:
    """What a business left for another one has brought that serves the other too."""
    same = [f for f in other.fields if (own := flow.field(f.name)) and own.type == f.type and f.type in LASTING]
    return {f.name: values[f.name] for f in same if f.name in values}
