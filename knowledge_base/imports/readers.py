"""Documents as pieces: a row of a question–answer table, or what stands under one heading.

Only what the standard library reads safely. PDF has no paragraphs to rely on and is refused with advice.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from knowledge_base.errors import KnowledgeError
from knowledge_base.imports.office import docx_markdown, xlsx_rows

LARGEST = 20 * 1024 * 1024
_HEADING = re.compile(r"^(#{1,6})\s+(?P<title>.+?)\s*#*$")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n---[ \t]*\n", re.DOTALL)
_SEVERAL = re.compile(r"[\n；;|｜]+")
_COLUMNS = {
    "question": ("问题", "问法", "客户问", "用户问", "问", "question", "q"),
    "answer": ("答案", "回答", "答复", "答", "answer", "a"),
    "title": ("标题", "title"),
    "source": ("来源", "依据", "文件", "source"),
    "article": ("条款", "article"),
    "edition": ("版本", "年份", "edition"),
}


class CannotImport(KnowledgeError):
    """The file cannot be read as articles; the message says why and what can."""


@dataclass(frozen=True)
class Piece:
    """What may become an article."""

    title: str
    questions: tuple[str, ...]
    text: str
    """Markdown."""
    source: str = ""
    article: str = ""
    edition: str = ""


def read_pieces(path: Path) -> list[Piece]:
    """The pieces of a document. Raises CannotImport."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        advice = "；PDF 请先用 Word 或 WPS 另存为 docx" if path.suffix.lower() == ".pdf" else ""
        raise CannotImport(f"{path.name}：不能导入 {path.suffix or '没有扩展名的'} 文件，支持 {'、'.join(sorted(s[1:] for s in _READERS))}{advice}")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CannotImport(f"{path.name}：读不了（{error.strerror}）") from error
    if len(raw) > LARGEST:
        raise CannotImport(f"{path.name}：超过 {LARGEST // 2**20} MB，请拆成几份")
    try:
        pieces = reader(path.stem, raw)
    except ValueError as error:
        raise CannotImport(f"{path.name}：{error}") from error
    if not pieces:
        raise CannotImport(f"{path.name}：里面没有可用的文字")
    return pieces


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


def of_table(rows: Sequence[Sequence[str]]) -> list[Piece]:
    """A question–answer table; its first line names the columns. Raises ValueError."""
    filled = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return []
    head = [cell.lower() for cell in filled[0]]
    at = {kind: next((head.index(name) for name in names if name in head), None) for kind, names in _COLUMNS.items()}
    if at["question"] is None or at["answer"] is None:
        raise ValueError("表格第一行要写列名，至少有“问题”和“答案”两列（另可有“标题”“来源”“条款”“版本”）")

    def cell(row: Sequence[str], kind: str) -> str:
        place = at[kind]
        return row[place] if place is not None and place < len(row) else ""

    pieces = []
    for row in filled[1:]:
        questions = tuple(dict.fromkeys(q.strip() for q in _SEVERAL.split(cell(row, "question")) if q.strip()))
        answer = cell(row, "answer")
        if questions and answer:
            title = cell(row, "title") or questions[0]
            pieces.append(Piece(title, questions, answer, cell(row, "source"), cell(row, "article"), cell(row, "edition")))
    return pieces


def _of_markdown(name: str, raw: bytes) -> list[Piece]:
    return of_markdown(name, _FRONT_MATTER.sub("", _decoded(raw)))


def of_markdown(name: str, text: str) -> list[Piece]:
    """One piece a heading that has text under it; what stands before the first heading is called `name`."""
    pieces: list[Piece] = []
    title, lines, fenced = name, list[str](), False

    def close() -> None:
        body = "\n".join(lines).strip()
        if body:
            asked = (title,) if title.endswith(("?", "？", "吗", "呢")) else ()
            pieces.append(Piece(title, asked, body))
        lines.clear()

    for line in text.splitlines():
        fenced ^= line.startswith("```")
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            lines.append(line)
        else:
            close()
            title = heading["title"]
    close()
    return pieces


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


_READERS: dict[str, Callable[[str, bytes], list[Piece]]] = {
    ".csv": _of_csv,
    ".xlsx": lambda _, raw: of_table(xlsx_rows(raw)),
    ".docx": lambda name, raw: of_markdown(name, docx_markdown(raw)),
    ".md": _of_markdown,
    ".html": _of_html,
    ".htm": _of_html,
}
