"""Commands of `dianda`. What needs the running service talks to it over its own HTTP API, as anybody else would."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.class_corrections import classes_app
from bot.cli.crews import crew_app
from bot.cli.flow import flow_app
from bot.cli.keys import keys_app
from bot.cli.knowledge import kb_app
from bot.cli.notices import notice_app
from bot.cli.outages import outage_app
from bot.cli.report import report_app
from bot.cli.stops import stop_app
from bot.gateway.settings import PROJECT, Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="电答：供电企业客户服务助手")
ticket_app = typer.Typer(no_args_is_help=True, help="工单")
outbox_app = typer.Typer(no_args_is_help=True, help="待发的通知与推送")
eval_app = typer.Typer(no_args_is_help=True, help="评测")
app.add_typer(ticket_app, name="ticket")
app.add_typer(outbox_app, name="outbox")
app.add_typer(kb_app, name="kb")
app.add_typer(report_app, name="report")
app.add_typer(classes_app, name="classes")
app.add_typer(outage_app, name="outage")
app.add_typer(stop_app, name="stop")
app.add_typer(notice_app, name="notice")
app.add_typer(crew_app, name="crew")
app.add_typer(flow_app, name="flow")
app.add_typer(eval_app, name="eval")
app.add_typer(keys_app, name="keys")
console = Console()


def main() -> None:
    """Entry point."""
    app()


@app.command()
def serve() -> None:
    """Start everything: builds what is missing, then gateway, assistant, knowledge base."""
    from bot.cli.build import build_for_serving
    from bot.gateway.assemble import serve as run

    settings = Settings()
    model = _build(lambda say: build_for_serving(settings, say))
    raise typer.Exit(run(settings, model, console.print))


@app.command()
def train(force: Annotated[bool, typer.Option(help="再训练一次，即使数据没有变化")] = False) -> None:
    """Build the encoder, the understanding model and the index, as far as their inputs changed."""
    from bot.cli.build import build_all

    model = _build(lambda say: build_all(Settings(), say, force=force))
    console.print(f"[green]✓[/] 已是最新：{model.name}")


def _build(build: Callable[[Callable[[str], None]], Path]) -> Path:
    from bot.cli.build import BuildError

    try:
        return build(lambda line: console.print(f"[dim]·[/] {line}"))
    except BuildError as error:
        console.print(f"[red]✗[/] {error}")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        console.print("\n已中断。再次运行会从断点继续。")
        raise typer.Exit(130) from None


@app.command()
def chat(elder: Annotated[bool, typer.Option(help="长辈模式")] = False) -> None:
    """Talk to the running assistant in the terminal; empty line or Ctrl-D ends."""
    conversation = "cli-" + uuid.uuid4().hex[:12]
    console.print("[dim]与智能客服（机器人）对话，空行结束。[/]")
    while True:
        try:
            text = console.input("[bold cyan]您：[/]").strip()
        except (EOFError, KeyboardInterrupt):
            break
        if not text:
            break
        body = {"conversation_id": conversation, "message_id": uuid.uuid4().hex, "channel": "api", "elder": elder}
        reply = _call(
            "POST", "/api/v1/chat", {**body, **({"payload": text} if text.startswith("/") else {"text": text})}
        )
        for message in reply["messages"]:
            console.print(f"[bold green]电答：[/]{message['text']}")
            for cited in message["citations"]:
                console.print(f"      [dim]依据：{cited['source']} {cited['article']}（{cited['edition']}）[/]")
            if message["buttons"]:
                console.print(
                    "      [dim]" + "  ".join(f"〔{b['title']} {b['payload']}〕" for b in message["buttons"]) + "[/]"
                )


@app.command()
def parse(text: str) -> None:
    """What the assistant understands in a sentence (needs the running service)."""
    console.print_json(json.dumps(_call("POST", "/api/v1/parse", {"text": text}), ensure_ascii=False))


@app.command()
def ask(question: str, k: Annotated[int, typer.Option(help="给出几条")] = 3) -> None:
    """Ask the knowledge base directly, without the running service."""
    from bot.cli.knowledge import open_base

    base = open_base(Settings())
    found = base.search(question, k)
    console.print(f"可以回答：{'是' if found.answerable else '否'}（把握 {found.confidence:.2f}）")
    for hit in found.results:
        console.print(f"\n[bold]{hit.title}[/] [dim]{hit.topic} {hit.score:.3f}[/]\n{hit.answer}")
        for cited in hit.citations:
            console.print(f"  [dim]依据：{cited['source']} {cited['article']}（{cited['edition']}）[/]")


@ticket_app.command("list")
def ticket_list(kind: str = "", status: str = "", account_no: str = "", conversation_id: str = "") -> None:
    """The latest tickets."""
    wanted = {"kind": kind, "status": status, "account_no": account_no, "conversation_id": conversation_id}
    from urllib.parse import urlencode

    found = _call("GET", "/api/v1/tickets?" + urlencode({k: v for k, v in wanted.items() if v}))
    table = Table("工单号", "类型", "状态", "优先级", "受理时间", "地址")
    for ticket in found["tickets"]:
        table.add_row(
            ticket["ticket_no"],
            ticket["kind"],
            ticket["status"],
            ticket["priority"],
            ticket["created_at"][:16],
            ticket["address"] or "",
        )
    console.print(table)


@ticket_app.command("show")
def ticket_show(ticket_no: str) -> None:
    """One ticket, whole."""
    console.print_json(json.dumps(_call("GET", f"/api/v1/tickets/{ticket_no}"), ensure_ascii=False))


@ticket_app.command("sweep")
def ticket_sweep() -> None:
    """Write the warnings and breaches that have come due, beside the running service or without it."""
    from actions.desk.clock import SystemClock
    from bot.gateway.assemble import open_desk

    rung = open_desk(Settings(), SystemClock()).sweep()
    for alarm in rung:
        data = alarm.event.data
        console.print(f"{alarm.ticket.ticket_no} {data['step']} {alarm.event.type.value} → {data['role']} {data.get('owner', '')}")
    console.print(f"{len(rung)} 次预警或超时")


@outbox_app.command("list")
def outbox_list(
    state: Annotated[str, typer.Option(help="pending、delivered 或 dead")] = "",
    limit: Annotated[int, typer.Option(help="最多几条", min=1, max=200)] = 50,
) -> None:
    """The latest letters: waiting, delivered, given up."""
    found = _call("GET", f"/api/v1/outbox?state={state}&limit={limit}")
    table = Table("编号", "内容", "状态", "次数", "下次", "原因")
    for letter in found["letters"]:
        table.add_row(
            letter["key"],
            letter["topic"],
            letter["state"],
            str(letter["attempts"]),
            (letter["next_at"] or "")[:19],
            letter["last_error"] or {"quiet_hours": "安静时段"}.get(letter["waits_for"] or "", ""),
        )
    console.print(table)
    console.print("  ".join(f"{name} {count}" for name, count in found["counts"].items()))


@outbox_app.command("retry")
def outbox_retry(
    key: Annotated[str, typer.Argument(help="编号；不给则重试全部 dead")] = "",
) -> None:
    """Try a letter again now, or every one that was given up."""
    from urllib.parse import quote

    keys = [key] if key else [letter["key"] for letter in _dead_letters()]
    for each in keys:
        _call("POST", f"/api/v1/outbox/{quote(each, safe='')}/retry")
    console.print(f"{len(keys)} 条重新发送")


def _dead_letters() -> list[Any]:
    found, cursor = [], ""
    while True:
        page = _call("GET", f"/api/v1/outbox?state=dead&limit=200&cursor={cursor}")
        found += page["letters"]
        cursor = page["next_cursor"] or ""
        if not cursor:
            return found


@kb_app.command("impact")
def kb_impact(
    source: Annotated[str, typer.Argument(help="文件名或其中一段，如 供电营业规则")],
    clause: Annotated[str, typer.Argument(help="条款，如 第二十九条；不写就是整份文件")] = "",
) -> None:
    """All articles and profile values that rest on a document, or on one clause of it."""
    from bot.cli.impact import show_impact

    raise typer.Exit(show_impact(PROJECT / "knowledge_base", source, clause, console))


@eval_app.command("nlu")
def eval_nlu(
    data: Annotated[Path, typer.Option(help="评测集")] = PROJECT / "tests" / "data" / "nlu_eval.yml",
    html: Annotated[Path | None, typer.Option(help="另写一份带图的网页报告")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="另写一份 JSON")] = None,
    choose_thresholds: Annotated[bool, typer.Option("--choose-thresholds", help="从曲线选定阈值，写入 bot/assistant/thresholds.yml")] = False,
) -> None:
    """Measure the understanding on labelled sentences that nobody who wrote the training data has written."""
    from bot.cli.evaluate import evaluate_understanding

    evaluate_understanding(Settings(), data, html=html, json_file=json_file, choose_thresholds=choose_thresholds)


@eval_app.command("kb")
def eval_kb() -> None:
    """Measure the retrieval on labelled questions."""
    from bot.cli.evaluate import evaluate_retrieval

    evaluate_retrieval(Settings())


@eval_app.command("classes")
def eval_classes(
    data: Annotated[Path, typer.Option(help="评测集")] = PROJECT / "tests" / "data" / "ticket_classes.yml",
    json_file: Annotated[Path | None, typer.Option("--json", help="另写一份 JSON")] = None,
) -> None:
    """Measure the classifier of complaints and repairs on labelled descriptions."""
    from bot.cli.classes import evaluate_classes

    evaluate_classes(Settings(), data, json_file)


@app.command()
def retention() -> None:
    """Erase personal data older than DIANDA_RETENTION_DAYS now (the service does it every six hours by itself)."""
    from actions.desk.clock import SystemClock
    from bot.gateway.database import open_database
    from bot.gateway.retention import sweep_out

    erased, trackers = sweep_out(open_database(Settings()), Settings(), SystemClock())
    console.print(
        f"清除个人信息的工单 {erased.tickets}，删除对话 {erased.conversations}（助手记忆 {trackers}）、"
        f"人工服务 {erased.handoffs}、通知 {erased.letters}、核验计数 {erased.attempts}"
    )


@app.command()
def doctor() -> None:
    """Check everything and say how to mend what is wrong."""
    from bot.cli.doctor import examine

    wrong = 0
    for name, ok, detail, mend in examine(Settings()):
        wrong += not ok
        console.print(f"{'[green]✓[/]' if ok else '[red]✗[/]'} {name}  [dim]{detail}[/]")
        if not ok:
            console.print(f"    → {mend}")
    raise typer.Exit(1 if wrong else 0)


def _call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Call the running service with the staff token."""
    import httpx

    settings = Settings()
    base = f"http://{settings.host}:{settings.port}"
    try:
        answer = httpx.request(
            method, base + path, json=body, headers={"Authorization": f"Bearer {settings.staff_secret}"}, timeout=30
        )
    except httpx.HTTPError:
        console.print(f"[red]✗[/] 连不上 {base}。先在另一个终端运行 make run，或用 DIANDA_PORT 指明端口。")
        raise typer.Exit(1) from None
    if answer.status_code >= 400:
        console.print(f"[red]✗[/] {answer.status_code} {answer.json().get('detail') or answer.text}")
        raise typer.Exit(1)
    return answer.json()


if __name__ == "__main__":
    main()
