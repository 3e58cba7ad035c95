"""The text of a PDF as Markdown and tables, read in a process of its own: ``python -m knowledge_base.imports.pdf``.

A PDF can unpack to any size and has no paragraphs, only letters at places. So the child process has a limit on memory and
time, and paragraphs, headings, tables, running heads and page numbers are made out of sizes and places (`pdf_layout`).
"""

from __future__ import annotations

import io
import json
import logging
import resource
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from typing import Any

from knowledge_base.imports.pdf_layout import Line, PageText, Rows, Table, markdown_of

MOST_PAGES = 300
_MEMORY = 2**30
_SECONDS = 180
# A browser's PDF names a glyph by the first character that has it: 一 comes out as the radical ⼀, which nobody types.
_RADICALS = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00), 0x2E9F, 0x2EF3)},
    **{ord(radical): plain for radical, plain in zip("⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳", "民虎西见角贝车长门青页风飞食马骨鬼鱼鸟麦黄齐齿龙龟", strict=True)},
}
_UNREADABLE = 0.2
"""Share of letters without a Unicode value above which a text is of no use."""
_LOCKED = "加了密码，请先去掉密码（用打开密码打开后另存一份）再导入"
_SCANNED = "里面没有文字，多半是扫描件。请先用文字识别（OCR）转成能选中文字的 PDF，或转成 Word 再导入"
_DAMAGED = "已损坏，或者不是有效的 PDF"
_TOO_MUCH = f"太大或太复杂，{_SECONDS} 秒、{_MEMORY // 2**30} GB 内存之内读不完，请拆成几份或另存为 docx"


@dataclass(frozen=True)
class PdfText:
    """What a PDF says."""

    markdown: str
    tables: list[Rows]
    """Question–answer tables in reading order; other tables are lists in the Markdown."""
    silent_pages: list[int]
    """Numbers of pages that show something but hold no text, counted from 1."""


def pdf_text(raw: bytes) -> PdfText:
    """Read a PDF. Raises ValueError in words for the editor."""
    if b"%PDF-" not in raw[:1024]:
        raise ValueError(_DAMAGED)
    try:
        done = subprocess.run([sys.executable, "-m", __name__], input=raw, capture_output=True, timeout=_SECONDS + 30, check=False)
    except subprocess.TimeoutExpired as error:
        raise ValueError(_TOO_MUCH) from error
    if done.returncode != 0:
        raise ValueError(_TOO_MUCH)
    answer: dict[str, Any] = json.loads(done.stdout)
    if "problem" in answer:
        raise ValueError(answer["problem"])
    return PdfText(**answer)


def read(raw: bytes) -> dict[str, Any]:
    """The work of the child process: the fields of `PdfText`, or ``problem``."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    try:
        document = pdfplumber.open(io.BytesIO(raw))
    except Exception as error:
        locked = isinstance(error, PDFPasswordIncorrect) or any(isinstance(arg, PDFPasswordIncorrect) for arg in error.args)
        return {"problem": _LOCKED if locked else _DAMAGED}
    try:
        if len(document.pages) > MOST_PAGES:
            return {"problem": f"有 {len(document.pages)} 页，最多 {MOST_PAGES} 页，请拆成几份"}
        pages = [_page(page) for page in document.pages]
    except Exception as error:  # a damaged file fails anywhere in the parser, with any error
        return {"problem": _TOO_MUCH if any(isinstance(each, MemoryError) for each in (error, *error.args)) else _DAMAGED}
    letters = "".join(line.text for page in pages for line in page.lines) + "".join(c for p in pages for t in p.tables for row in t.rows for c in row)
    if not letters.strip():
        return {"problem": _SCANNED}
    if (letters.count("(cid:") * 5 + letters.count("\ufffd")) > _UNREADABLE * len(letters):
        return {"problem": "里面的字没有编码，读出来是乱码，请用 OCR 识别或另存为 docx 再导入"}
    markdown, tables = markdown_of(pages)
    silent = [at for at, page in enumerate(pages, 1) if page.drawn and not page.lines and not page.tables]
    return {"markdown": markdown, "tables": tables, "silent_pages": silent}


def _page(page: Any) -> PageText:
    boxed = [(table.bbox, [[_plain(cell or "").replace("\n", "") for cell in row] for row in table.extract()]) for table in page.find_tables()]
    kept = sorted(((box, rows) for box, rows in boxed if len(rows) > 1 and len(rows[0]) > 1), key=lambda each: each[0][1])
    outside = page.filter(lambda part: not any(_inside(part, box) for box, _ in kept)) if kept else page
    lines = [
        Line(_plain(line["text"]).strip(), line["x0"], line["x1"], line["top"], line["bottom"], _size(line["chars"]))
        for line in outside.extract_text_lines(strip=True, return_chars=True)
        if line["text"].strip()
    ]
    found = PageText(lines, [Table(rows, box[1], box[3]) for box, rows in kept], float(page.height), bool(page.images or page.rects or page.curves))
    page.close()
    return found


def _plain(text: str) -> str:
    return text.translate(_RADICALS)


def _inside(part: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    if part.get("object_type") != "char":
        return False
    x, y = (part["x0"] + part["x1"]) / 2, (part["top"] + part["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _size(chars: list[dict[str, Any]]) -> float:
    sizes = sorted(float(char["size"]) for char in chars)
    return round(sizes[len(sizes) // 2], 1)


def main() -> None:
    """Read a PDF from standard input, answer in JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    logging.disable(logging.ERROR)  # the parser tells of every oddity of a file
    json.dump(read(sys.stdin.buffer.read()), sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
