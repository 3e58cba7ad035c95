"""What the shape of a flow file cannot tell: operations, articles and limits that do not exist, options that cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from actions.desk.limits import RULES
from actions.desk.tickets import Kind
from actions.handlers.forms.answers import read_answer
from actions.handlers.forms.flow import Flow, FlowBook
from actions.handlers.forms.said import Said
from actions.handlers.operations import AFTER_VERIFICATION, OPERATIONS
from actions.handlers.operations.tickets import business_of


def lint(book: FlowBook, topics: frozenset[str]) -> list[str]:
    """Every mistake as ``flow: place: reason``. ``topics``: the articles there are."""
    return [f"{flow.flow}: {problem}" for flow in book.flows.values() for problem in _problems(flow, topics)]


def _problems(flow: Flow, topics: frozenset[str]) -> Iterator[str]:
    settings = flow.done.settings
    if flow.done.operation not in OPERATIONS:
        yield f"done.operation: 没有这个操作 {flow.done.operation}"
    if flow.first_look and (flow.first_look not in AFTER_VERIFICATION or not flow.verify):
        yield f"first_look: 没有这一步 {flow.first_look}，或者流程没有 verify"
    named = {flow.about, settings.get("topic"), *settings.get("by_words", {}).values()}
    named = (named | {told.topic for told in flow.answers}) - {None}
    yield from (f"about: 没有这篇文章 {topic}" for topic in sorted(named - topics))
    if not flow.intents and not flow.heard:
        yield "intents: 没有意图也没有 heard，客户说什么都办不到它"
    labels = [f.label for f in flow.fields]
    yield from (f"fields: 两项都叫 {label}" for label in sorted({x for x in labels if labels.count(x) > 1}))
    for item in flow.fields:
        for option in item.options:
            for word in (option.title, *option.also):
                read = read_answer(item, Said(word, "inform", 1.0, datetime.now().astimezone())).value
                if read != option.value:
                    yield f"fields.{item.name}: 说“{word}”选不到 {option.value}"
        if item.required and item.type in ("account_no", "ticket_no") and not item.help:
            yield f"fields.{item.name}: 客户不知道号码时没有 help"
    if flow.nodes and flow.done.operation in ("file_ticket", "file_invoices", "reconnect"):
        yield from _limits(flow, Kind(settings["kind"]))


def _limits(flow: Flow, kind: Kind) -> Iterator[str]:
    """Steps with a limit that no ticket of this business has."""
    variants = {business_of(flow, {})}
    for cases in flow.done.settings.get("business_by", {}).values():
        variants |= set(cases.values())
    known = set()
    for variant in variants:
        own = [r for r in RULES if r.kind is kind and variant in r.businesses]
        known |= {r.step for r in own or [r for r in RULES if r.kind is kind and not r.businesses]}
    for node in flow.nodes:
        if node.clock and node.clock not in known:
            yield f"nodes.{node.name}: 这类工单没有时限 {node.clock}"
