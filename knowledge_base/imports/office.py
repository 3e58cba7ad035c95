"""The text of Word and Excel files: ZIP archives of XML. Archives that unpack hugely and XML with entities are refused."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LARGEST = 64 * 1024 * 1024
_MOST_COLUMNS = 256


def docx_markdown(raw: bytes) -> str:
    """Paragraphs, headings, list items and table rows of a Word file. Raises ValueError."""
    archive = _archive(raw)
    headings = _heading_styles(archive)
    body = _xml(archive, "word/document.xml").find(f"{_W}body")
    lines: list[str] = []
    for block in () if body is None else body:
        if block.tag == f"{_W}p":
            lines.append(_paragraph(block, headings))
        elif block.tag == f"{_W}tbl":
            for row in block.iter(f"{_W}tr"):
                lines.append("- " + "，".join(filter(None, (_words(cell) for cell in row.iter(f"{_W}tc")))))
    return "\n\n".join(line for line in lines if line.strip(" -#"))


def _paragraph(block: ElementTree.Element, headings: dict[str, int]) -> str:
    text = _words(block)
    style = block.find(f"{_W}pPr/{_W}pStyle")
    level = headings.get(style.get(f"{_W}val", ""), 0) if style is not None else 0
    if level:
        return "#" * level + " " + text
    return "- " + text if block.find(f"{_W}pPr/{_W}numPr") is not None else text


def _words(block: ElementTree.Element) -> str:
    parts = {f"{_W}tab": " ", f"{_W}br": "\n"}
    return "".join(node.text or "" if node.tag == f"{_W}t" else parts.get(str(node.tag), "") for node in block.iter()).strip()


def _heading_styles(archive: zipfile.ZipFile) -> dict[str, int]:
    """Style id → level: by the style's name, which Word and WPS keep in English or Chinese."""
    if "word/styles.xml" not in archive.namelist():
        return {}
    found = {}
    for style in _xml(archive, "word/styles.xml").iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        named = re.fullmatch(r"(?:heading|标题) ?([1-6])", "" if name is None else name.get(f"{_W}val", "").lower())
        if named:
            found[style.get(f"{_W}styleId", "")] = int(named[1])
    return found


def xlsx_rows(raw: bytes) -> list[list[str]]:
    """The rows of the first sheet that has any, as text. Raises ValueError."""
    archive = _archive(raw)
    shared: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        shared = [_shown(item) for item in _xml(archive, "xl/sharedStrings.xml").iter(f"{_S}si")]
    sheets = sorted(
        (name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)),
        key=lambda name: int(re.sub(r"\D", "", name)),
    )
    for name in sheets:
        rows = [_row(row, shared) for row in _xml(archive, name).iter(f"{_S}row")]
        if any(any(row) for row in rows):
            return rows
    return []


def _row(row: ElementTree.Element, shared: list[str]) -> list[str]:
    cells: dict[int, str] = {}
    for at, cell in enumerate(row.iter(f"{_S}c")):
        column = _column(cell.get("r", "")) if cell.get("r") else at
        if column < _MOST_COLUMNS:
            cells[column] = _cell(cell, shared)
    return [cells.get(at, "") for at in range(max(cells, default=-1) + 1)]


def _cell(cell: ElementTree.Element, shared: list[str]) -> str:
    kind, value = cell.get("t"), cell.find(f"{_S}v")
    if kind == "inlineStr":
        return _shown(cell)
    text = "" if value is None else value.text or ""
    if kind == "s":
        at = int(text or -1)
        return shared[at] if 0 <= at < len(shared) else ""
    return text


def _shown(item: ElementTree.Element) -> str:
    """The text of a cell without its phonetic reading."""
    reading = {id(text) for phonetic in item.iter(f"{_S}rPh") for text in phonetic.iter(f"{_S}t")}
    return "".join(text.text or "" for text in item.iter(f"{_S}t") if id(text) not in reading)


def _column(reference: str) -> int:
    number = 0
    for letter in re.sub(r"[^A-Z]", "", reference.upper()):
        number = number * 26 + ord(letter) - 64
    return number - 1


def _archive(raw: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except zipfile.BadZipFile as error:
        raise ValueError("不是有效的 docx 或 xlsx 文件（旧的 doc、xls 请先另存）") from error
    if sum(part.file_size for part in archive.infolist()) > _LARGEST:
        raise ValueError("解开后太大")
    return archive


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    try:
        with archive.open(name) as file:
            raw = file.read(_LARGEST)
    except (KeyError, zipfile.BadZipFile, RuntimeError) as error:
        raise ValueError(f"文件里缺少 {name} 或已损坏") from error
    # Office writes neither; with them a small file can be made to fill the memory or to name other files.
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ValueError("文件里有不该有的 XML 声明，为安全起见不导入")
    try:
        return ElementTree.fromstring(raw)  # noqa: S314 - no document type is let through
    except ElementTree.ParseError as error:
        raise ValueError("文件内容已损坏") from error
