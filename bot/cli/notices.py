"""`dianda notice`: what customers were told without having asked, and telling what is due now. Works on the database."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from actions.desk.clock import SystemClock
from actions.desk.errors import UnknownAccount
from actions.desk.notices import Step, Topic, masked

notice_app = typer.Typer(no_args_is_help=True, help="停电、余额和电费通知")
console = Console()

STEPS = {
    Step.AHEAD: "停电预告",
    Step.AGAIN: "停电前一天提醒",
    Step.CHANGED: "停电有变动",
    Step.SPARED: "不再涉及",
    Step.CANCELLED: "停电取消",
    Step.BALANCE_LOW: "余额不足",
    Step.BALANCE_EMPTY: "余额用完",
    Step.BILL_OVERDUE: "电费逾期提醒",
    Step.BILL_DEMAND: "电费催交",
    Step.STOP_AHEAD: "欠费停电通知",
    Step.STOP_SOON: "停电前30分钟",
    Step.STOP_OFF: "停电撤回",
    Step.STOP_RESTORE: "将复电",
}


class Subject(StrEnum):
    """What is switched."""

    BILL = "bill"
    OUTAGE = "outage"
    BOTH = "both"


@notice_app.command("list")
def list_notices(limit: Annotated[int, typer.Option(help="最多几条", min=1, max=500)] = 50) -> None:
    """The latest notices, newest first; account numbers are masked."""
    table = Table("时间", "户号", "内容", "事由", "方式")
    for notice in _notifier().notices(limit):
        way = "发送"
        if notice.by_person:
            way = "已打电话" if notice.done_at else "待打电话"
        table.add_row(f"{notice.at:%Y-%m-%d %H:%M}", masked(notice.account_no), STEPS[notice.step], notice.subject, way)
    console.print(table)


@notice_app.command("run")
def run() -> None:
    """Write the notices and reminders that are due now; the running service sends them, and does this by itself."""
    from bot.gateway.settings import Settings

    notifier, clock = _notifier(), SystemClock()
    told = 0
    while batch := notifier.sweep():
        told += batch
    reminded = notifier.remind()
    console.print(f"写出停电通知 {told} 条，余额和电费提醒 {reminded} 条")
    if Settings().quiet.until(clock.now()) is not None:
        console.print("现在是安静时段：提醒不写，停电通知到早上再发")


@notice_app.command("set")
def choose(
    account_no: Annotated[str, typer.Argument(help="户号")],
    topic: Annotated[Subject, typer.Argument(help="bill 账单和余额提醒，outage 停电通知，both 两样")],
    wanted: Annotated[bool, typer.Option("--on/--off", help="打开或关掉")],
) -> None:
    """Switch an account's notices on or off; what the law has told before a cut or an outage of an important user stays."""
    topics = tuple(Topic) if topic is Subject.BOTH else (Topic(topic.value),)
    try:
        _notifier().choose(account_no, topics, wanted, by="command line")
    except UnknownAccount:
        console.print("[red]✗[/] 没有这个户号")
        raise typer.Exit(1) from None
    console.print(f"{masked(account_no)} 已{'打开' if wanted else '关掉'}")


def _notifier() -> Any:
    from bot.gateway.assemble import notifier_of
    from bot.gateway.database import open_database
    from bot.gateway.settings import Settings

    settings = Settings()
    return notifier_of(settings, open_database(settings), SystemClock())
