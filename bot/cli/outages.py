"""`dianda outage`: plans out of a spreadsheet, what is known, calling one off. Works on the database, beside the service or without it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from actions.desk.clock import SystemClock
from actions.desk.errors import PlanOver, UnknownPlan
from actions.desk.plans import AREAS, COLUMNS
from bot.cli.sheets import sheet_rows

outage_app = typer.Typer(no_args_is_help=True, help="停电计划")
console = Console()


@outage_app.command("import")
def import_plans(
    sheet: Annotated[Path, typer.Argument(help=f"xlsx 或 csv（UTF-8），列：{'、'.join(COLUMNS)}，可加{AREAS}")],
) -> None:
    """Store the plans of a sheet; again is nothing. Rows that are refused are listed with their reason (exit status 1)."""
    rows = sheet_rows(sheet)
    found = _notifier().take(rows)
    console.print(f"新增 {len(found.new)}，变更 {len(found.changed)}，未变 {len(found.unchanged)}，退回 {len(found.refused)}")
    for plan in found.late:
        console.print(f"[yellow]![/] {plan.outage_no}：提前通知的时间已不足，马上通知", soft_wrap=True)
    for at, reason in found.refused:
        console.print(f"[red]✗[/] 第{at}行：{reason}", soft_wrap=True)
    raise typer.Exit(1 if found.refused else 0)


@outage_app.command("list")
def list_outages() -> None:
    """Every outage that is not over, and the plans of the last week with how many were told."""
    from actions.ports.sql import SqlCustomers
    from bot.gateway.assemble import notifier_of
    from bot.gateway.database import open_database
    from bot.gateway.settings import Settings

    settings, clock = Settings(), SystemClock()
    engine = open_database(settings)
    states = {state.plan.outage_no: state for state in notifier_of(settings, engine, clock).plans()}
    outages = {outage.outage_no: outage for outage in SqlCustomers(engine).outages(clock.now())}
    outages |= {number: state.plan.outage for number, state in states.items()}
    table = Table("编号", "类型", "范围", "原因", "开始", "结束或预计恢复", "已通知", "待发", "备注")
    for outage in sorted(outages.values(), key=lambda one: (one.starts, one.outage_no)):
        end = outage.ends or outage.estimated_restore
        state = states.get(outage.outage_no)
        kind = {"planned": "计划", "fault": "故障"}[outage.type.value]
        told, waiting, notes = "", "", []
        if state is not None:
            kind = "临时" if state.plan.temporary else kind
            told = f"{state.told} 户（电话 {state.calls}）"
            waiting = str(state.waiting)
            notes = [
                *(["已取消"] if state.plan.cancelled_at else []),
                *(["晚报"] if state.plan.late else []),
                *([f"发送失败 {state.dead}"] if state.dead else []),
                *([f"待打电话 {state.open_calls}"] if state.open_calls else []),
            ]
        shown = f"{end:%Y-%m-%d %H:%M}" if end else "未定"
        table.add_row(
            outage.outage_no, kind, outage.area, outage.reason, f"{outage.starts:%Y-%m-%d %H:%M}", shown,
            told, waiting, "、".join(notes),
        )  # fmt: skip
    console.print(table)


@outage_app.command("cancel")
def cancel(
    outage_no: Annotated[str, typer.Argument(help="计划编号")],
    reason: Annotated[str, typer.Option(help="为什么取消，供内部查看")] = "",
) -> None:
    """Call a plan off; customers who were told of it are told."""
    try:
        _notifier().cancel(outage_no, reason[:300])
    except UnknownPlan:
        console.print(f"[red]✗[/] 没有这个停电计划：{outage_no}")
        raise typer.Exit(1) from None
    except PlanOver:
        console.print(f"[red]✗[/] {outage_no} 已开始、已结束或已取消，不能再取消；已开始的请改结束时间再导入")
        raise typer.Exit(1) from None
    console.print(f"{outage_no} 已取消，已通知过的客户会收到取消通知")


def _notifier() -> Any:
    from bot.gateway.assemble import notifier_of
    from bot.gateway.database import open_database
    from bot.gateway.settings import Settings

    settings = Settings()
    return notifier_of(settings, open_database(settings), SystemClock())
