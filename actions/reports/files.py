"""A report as a file: a workbook (xlsx), or a page that loads nothing and can be sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

from actions.reports.pictures import picture
from actions.reports.tables import Table, plain

_SHEET_NAME = 31
_CHARTED = 15


def write_xlsx(target: Path | BinaryIO, title: str, tables: Sequence[Table]) -> None:
    """One sheet a table, numbers as numbers and shares as shares, with its bars as a chart."""
    # Words are words: what a ticket holds must never be run as a formula, or opened as a link.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target if not isinstance(target, Path) else str(target), options) as book:
        book.set_properties({"title": title})
        bold, cent, dim = book.add_format({"bold": True}), book.add_format({"num_format": "0.00%"}), book.add_format({"italic": True})
        for table in tables:
            name = table.title.translate(str.maketrans("", "", "[]:*?/\\"))[:_SHEET_NAME]
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, [table.title], bold)
            sheet.write_row(1, 0, table.heads, bold)
            for at, row in enumerate(table.rows, start=2):
                for column, cell in enumerate(row):
                    if isinstance(cell, Decimal):
                        sheet.write_number(at, column, float(cell / 100), cent)
                    else:
                        sheet.write(at, column, cell)
            if table.note:
                sheet.write(len(table.rows) + 3, 0, table.note, dim)
            for column, head in enumerate(table.heads):
                cells = [head, *(plain(row[column]) for row in table.rows)]
                sheet.set_column(column, column, min(max(2 * len(cell) for cell in cells) + 2, 60))
            sheet.freeze_panes(2, 0)
            if table.bars is not None and table.rows:
                last = min(len(table.rows), _CHARTED) + 1
                chart = book.add_chart({"type": "bar"})
                chart.add_series({"categories": [name, 2, table.named, last, table.named], "values": [name, 2, table.bars, last, table.bars]})
                chart.set_title({"name": table.title})
                chart.set_legend({"none": True})
                chart.set_y_axis({"reverse": True})
                sheet.insert_chart(1, len(table.heads) + 1, chart)


def page(title: str, tables: Sequence[Table]) -> str:
    """An HTML page with tables and pictures."""
    parts = [
        "<!doctype html><html lang='zh-CN'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>{escape(title)}</title><style>body{{font:15px/1.6 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;"
        "color:#16302c}table{border-collapse:collapse;margin:.5rem 0}th,td{padding:.25rem .8rem .25rem 0;border-top:1px solid #d3e0dc;"
        "text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}svg{max-width:600px;display:block}.note{color:#4b625d}</style>"
        f"<h1>{escape(title)}</h1>"
    ]
    for table in tables:
        heads = "".join(f"<th scope='col'>{escape(head)}</th>" for head in table.heads)
        rows = "".join(
            "<tr>" + "".join(f"<td{' class=n' if not isinstance(c, str) else ''}>{escape(plain(c))}</td>" for c in row) + "</tr>"
            for row in table.rows
        )
        note = f"<p class='note'>{escape(table.note)}</p>" if table.note else ""
        parts.append(
            f"<section><h2>{escape(table.title)}</h2>{picture(table) or ''}<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{note}</section>"
        )
    return "".join(parts) + "</html>"
