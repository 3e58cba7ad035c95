"""`dianda report`: what the tickets and conversations of a period teach, as tables, a workbook, a page with pictures."""

from __future__ import annotations

import csv
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Shown

from bot.gateway.settings import Settings

if TYPE_CHECKING:
    from actions.ports.sql.report_rows import ReportRows
    from actions.reports.orders import Rejected
    from actions.reports.period import Period
    from actions.reports.tables import Table

report_app = typer.Typer(no_args_is_help=True, help="统计报表")
console = Console()
audit = logging.getLogger("dianda.audit")

_SHOWN_REJECTED = 20

PeriodOption = Annotated[str, typer.Option("--period", help="2026、2026-Q3、2026-08 或 2026-08-01..2026-08-15；不给就是全部时间")]
XlsxOption = Annotated[Path | None, typer.Option("--xlsx", help="另存为 Excel 工作簿")]
HtmlOption = Annotated[Path | None, typer.Option("--html", help="另存为带图的网页")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="另存为 JSON")]
OnlyOption = Annotated[list[str] | None, typer.Option("--only", help="只要这几张表（如 classes、limits、near），可多次给出")]


def _title_of() -> Callable[[str], str]:
    """What a ticket's business is called."""
    from actions.handlers.forms.flow import FlowBook
    from bot.gateway.settings import PROJECT

    return FlowBook.load(PROJECT / "actions" / "flows").title_of


@report_app.command("orders")
def orders(
    period: PeriodOption = "",
    kind: Annotated[str, typer.Option(help="complaint、repair…；不给就是全部类型。文件没有“类型”一列时就是文件里工单的类型")] = "",
    csv_file: Annotated[Path | None, typer.Option("--csv", help="从文件统计，而不是数据库；列名见 docs/operations.md")] = None,
    rejected: Annotated[Path | None, typer.Option(help="把没有统计的行连同原因写到这个文件")] = None,
    days: Annotated[int, typer.Option(help="多少天以内算重复投诉", min=1, max=366)] = 30,
    only: OnlyOption = None,
    xlsx: XlsxOption = None,
    html: HtmlOption = None,
    json_file: JsonOption = None,
) -> None:
    """Orders by class, area, step and owner; late, nearly late and repeated ones."""
    from datetime import timedelta

    from actions.desk.clock import SystemClock
    from actions.desk.tickets import Kind
    from actions.reports.report import Wanted, order_tables

    if kind and kind not in {one.value for one in Kind}:
        _fail(f"没有这个类型 {kind}，可用：{'、'.join(one.value for one in Kind)}")
    wanted = Wanted(period=_period(period), kind=kind, window=timedelta(days=days))
    settings, clock, began = Settings(), SystemClock(), time.monotonic()
    if csv_file is not None:
        from actions.desk.calendar import WorkingCalendar
        from actions.reports.read_csv import CannotRead, read_csv
        from bot.gateway.assemble import limits_profile

        try:
            read = read_csv(csv_file, limits_profile(settings.profile), WorkingCalendar(), kind=kind)
        except CannotRead as error:
            _fail(str(error))
        tables = order_tables(read.orders, wanted, clock.now(), _title_of())
        console.print(f"[dim]{csv_file.name}：{read.records} 行，统计 {read.records - len(read.rejected)} 行，{time.monotonic() - began:.1f} 秒[/]")
        _tell_rejected(read.rejected, rejected)
    else:
        from actions.reports.read_sql import read_sql

        _recorded(settings, f"order report of {wanted.period}")
        tables = order_tables(read_sql(_rows(settings), wanted.period), wanted, clock.now(), _title_of())
    _out(f"工单报表 {wanted.period}", tables, only, xlsx, html, json_file)


