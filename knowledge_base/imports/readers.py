"""Files of every format as pieces. Word, Excel and HTML with the standard library alone, PDF with `pdf`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from knowledge_base.errors import KnowledgeError
from knowledge_base.imports.office import docx_markdown, xlsx_rows
from knowledge_base.imports.pdf import pdf_text
from knowledge_base.imports.pieces import Piece, of_markdown, of_table

LARGEST = 20 * 1024 * 1024
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n---[ \t]*\n", re.DOTALL)


class CannotImport(KnowledgeError):
    """The file cannot be read as articles; the message says why and what can."""


@dataclass(frozen=True)
class Document:
    """What was read of a file."""

    pieces: list[Piece]
    remarks: tuple[str, ...] = ()
    """What an editor must know about the reading itself, as pages that could not be read."""


def read_document(path: Path) -> Document:
    """The pieces of a file. Raises CannotImport."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise CannotImport(f"{path.name}：不能导入 {path.suffix or '没有扩展名的'} 文件，支持 {'、'.join(sorted(s[1:] for s in _READERS))}")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CannotImport(f"{path.name}：读不了（{error.strerror}）") from error
    if len(raw) > LARGEST:
        raise CannotImport(f"{path.name}：超过 {LARGEST // 2**20} MB，请拆成几份")
    try:
        document = reader(path.stem, raw)
    except ValueError as error:
        raise CannotImport(f"{path.name}：{error}") from error
    if not document.pieces:
        raise CannotImport(f"{path.name}：里面没有可用的文字")
    return document


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise ValueError("文字编码既不是 UTF-8 也不是 GB18030")


def _of_csv(name: str, raw: bytes) -> list[Piece]:
    text = _decoded(raw)
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    return of_table(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))


def _of_markdown(name: str, raw: bytes) -> list[Piece]:
    return of_markdown(name, _FRONT_MATTER.sub("", _decoded(raw)))


class _Html(HTMLParser):
    """HTML as Markdown: headings, paragraphs, lists, cells; scripts and styles are left out."""

    _BLOCKS = frozenset(["p", "div", "section", "article", "tr", "ul", "ol", "table", "br", "blockquote", "dt", "dd"])
    _UNSEEN = frozenset(["script", "style", "head", "template", "noscript"])

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._UNSEEN:
            self._unseen += 1
        elif re.fullmatch("h[1-6]", tag):
            self.pieces.append("\n\n" + "#" * int(tag[1]) + " ")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag in self._BLOCKS:
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in self._BLOCKS or re.fullmatch("h[1-6]", tag):
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))


def _of_html(name: str, raw: bytes) -> list[Piece]:
    parser = _Html()
    parser.feed(_decoded(raw))
    parser.close()
    lines = [line.strip() for line in "".join(parser.pieces).splitlines()]
    return of_markdown(name, re.sub(r"\n{3,}", "\n\n", "\n".join(lines)))


def _of_pdf(name: str, raw: bytes) -> Document:
    found = pdf_text(raw)
    pieces = [piece for table in found.tables for piece in of_table(table)] + of_markdown(name, found.markdown)
    silent = "、".join(map(str, found.silent_pages))
    return Document(pieces, (f"第 {silent} 页没有文字（多半是图片或扫描），没有导入",) if silent else ())


def _plain(reader: Callable[[str, bytes], list[Piece]]) -> Callable[[str, bytes], Document]:
    return lambda name, raw: Document(reader(name, raw))


_READERS: dict[str, Callable[[str, bytes], Document]] = {
    ".csv": _plain(_of_csv),
    ".xlsx": _plain(lambda _, raw: of_table(xlsx_rows(raw))),
    ".docx": _plain(lambda name, raw: of_markdown(name, docx_markdown(raw))),
    ".md": _plain(_of_markdown),
    ".html": _plain(_of_html),
    ".htm": _plain(_of_html),
    ".pdf": _of_pdf,
}
