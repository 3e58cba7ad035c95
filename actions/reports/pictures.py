"""Bars of a table as SVG: plain shapes and words, nothing loaded, colours from the page (`currentColor`)."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from actions.reports.tables import Table, plain

_ROW, _NAME, _BAR, _NUMBER = 26, 150, 320, 110
MOST_BARS = 15


def picture(table: Table) -> str | None:
    """The bars of the table's column, the first rows of it, or None when it has no picture."""
    if table.bars is None:
        return None
    rows = [row for row in table.rows if row[table.named] != "合计"][:MOST_BARS]
    values = [row[table.bars] for row in rows]
    numbers = [float(value) if isinstance(value, int | Decimal) else 0.0 for value in values]
    most = max(numbers, default=0.0)
    if not most:
        return None
    width, height = _NAME + _BAR + _NUMBER, _ROW * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-size="13" '
        f'fill="currentColor"><title>{escape(table.title)}</title>'
    ]
    for at, (row, value, number) in enumerate(zip(rows, values, numbers, strict=True)):
        middle = at * _ROW + _ROW / 2
        shares = [cell for cell in row[table.bars + 1 : table.bars + 2] if isinstance(cell, Decimal)]
        told = "　".join(plain(cell) for cell in (value, *shares))
        parts.append(
            f'<text x="{_NAME - 8}" y="{middle}" text-anchor="end" dominant-baseline="central">{escape(str(row[table.named]))}</text>'
            f'<rect class="bar" x="{_NAME}" y="{middle - 8}" width="{max(number / most * _BAR, 1):.1f}" height="16" rx="3" fill="#00796b"/>'
            f'<text x="{_NAME + number / most * _BAR + 8:.1f}" y="{middle}" dominant-baseline="central">{told}</text>'
        )
    return "".join(parts) + "</svg>"
