"""A table of a report: what every way of showing it (terminal, xlsx, page, JSON) draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Cell = str | int | Decimal
"""Words, a number, or a share in per cent with two places."""

_PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`bars` is the column whose numbers the picture shows, each under the words of the column `named`; None: no picture."""

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    bars: int | None = None
    named: int = 0

    def to_json(self) -> dict[str, Any]:
        """The API's table object: numbers as numbers, shares as text with two places and `%`."""
        return {
            "key": self.key,
            "title": self.title,
            "heads": list(self.heads),
            "rows": [[plain(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in self.rows],
            "note": self.note,
        }


def table(key: str, title: str, heads: str, rows: Iterable[tuple[Cell, ...]], **more: Any) -> Table:
    """A table with its heads as words between blanks."""
    return Table(key=key, title=title, heads=tuple(heads.split()), rows=tuple(rows), **more)


def share(part: int, whole: int) -> Decimal:
    """`part` of `whole` in per cent, exact, halves up: 131 of 378 is 34.66. Nothing of nothing is 0."""
    if not whole:
        return Decimal("0.00")
    return (Decimal(100 * part) / whole).quantize(_PLACES, ROUND_HALF_UP)


def plain(cell: Cell) -> str:
    """A cell as text."""
    return f"{cell} %" if isinstance(cell, Decimal) else str(cell)