@report_app.command("service")
def service(
    period: PeriodOption = "", only: OnlyOption = None, xlsx: XlsxOption = None, html: HtmlOption = None, json_file: JsonOption = None
) -> None:
    """Containment, first-contact resolution, reasons of hand-overs, satisfaction."""
    from actions.reports.service import service_tables

    settings, wanted = Settings(), _period(period)
    _recorded(settings, f"service report of {wanted}")
    _out(f"服务报表 {wanted}", service_tables(_rows(settings), wanted), only, xlsx, html, json_file)


def _rows(settings: Settings) -> ReportRows:
    from actions.ports.sql.report_rows import ReportRows
    from bot.gateway.database import open_database

    return ReportRows(open_database(settings))


def _period(text: str) -> Period:
    from actions.reports.period import Period

    try:
        return Period.read(text)
    except ValueError as error:
        _fail(str(error))


def _out(
    title: str, tables: Sequence[Table], only: list[str] | None, xlsx: Path | None, html: Path | None, json_file: Path | None
) -> None:
    from actions.reports.files import page, write_xlsx

    if only:
        unknown = set(only) - {table.key for table in tables}
        if unknown:
            console.print(f"[yellow]没有数据或没有这张表：{escape('、'.join(sorted(unknown)))}[/]")
        tables = [table for table in tables if table.key in only]
    console.print(f"[bold]{escape(title)}[/]" if tables else f"{escape(title)}：没有数据")
    for table in tables:
        console.print(_shown(table))
    if xlsx is not None:
        write_xlsx(xlsx, title, tables)
        console.print(f"[green]✓[/] 工作簿：{xlsx}")
    if html is not None:
        html.write_text(page(title, tables), encoding="utf-8")
        console.print(f"[green]✓[/] 网页：{html}")
    if json_file is not None:
        json_file.write_text(json.dumps([table.to_json() for table in tables], ensure_ascii=False, indent=1), encoding="utf-8")
        console.print(f"[green]✓[/] JSON：{json_file}")


def _shown(table: Table) -> Shown:
    from actions.reports.tables import plain

    shown = Shown(title=table.title, caption=table.note or None, title_justify="left", caption_justify="left")
    for at, head in enumerate(table.heads):
        number = bool(table.rows) and not isinstance(table.rows[0][at], str)
        shown.add_column(head, justify="right" if number else "left")
    for row in table.rows:
        shown.add_row(*(escape(plain(cell)) for cell in row))
    return shown


def _tell_rejected(rejected: Sequence[Rejected], target: Path | None) -> None:
    """Every row that was not counted, with its reason: the first ones here, all of them in the file."""
    if not rejected:
        return
    console.print(f"[yellow]没有统计的 {len(rejected)} 行：[/]")
    for one in rejected[:_SHOWN_REJECTED]:
        console.print(f"  第 {one.line} 行 {escape(one.no)}：{escape(one.reason)}")
    if len(rejected) > _SHOWN_REJECTED:
        kinds = Counter(one.reason.partition("：")[0] for one in rejected)
        console.print("  …；合计 " + "，".join(f"{escape(reason)} {number} 行" for reason, number in kinds.most_common()))
        if target is None:
            console.print("  [dim]用 --rejected 文件名 可以得到全部。[/]")
    if target is not None:
        with target.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            writer.writerow(["行", "工单号", "原因"])
            writer.writerows([one.line, one.no, one.reason] for one in rejected)
        console.print(f"[green]✓[/] 全部写入 {target}")


def _recorded(settings: Settings, what: str) -> None:
    """A line of the audit log, as for reads over the API. Nothing personal is in a report; that it was made is known."""
    import getpass

    settings.logs_folder.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(settings.logs_folder / "audit.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    audit.addHandler(handler)
    audit.setLevel(logging.INFO)
    audit.propagate = False
    audit.info("%s read the %s on the command line", getpass.getuser(), what)
    audit.removeHandler(handler)
    handler.close()
    audit.propagate = True


def _fail(message: str) -> NoReturn:
    console.print(f"[red]✗[/] {escape(message)}")
    raise typer.Exit(1)
