"""Letters at places become paragraphs, headings and tables: what a reader of a page sees and a PDF does not say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge_base.imports.pieces import columns

_LARGER = 1.12
"""A line this much larger than the running text is a heading."""
_EDGE = 0.1
"""Share of a page's height at top and bottom where running heads and page numbers stand."""
_SHORT, _LONGEST_QUESTION = 40, 60
_PAGE_NUMBER = re.compile(r"^[-—–·\s]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/／共,，]+\s*\d{1,4}\s*页?)?[-—–·\s]*$")
_ITEM = re.compile(r"^(?:[-•●■◆▪·*]\s*|[(（]?[0-9０-９一二三四五六七八九十]{1,3}[)）、.．]\s*|[①-⑳])")
_BULLET = re.compile(r"^[-•●■◆▪·*]\s*")
_CHAPTER = re.compile(r"^(?:第[一二三四五六七八九十百零〇0-9]{1,5}[章节编]|附录|附则|总则|[一二三四五六七八九十]{1,3}、)")
_CLAUSE = re.compile(r"^(第[一二三四五六七八九十百零〇0-9]{1,6}条)[\s　]*(.*)$", re.DOTALL)
_NUMBER = re.compile(r"^(?:[(（]?\d{1,3}[)）、.．:：]|[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）])\s*")
_MARKED = re.compile(r"^(?:问|答|问题|答案|答复|[QqAa])\s*\d{0,3}\s*[:：]")
_ENDS = "。！？!?；;：:…”」）)"
_ROW = -1
"""The level of a row of a table."""
_ASIAN = re.compile(r"[\u2e80-\u9fff\uff00-\uffef，。、；：？！“”‘’（）《》]")


@dataclass(frozen=True)
class Line:
    """A line of text; places in points from the left and the top of its page."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float


Rows = list[list[str]]


@dataclass(frozen=True)
class Table:
    """A ruled table; its place as of a line."""

    rows: Rows
    top: float
    bottom: float


@dataclass(frozen=True)
class PageText:
    """Lines outside of tables, and the tables, of one page."""

    lines: list[Line]
    tables: list[Table]
    height: float
    drawn: bool
    """Whether the page shows pictures or drawings."""


def markdown_of(pages: Sequence[PageText]) -> tuple[str, list[Rows]]:
    """Markdown of all lines and other tables; and the question–answer tables, one that runs over a page break as one."""
    kept = list(_without_running_heads(pages))
    sizes = Counter[float]()
    for page in kept:
        for line in page.lines:
            sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    asked: list[Rows] = []
    paragraphs: list[tuple[int, str]] = []
    goes_on = False
    """Whether a question–answer table reached the end of the page before."""
    for page in kept:
        rest = list(page.lines)
        for table in page.tables:
            above = [line for line in rest if line.top < table.top]
            rest = rest[len(above) :]
            _add(paragraphs, _paragraphs(above, body))
            goes_on = goes_on and not above and len(table.rows[0]) == len(asked[-1][0])
            if columns(table.rows[0]) is not None and not (goes_on and table.rows[0] == asked[-1][0]):
                asked.append(list(table.rows))
            elif goes_on:
                asked[-1].extend(row for row in table.rows if row != asked[-1][0])
            else:
                paragraphs += [(_ROW, "，".join(filter(None, row))) for row in table.rows]
            goes_on = goes_on or bool(asked and asked[-1][-1] == table.rows[-1])
        _add(paragraphs, _paragraphs(rest, body))
        goes_on = goes_on and not rest
    return "\n\n".join(_rendered(paragraphs)), asked


def _add(paragraphs: list[tuple[int, str]], more: Iterator[tuple[int, str]]) -> None:
    for level, text in more:
        before = paragraphs[-1] if paragraphs else (_ROW, "")
        if level == before[0] == 0 and not before[1].endswith(tuple(_ENDS)) and not _begins_something(text):
            paragraphs[-1] = (0, _joined(before[1], text))  # broken by the page, not by the writer
        else:
            paragraphs.append((level, text))


def _without_running_heads(pages: Sequence[PageText]) -> Iterator[PageText]:
    """Each page without what stands at the same edge of most pages, and without page numbers."""
    seen = Counter[str]()
    for page in pages:
        seen.update({_shape(line) for line in page.lines if _at_edge(line, page)})
    often = {shape for shape, count in seen.items() if len(pages) > 1 and count > max(1, len(pages) // 2)}
    for page in pages:
        yield replace(page, lines=[
            line for line in page.lines if not (_at_edge(line, page) and (_PAGE_NUMBER.match(line.text) or _shape(line) in often))
        ])  # fmt: skip


def _at_edge(line: Line, page: PageText) -> bool:
    return line.bottom < page.height * _EDGE or line.top > page.height * (1 - _EDGE)


def _shape(line: Line) -> str:
    return f"{round(line.top / 4)} {re.sub('[0-9]+', '#', line.text)}"


def _paragraphs(lines: Sequence[Line], body: float) -> Iterator[tuple[int, str]]:
    """(heading level or 0, text). A paragraph ends at a gap, an indent, a list mark, or a line that stops short."""
    if not lines:
        return
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    text, level, last = "", 0, None
    for line in lines:
        here = _level(line, body)
        fresh = last is None or here != level or _parted(last, line, left, right)
        if fresh and text:
            yield level, text
        text = line.text if fresh else _joined(text, line.text)
        level, last = here, line
    yield level, text


def _level(line: Line, body: float) -> int:
    if line.size >= body * _LARGER and len(line.text) <= _LONGEST_QUESTION:
        return 2
    return 3 if _CHAPTER.match(line.text) and len(line.text) <= _SHORT and not line.text.endswith(tuple(_ENDS)) else 0


def _parted(last: Line, line: Line, left: float, right: float) -> bool:
    gap = line.top - last.bottom
    return (
        gap > 0.9 * line.size
        or line.top < last.top
        or last.right < right - 3 * line.size
        or (line.left > left + 1.5 * line.size and last.left < line.left - line.size)
        or _begins_something(line.text)
    )


def _begins_something(text: str) -> bool:
    return any(mark.match(text) for mark in (_ITEM, _CLAUSE, _MARKED))


def _joined(before: str, after: str) -> str:
    """Chinese is joined without a blank, words of letters with one."""
    if before and after and not (_ASIAN.match(before[-1]) or _ASIAN.match(after[0])):
        return f"{before} {after}"
    return before + after


def _rendered(paragraphs: Sequence[tuple[int, str]]) -> Iterator[str]:
    for at, (level, text) in enumerate(paragraphs):
        following = paragraphs[at + 1] if at + 1 < len(paragraphs) else None
        clause = _CLAUSE.match(text)
        bare = _NUMBER.sub("", text)
        if level > 0:
            yield f"{'#' * level} {bare}"
        elif level == _ROW:
            yield f"- {text}"
        elif clause is not None:
            yield f"#### {clause[1]}\n\n{clause[2]}"
        elif bare.endswith(("？", "?")) and len(bare) <= _LONGEST_QUESTION and following is not None and not following[1].endswith(("？", "?")) and not _MARKED.match(bare):
            yield f"## {bare}"
        elif _BULLET.match(text):
            yield "- " + _BULLET.sub("", text)
        else:
            yield text
