"""`dianda outage`: plans out of a spreadsheet, and what is known. Works on the database, beside the service or without it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from actions.desk.clock import SystemClock
from actions.desk.plans import COLUMNS, review

outage_app = typer.Typer(no_args_is_help=True, help="停电计划")
console = Console()


@outage_app.command("import")
def import_plans(sheet: Annotated[Path, typer.Argument(help="xlsx 或 csv（UTF-8），列：" + "、".join(COLUMNS))]) -> None:
    """Store the plans of a sheet; again is nothing. Rows that are refused are listed with their reason (exit status 1)."""
    customers = _customers()
    rows = _rows(sheet)
    numbers = {str(row.get("计划编号") or "").strip() for row in rows}
    found = review(rows, customers.outages_of(numbers), SystemClock().now())
    customers.put_outages((*found.new, *found.changed))
    console.print(f"新增 {len(found.new)}，变更 {len(found.changed)}，未变 {len(found.unchanged)}，退回 {len(found.refused)}")
    for at, reason in found.refused:
        console.print(f"[red]✗[/] 第{at}行：{reason}", soft_wrap=True)
    raise typer.Exit(1 if found.refused else 0)


@outage_app.command("list")
def list_outages() -> None:
    """Every outage that is not over."""
    table = Table("编号", "类型", "范围", "原因", "开始", "结束或预计恢复")
    for outage in _customers().outages(SystemClock().now()):
        end = outage.ends or outage.estimated_restore
        kind = {"planned": "计划", "fault": "故障"}[outage.type.value]
        shown = f"{end:%Y-%m-%d %H:%M}" if end else "未定"
        table.add_row(outage.outage_no, kind, outage.area, outage.reason, f"{outage.starts:%Y-%m-%d %H:%M}", shown)
    console.print(table)


def _customers() -> Any:
    from actions.ports.sql import SqlCustomers
    from bot.gateway.database import open_database
    from bot.gateway.settings import Settings

    return SqlCustomers(open_database(Settings()))


def _rows(sheet: Path) -> list[Mapping[str, Any]]:
    if sheet.suffix.lower() == ".csv":
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    if sheet.suffix.lower() != ".xlsx":
        raise typer.BadParameter("只读 xlsx 和 csv")
    from openpyxl import load_workbook

    lines = load_workbook(sheet, read_only=True, data_only=True).worksheets[0].iter_rows(values_only=True)
    heads = [str(cell or "").strip() for cell in next(lines, ())]
    return [dict(zip(heads, line, strict=False)) for line in lines if any(cell is not None for cell in line)]
