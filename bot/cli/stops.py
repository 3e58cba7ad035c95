"""`dianda stop`: orders to stop the supply of accounts that owe. Works on the database, beside the service or without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from actions.desk.clock import SystemClock
from actions.desk.errors import StopOver, UnknownStop
from actions.desk.notices import masked
from actions.desk.stops import COLUMNS, DEMANDED, Protected, StopOrder, StopReview, StopState
from bot.cli.sheets import sheet_rows

stop_app = typer.Typer(no_args_is_help=True, help="欠费停电单")
console = Console()

STATES = {
    StopState.REVIEW: "待人工决定",
    StopState.STANDING: "待停电",
    StopState.HANDED: "可以停电",
    StopState.CUT: "已停电",
    StopState.WITHDRAWN: "已撤回",
    StopState.RESTORED: "已复电",
}
PROTECTED = {Protected.NONE: "", Protected.LIFE_SUPPORT: "生命支持", Protected.IMPORTANT: "重要用户"}
Number = Annotated[str, typer.Argument(help="单号")]
By = Annotated[str, typer.Option("--by", help="谁办的")]
Why = Annotated[str, typer.Option("--note", help="说明")]


@stop_app.command("import")
def import_orders(
    sheet: Annotated[Path, typer.Argument(help=f"xlsx 或 csv（UTF-8），列：{'、'.join(COLUMNS)}，可加{DEMANDED}")],
    by: By,
) -> None:
    """Store the orders of a sheet; again is nothing. Rows that are refused are listed with their reason (exit status 1)."""
    _told(_stopper().take(sheet_rows(sheet), by=by))


@stop_app.command("add")
def add(
    order_no: Number,
    account_no: Annotated[str, typer.Argument(help="户号")],
    amount: Annotated[str, typer.Argument(help="欠费金额，元")],
    planned_at: Annotated[str, typer.Argument(help="计划停电时间，2026-12-05 10:00")],
    reason: Annotated[str, typer.Option(help="原因")],
    approved_by: Annotated[str, typer.Option(help="批准人")],
    by: By,
    demanded_on: Annotated[str, typer.Option(help="纸面或别处催交的日期，2026-11-05")] = "",
) -> None:
    """Make one order."""
    cells = (order_no, account_no, amount, planned_at, reason, approved_by)
    _told(_stopper().take([{**dict(zip(COLUMNS, cells, strict=True)), DEMANDED: demanded_on}], by=by, first=1))


@stop_app.command("list")
def list_orders(limit: Annotated[int, typer.Option(help="最多几张", min=1, max=500)] = 100) -> None:
    """Orders that have not ended by planned time, then the others; account numbers are masked."""
    table = Table("单号", "户号", "金额", "计划停电", "状态", "保护", "已通知", "30分钟", "备注")
    for order in _stopper().orders(limit):
        table.add_row(
            order.order_no, masked(order.account_no), f"{order.amount:.2f}", f"{order.planned_at:%Y-%m-%d %H:%M}", STATES[order.state],
            PROTECTED[order.protected], *("" if at is None else f"{at:%m-%d %H:%M}" for at in (order.noticed_at, order.warned_at)), order.note,
        )  # fmt: skip
    console.print(table)


@stop_app.command("decide")
def decide(order_no: Number, allow: Annotated[bool, typer.Option("--allow/--refuse", help="同意或不同意停电")], by: By, note: Why = "") -> None:
    """Decide on a protected customer's order."""
    _do(lambda: _stopper().decide(order_no, allow, by=by, note=note))


@stop_app.command("withdraw")
def withdraw(order_no: Number, by: By, note: Why) -> None:
    """Call an order off before it is carried out; a customer who was told is told."""
    _do(lambda: _stopper().withdraw(order_no, by=by, note=note))


@stop_app.command("cut")
def cut(order_no: Number, by: By) -> None:
    """Note that the supply was stopped; refused when it may not be, or was paid."""
    _do(lambda: _stopper().cut(order_no, by=by))


@stop_app.command("restored")
def restored(order_no: Number, by: By) -> None:
    """Note that the supply is back."""
    _do(lambda: _stopper().restored(order_no, by=by))


@stop_app.command("run")
def run() -> None:
    """Do what is due now; the running service does this by itself."""
    stopper, count = _stopper(), 0
    while done := stopper.sweep():
        count += done
    console.print(f"处理停电单 {count} 张次")


def _told(found: StopReview) -> None:
    console.print(f"新增 {len(found.new)}，未变 {len(found.unchanged)}，退回 {len(found.refused)}")
    for order in found.new:
        if order.protected:
            console.print(f"[yellow]![/] {order.order_no}：{PROTECTED[order.protected]}，等人决定（dianda stop decide）", soft_wrap=True)
    for at, reason in found.refused:
        console.print(f"[red]✗[/] 第{at}行：{reason}", soft_wrap=True)
    raise typer.Exit(1 if found.refused else 0)


def _do(act: Callable[[], StopOrder]) -> None:
    try:
        order = act()
    except UnknownStop as error:
        console.print(f"[red]✗[/] 没有这张停电单：{error}")
        raise typer.Exit(1) from None
    except StopOver as error:
        console.print(f"[red]✗[/] {error} 现在不能这样办：可能已缴清、已撤回、已停电，或还没到可以停电的时候")
        raise typer.Exit(1) from None
    console.print(f"{order.order_no}：{STATES[order.state]}")


def _stopper() -> Any:
    from bot.gateway.assemble import open_desk, stopper_of
    from bot.gateway.database import open_database
    from bot.gateway.settings import Settings

    settings, clock = Settings(), SystemClock()
    return stopper_of(settings, open_database(settings), clock, open_desk(settings, clock))
