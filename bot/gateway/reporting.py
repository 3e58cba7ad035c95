"""Reports through the service: one at a time, in a thread, over one moment of the database."""

from __future__ import annotations

import io
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from actions.desk.clock import Clock
from actions.ports.sql.report_rows import ReportRows
from actions.reports.period import Period

if TYPE_CHECKING:
    from actions.reports.report import Wanted
    from actions.reports.tables import Table


class ReportDesk:
    """One for the service. Methods block and are called in threads; what reckons is loaded when it is first needed."""

    def __init__(self, rows: ReportRows, clock: Clock, title_of: Callable[[str], str] = str) -> None:
        """`title_of`: a ticket's business → what it is called (`FlowBook.title_of`)."""
        self._rows, self._clock, self._title_of = rows, clock, title_of
        # A report of a year takes memory; two at once twice as much.
        self._one = Lock()

    def orders(self, wanted: Wanted) -> list[Table]:
        """The tables of the orders."""
        from actions.reports.read_sql import read_sql
        from actions.reports.report import order_tables

        with self._one:
            return order_tables(read_sql(self._rows, wanted.period), wanted, self._clock.now(), self._title_of)

    def service(self, period: Period) -> list[Table]:
        """The tables of the service itself."""
        from actions.reports.service import service_tables

        with self._one:
            return service_tables(self._rows, period)

    @staticmethod
    def workbook(title: str, tables: list[Table]) -> bytes:
        """The tables as a workbook (xlsx)."""
        from actions.reports.files import write_xlsx

        out = io.BytesIO()
        write_xlsx(out, title, tables)
        return out.getvalue()
