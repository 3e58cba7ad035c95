"""Reading spreadsheets for the commands that import them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer


def sheet_rows(sheet: Path) -> list[Mapping[str, Any]]:
    """The rows of an xlsx file's first sheet or of a UTF-8 csv, by heading; empty rows are left out. Raises typer.BadParameter."""
    if not sheet.is_file():
        raise typer.BadParameter(f"没有这个文件：{sheet}")
    if sheet.suffix.lower() == ".csv":
        try:
            with sheet.open(encoding="utf-8-sig", newline="") as file:
                return list(csv.DictReader(file, strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise typer.BadParameter(f"不是 UTF-8 的 csv：{error}") from None
    if sheet.suffix.lower() != ".xlsx":
        raise typer.BadParameter("只读 xlsx 和 csv")
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        lines = load_workbook(sheet, read_only=True, data_only=True).worksheets[0].iter_rows(values_only=True)
    except (BadZipFile, InvalidFileException, KeyError):
        raise typer.BadParameter("不是 xlsx 文件") from None
    heads = [str(cell or "").strip() for cell in next(lines, ())]
    return [dict(zip(heads, line, strict=False)) for line in lines if any(cell is not None for cell in line)]
