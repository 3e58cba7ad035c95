"""`dianda crew`: repair crews out of a spreadsheet, and those there are. Works on the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from actions.desk.crew_sheet import CREW_COLUMNS, review_crews
from bot.cli.sheets import sheet_rows

crew_app = typer.Typer(no_args_is_help=True, help="抢修班组")
console = Console()


@crew_app.command("import")
def import_crews(
    sheet: Annotated[Path, typer.Argument(help="xlsx 或 csv（UTF-8），列：" + "、".join(CREW_COLUMNS))],
) -> None:
    """Store the crews of a sheet; again is nothing, crews that are not in it stay. Refused rows are listed (exit status 1)."""
    rows, customers = sheet_rows(sheet), _customers()
    found = review_crews(rows, customers.crews())
    customers.put_crews((*found.new, *found.changed))
    console.print(f"新增 {len(found.new)}，变更 {len(found.changed)}，未变 {len(found.unchanged)}，退回 {len(found.refused)}")
    for at, reason in found.refused:
        console.print(f"[red]✗[/] 第{at}行：{reason}", soft_wrap=True)
    raise typer.Exit(1 if found.refused else 0)


@crew_app.command("list")
def list_crews() -> None:
    """Every crew."""
    table = Table("班组编号", "名称", "纬度", "经度", "技能")
    for crew in _customers().crews():
        skills = "、".join({"lv": "低压", "mv": "中压"}.get(skill, skill) for skill in crew.skills)
        table.add_row(crew.crew_no, crew.name, str(crew.lat), str(crew.lon), skills)
    console.print(table)


def _customers() -> Any:
    from actions.ports.sql import SqlCustomers
    from bot.gateway.database import open_database
    from bot.gateway.settings import Settings

    return SqlCustomers(open_database(Settings()))
