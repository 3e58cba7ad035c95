"""Importing outage plans from the command line."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from actions.desk.clock import SystemClock
from actions.desk.plans import COLUMNS
from actions.ports.sql import SqlCustomers
from bot.cli.main import app
from bot.gateway.database import open_database
from bot.gateway.settings import Settings


def row(no: str, days: float, kind: str = "计划", **other: object) -> dict[str, object]:
    starts = (datetime.now() + timedelta(days=days)).replace(second=0, microsecond=0)
    told = dict(zip(COLUMNS, (no, kind, "线路检修", "安澜市滨江区江边路沿线", starts, starts + timedelta(hours=8)), strict=True))
    return {**told, **other}


def sheet(path: Path, *rows: dict[str, object]) -> str:
    book = Workbook()
    assert book.active is not None
    book.active.append(COLUMNS)
    for one in rows:
        book.active.append([one[name] for name in COLUMNS])
    book.save(path)
    return str(path)


def test_good_rows_are_stored_once_and_bad_ones_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    bad = (row("P2", 3), row("P3", 9, 停电原因=None), row("P1", 10), row("P4", 9, 开始时间="下周三"), row("P5", 9, "紧急"))
    mixed = sheet(tmp_path / "a.xlsx", row("P1", 9), row("T1", 2, "临时"), *bad)
    first = CliRunner().invoke(app, ["outage", "import", mixed])
    assert first.exit_code == 1, first.output
    assert "新增 2，变更 0，未变 0，退回 5" in first.output
    for at, word in ((4, "7天"), (5, "停电原因"), (6, "两次"), (7, "下周三"), (8, "紧急")):
        assert any(f"第{at}行" in line and word in line for line in first.output.splitlines()), at
    again = CliRunner().invoke(app, ["outage", "import", mixed])
    assert "新增 0，变更 0，未变 2" in again.output
    moved = CliRunner().invoke(app, ["outage", "import", sheet(tmp_path / "b.xlsx", row("P1", 12))])
    assert "变更 1" in moved.output
    known = SqlCustomers(open_database(Settings())).outages_at("滨江区江边路3号", SystemClock().now())
    assert [outage.outage_no for outage in known] == ["T1", "P1"]
    assert "P1" in CliRunner().invoke(app, ["outage", "list"]).output


def test_a_csv_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    path = tmp_path / "plans.csv"
    line = [str(value) for value in row("P1", 9).values()]
    path.write_text(",".join(COLUMNS) + "\n" + ",".join(line) + "\n", encoding="utf-8-sig")
    assert "新增 1" in CliRunner().invoke(app, ["outage", "import", str(path)]).output
