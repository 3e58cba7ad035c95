"""Pieces of a document that may become articles: a row of a question–answer table, or what stands under one heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_HEADING = re.compile(r"^(#{1,6})\s+(?P<title>.+?)\s*#*$")
_ASKED = re.compile(r"^(?:\*\*)?(?:问题?|[Qq])\s*\d{0,3}\s*[:：]\s*(?P<title>.+?)(?:\*\*)?$")
_ANSWERED = re.compile(r"^(?:\*\*)?(?:答案?|答复|[Aa])\s*\d{0,3}\s*[:：](?:\*\*)?\s*")
_CLAUSE = re.compile(r"^第[一二三四五六七八九十百零〇0-9]{1,6}条$")
_SEVERAL = re.compile(r"[\n；;|｜]+")
_COLUMNS = {
    "question": ("问题", "问法", "客户问", "用户问", "问", "question", "q"),
    "answer": ("答案", "回答", "答复", "答", "answer", "a"),
    "title": ("标题", "title"),
    "source": ("来源", "依据", "文件", "source"),
    "article": ("条款", "article"),
    "edition": ("版本", "年份", "edition"),
}


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


def columns(head: Sequence[str]) -> dict[str, int] | None:
    """Where a question–answer table keeps what, by its first line; None when it is no such table."""
    named = [cell.strip().lower() for cell in head]
    at = {kind: next((named.index(name) for name in names if name in named), None) for kind, names in _COLUMNS.items()}
    return None if at["question"] is None or at["answer"] is None else {kind: place for kind, place in at.items() if place is not None}


def of_table(rows: Sequence[Sequence[str]]) -> list[Piece]:
    """A question–answer table; its first line names the columns. Raises ValueError."""
    filled = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return []
    at = columns(filled[0])
    if at is None:
        raise ValueError("表格第一行要写列名，至少有“问题”和“答案”两列（另可有“标题”“来源”“条款”“版本”）")

    def cell(row: Sequence[str], kind: str) -> str:
        return row[at[kind]] if kind in at and at[kind] < len(row) else ""

    pieces = []
    for row in filled[1:]:
        questions = tuple(dict.fromkeys(q.strip() for q in _SEVERAL.split(cell(row, "question")) if q.strip()))
        answer = cell(row, "answer")
        if questions and answer:
            title = cell(row, "title") or questions[0]
            pieces.append(Piece(title, questions, answer, cell(row, "source"), cell(row, "article"), cell(row, "edition")))
    return pieces


def of_markdown(name: str, text: str) -> list[Piece]:
    """One piece a heading, or a line marked as a question (问：…), that has text under it.

    What stands before the first heading is called `name`. A heading that is a clause (第三条) names the clause.
    """
    pieces: list[Piece] = []
    title, asked, lines, fenced = name, False, list[str](), False

    def close() -> None:
        body = "\n".join(lines).strip()
        if body:
            questions = (title,) if asked or title.endswith(("?", "？", "吗", "呢")) else ()
            clause = title if _CLAUSE.match(title) else ""
            pieces.append(Piece(f"{name} {title}" if clause else title, questions, body, name if clause else "", clause))
        lines.clear()

    for line in text.splitlines():
        fenced ^= line.startswith("```")
        heading = None if fenced else _HEADING.match(line)
        marked = None if fenced else _ASKED.match(heading["title"] if heading is not None else line.strip())
        begins = marked or heading
        if begins is None:
            lines.append(line if fenced else _ANSWERED.sub("", line, count=1))
        else:
            close()
            title, asked = begins["title"], marked is not None
    close()
    return pieces
