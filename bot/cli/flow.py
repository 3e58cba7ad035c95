"""`dianda flow`: checking, showing and trying a business that is nothing but a file."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from actions.handlers.forms.flow import Flow, FlowBook, FlowError
from bot.gateway.settings import PROJECT

flow_app = typer.Typer(no_args_is_help=True, help="业务流程")
console = Console()
FOLDER = PROJECT / "actions" / "flows"
Folder = Annotated[Path, typer.Option("--folder", help="流程文件夹")]


def _book(folder: Path) -> FlowBook:
    try:
        return FlowBook.load(folder)
    except FlowError as error:
        for line in str(error).splitlines():
            console.print(f"[red]✗[/] {escape(line)}")
        raise typer.Exit(1) from error


def _named(folder: Path, name: str) -> tuple[FlowBook, Flow]:
    book = _book(folder)
    flow = book.named(name)
    if flow is None:
        console.print(f"[red]✗[/] 没有流程 {escape(name)}；有：{'、'.join(sorted(book.flows))}")
        raise typer.Exit(1)
    return book, flow


@flow_app.command("lint")
def flow_lint(folder: Folder = FOLDER) -> None:
    """Check all flow files: shape, operations, articles, limits, options."""
    from actions.handlers.flow_lint import lint

    book = _book(folder)
    topics = frozenset(path.stem for path in (PROJECT / "knowledge_base" / "articles").glob("*/*.md"))
    problems = lint(book, topics)
    for problem in problems:
        console.print(f"[red]✗[/] {escape(problem)}")
    console.print(f"流程：{len(problems)} 处问题" if problems else f"[green]✓[/] {len(book.flows)} 个流程没有问题")
    raise typer.Exit(1 if problems else 0)


@flow_app.command("show")
def flow_show(
    name: Annotated[str, typer.Argument(help="流程名；不写则列出全部")] = "",
    svg: Annotated[Path | None, typer.Option(help="把流程图写到这个文件")] = None,
    folder: Folder = FOLDER,
) -> None:
    """A flow in words, or as a picture; without a name, the list."""
    if not name:
        for flow in _book(folder).flows.values():
            console.print(f"{flow.flow:18} {flow.title}  [dim]{len(flow.fields)} 项，{len(flow.nodes)} 个环节[/]")
        return
    _, flow = _named(folder, name)
    if svg is not None:
        from actions.handlers.forms.picture import picture

        svg.write_text(picture(flow), encoding="utf-8")
        console.print(f"[green]✓[/] {svg}")
        return
    console.print(f"[bold]{flow.title}[/]（{flow.flow}）")
    for item in flow.fields:
        mark = "" if item.required else "（选填）"
        console.print(f"  · {item.label}{mark} [dim]{item.type}[/] {escape(item.ask.text)}")
    for case in flow.materials:
        console.print(f"  材料 {case.when or ''}：{'、'.join(case.need)}" + (f"；可后补：{'、'.join(case.later)}" if case.later else ""))
    for refusal in flow.refusals:
        console.print(f"  不办 {refusal.name}：{escape(refusal.words.text)}")
    for node in flow.nodes:
        console.print(f"  环节 {node.name}（{node.owner}） → {node.until} {node.clock or ''}")
    for rule in flow.basis:
        console.print(f"  依据 {rule.source} {rule.article}（{rule.edition}，{rule.certainty}）：{rule.says}")


@flow_app.command("try")
def flow_try(
    name: str,
    say: Annotated[list[str] | None, typer.Option(help="客户的话，可多次；不写则逐句输入")] = None,
    folder: Folder = FOLDER,
) -> None:
    """Talk to one business over a desk and customers in memory; nothing is stored. A line like /deny stands for an intent."""
    book, flow = _named(folder, name)
    trial = _Trial(book)
    waiting = list(say or ["开始"])
    while True:
        for text in waiting:
            if say:
                console.print(f"[bold cyan]您：[/]{escape(text)}")
            for bubble in trial.turn(flow, text):
                console.print(f"[bold green]电答：[/]{escape(bubble['text'])}")
        if say or trial.over:
            raise typer.Exit(0 if trial.over else 1)
        try:
            waiting = [console.input("[bold cyan]您：[/]").strip() or "/cancel"]
        except (EOFError, KeyboardInterrupt):
            raise typer.Exit(0) from None


class _Trial:
    """A conversation over ports in memory."""

    def __init__(self, book: FlowBook) -> None:
        from actions.desk.clock import SystemClock
        from actions.desk.desk import ServiceDesk
        from actions.desk.limits import PROFILES
        from actions.desk.verifier import Verifier
        from actions.handlers.gaps import GapLog
        from actions.handlers.services import Services
        from actions.handlers.tariff_question import TariffWords
        from actions.handlers.words import Phrases
        from actions.ports.memory import (
            MemoryAttempts,
            MemoryCustomers,
            MemoryDrafts,
            MemoryEnterprises,
            MemoryGaps,
            MemoryHandoffs,
            MemoryTicketStore,
        )
        from bot.gateway.masking import mask
        from knowledge_base.tariff.schedules import Provinces

        self._clock = SystemClock()
        customers = MemoryCustomers.demo(self._clock.now())
        words = PROJECT / "actions" / "words"
        self._services = Services(
            desk=ServiceDesk(MemoryTicketStore(), self._clock, PROFILES["state_grid"]),
            customers=customers,
            verifier=Verifier(customers, MemoryAttempts(), self._clock),
            handoffs=MemoryHandoffs(),
            knowledge=_NoArticles(),
            flows=book,
            phrases=Phrases.load(words),
            clock=self._clock,
            gaps=GapLog(MemoryGaps(), mask),
            provinces=Provinces.load(PROJECT / "knowledge_base" / "profiles", "state_grid"),
            tariff_words=TariffWords.load(words / "heard" / "tariff.yml"),
            drafts=MemoryDrafts(),
            enterprises=MemoryEnterprises.demo(self._clock.now()),
        )
        self._state: Any = None
        self._memory: dict[str, Any] = {}
        self._turns = 0
        self.over = False

    def turn(self, flow: Flow, text: str) -> list[dict[str, Any]]:
        """One turn; the bubbles."""
        from actions.handlers.forms.engine import FormEngine
        from actions.handlers.forms.said import Said
        from actions.handlers.world import ServiceWorld
        from bot.language.entities import find_entities

        self._turns += 1
        now = self._clock.now()
        intent = text[1:] if text.startswith("/") else "human_agent" if "人工" in text else "inform"
        entities = () if text.startswith("/") else tuple(e.to_json() for e in find_entities(text, now.date()))
        said = Said(text, intent, 0.9, now, "trial", f"{uuid.uuid4().hex[:6]}{self._turns:06d}", entities=entities)
        engine = FormEngine(self._services.flows, ServiceWorld(self._services, self._memory), self._services.phrases)
        if self._state is None:
            step = engine.begin(flow, said, self._memory)
        else:
            step = engine.turn(self._state, said, self._memory)
        self._state, self._memory = step.state, {**self._memory, **step.memory}
        self.over = step.state is None
        return [bubble.to_json() for bubble in step.bubbles]


class _NoArticles:
    """A trial needs no knowledge base: questions in between go unanswered."""

    class _Nothing:
        answerable, results, confidence, doubt = False, (), 0.0, False

    def search(self, query: str, k: int = 5) -> Any:
        return self._Nothing()

    def detail(self, topic: str, question: str) -> str | None:
        """None."""
        return None

    def hit(self, topic: str) -> Any:
        return None
