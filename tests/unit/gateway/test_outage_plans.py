"""Importing outage plans from the command line."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from actions.desk.clock import SystemClock
from actions.desk.plans import COLUMNS
from actions.ports.sql import SqlCustomers, seed_demo
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
    bad = (row("P2", -3), row("P3", 9, 停电原因=None), row("P1", 10), row("P4", 9, 开始时间="下周三"), row("P5", 9, "紧急"))
    mixed = sheet(tmp_path / "a.xlsx", row("P1", 9), row("T1", 2, "临时"), *bad)
    first = CliRunner().invoke(app, ["outage", "import", mixed])
    assert first.exit_code == 1, first.output
    assert "新增 2，变更 0，未变 0，退回 5" in first.output
    for at, word in ((4, "已过"), (5, "停电原因"), (6, "两次"), (7, "下周三"), (8, "紧急")):
        assert any(f"第{at}行" in line and word in line for line in first.output.splitlines()), at
    again = CliRunner().invoke(app, ["outage", "import", mixed])
    assert "新增 0，变更 0，未变 2" in again.output
    moved = CliRunner().invoke(app, ["outage", "import", sheet(tmp_path / "b.xlsx", row("P1", 12))])
    assert "变更 1" in moved.output
    known = SqlCustomers(open_database(Settings())).outages_at("滨江区江边路3号", SystemClock().now())
    assert [outage.outage_no for outage in known] == ["T1", "P1"]
    assert "P1" in CliRunner().invoke(app, ["outage", "list"]).output


def test_a_late_plan_is_taken_and_said_to_be_late_and_can_be_called_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    late = CliRunner().invoke(app, ["outage", "import", sheet(tmp_path / "a.xlsx", row("P1", 3), row("P2", 9))])
    assert late.exit_code == 0, late.output
    assert [line for line in late.output.splitlines() if line.startswith("!")] == ["! P1：提前通知的时间已不足，马上通知"]
    assert CliRunner().invoke(app, ["outage", "cancel", "P2", "--reason", "改期"]).exit_code == 0
    assert CliRunner().invoke(app, ["outage", "cancel", "P2"]).exit_code == 1
    assert CliRunner().invoke(app, ["outage", "cancel", "P9"]).exit_code == 1
    listed = CliRunner().invoke(app, ["outage", "list"]).output
    assert [word in listed for word in ("晚报", "已取消")] == [True, True]
    known = SqlCustomers(open_database(Settings())).outages(SystemClock().now())
    assert [outage.outage_no for outage in known] == ["P1"]


def test_what_is_due_is_written_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    monkeypatch.setenv("DIANDA_QUIET_HOURS", "off")
    monkeypatch.setenv("COLUMNS", "200")
    seed_demo(open_database(Settings()), SystemClock(), demo=True)
    river = row("P1", 9, 停电范围="安澜市滨江区望江路沿线")
    CliRunner().invoke(app, ["outage", "import", sheet(tmp_path / "a.xlsx", river)])
    for written in ("停电通知 2 条，余额和电费提醒 2 条", "停电通知 0 条，余额和电费提醒 0 条"):
        assert written in CliRunner().invoke(app, ["notice", "run"]).output
    listed = CliRunner().invoke(app, ["notice", "list"]).output
    assert "3201**6677" in listed
    assert "3201556677" not in listed
    assert "待打电话" in listed
    assert CliRunner().invoke(app, ["notice", "set", "3201556677", "outage", "--off"]).exit_code == 0
    assert CliRunner().invoke(app, ["notice", "set", "0000000000", "outage", "--off"]).exit_code == 1


def test_crews_come_from_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    path = tmp_path / "crews.csv"
    lines = ("B1,江北一班,31.25,120.66,低压、中压", "B2,江北二班,95,120.66,低压", "B3,,31,120,低压", "B1,又一班,31,120,低压", "B4,江南班,31,120,带电")
    path.write_text("班组编号,名称,纬度,经度,技能\n" + "\n".join(lines) + "\n", encoding="utf-8-sig")
    first = CliRunner().invoke(app, ["crew", "import", str(path)])
    assert "新增 1，变更 0，未变 0，退回 4" in first.output
    for at, word in ((3, "纬度"), (4, "名称"), (5, "两次"), (6, "技能")):
        assert any(f"第{at}行" in line and word in line for line in first.output.splitlines()), at
    path.write_text("班组编号,名称,纬度,经度,技能\nB1,江北一班,31.25,120.66,\"中压,低压\"\nB2,江北二班,31.26,120.66,低压\n", encoding="utf-8")
    assert "新增 1，变更 0，未变 1，退回 0" in CliRunner().invoke(app, ["crew", "import", str(path)]).output
    crews = SqlCustomers(open_database(Settings())).crews()
    assert [(crew.crew_no, crew.skills) for crew in crews] == [("B1", ("lv", "mv")), ("B2", ("lv",))]


@pytest.mark.parametrize("content", [b"PK\x03\x04 no workbook", "计划编号".encode("gb18030"), b""])
def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    for name in ("a.xlsx", "a.txt") if content else ("gone.csv",):
        if content:
            (tmp_path / name).write_bytes(content)
        refused = CliRunner().invoke(app, ["outage", "import", str(tmp_path / name)])
        assert refused.exit_code == 2, refused.output


def test_a_csv_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    path = tmp_path / "plans.csv"
    line = [str(value) for value in row("P1", 9).values()]
    path.write_text(",".join(COLUMNS) + "\n" + ",".join(line) + "\n", encoding="utf-8-sig")
    assert "新增 1" in CliRunner().invoke(app, ["outage", "import", str(path)]).output
