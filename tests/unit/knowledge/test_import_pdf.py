"""PDF files, made here letter by letter: questions with answers, running text, tables, scans, and what is no good."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

from knowledge_base.imports.drafts import Drafter
from knowledge_base.imports.readers import CannotImport, Document, read_document
from knowledge_base.knowledge import KnowledgeBase

FONT = "STSong-Light"
registerFont(UnicodeCIDFont(FONT))
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=11, leading=18, wordWrap="CJK", firstLineIndent=22)
PLAIN = ParagraphStyle("plain", parent=TEXT, firstLineIndent=0)
HEAD = ParagraphStyle("head", parent=PLAIN, fontSize=15, leading=24)
LONG = "供电企业应当在受理用户申请之后的规定期限之内给出书面答复，不能按期答复的要说明原因，并告知用户可以通过哪些渠道查询办理的进度和结果，用户对答复不满意的可以再次提出。"


def pdf(path: Path, *parts: Any, heading: str = "", **more: Any) -> Path:
    """A file of paragraphs and tables, with the same words at the top of every page and its number at the foot."""

    def edges(canvas: Canvas, _: object) -> None:
        canvas.setFont(FONT, 9)
        canvas.drawString(72, A4[1] - 40, heading)
        canvas.drawCentredString(A4[0] / 2, 30, f"第 {canvas.getPageNumber()} 页")

    SimpleDocTemplate(str(path), pagesize=A4, **more).build(list(parts), onFirstPage=edges, onLaterPages=edges)
    return path


def test_questions_that_are_marked_and_questions_that_only_end_so(tmp_path: Path) -> None:
    lines = ["问：换电表要钱吗", "答：不收费，" + LONG, "问题2：多久抄一次表？", "答案2：每月一次。", "3．停电了找谁？", "拨打热线报修。", "说清地址。"]
    found = read_document(pdf(tmp_path / "问答.pdf", *(Paragraph(line, PLAIN) for line in lines))).pieces
    assert [piece.questions for piece in found] == [("换电表要钱吗",), ("多久抄一次表？",), ("停电了找谁？",)]
    assert [piece.text for piece in found] == ["不收费，" + LONG, "每月一次。", "拨打热线报修。\n\n说清地址。"]


def test_running_text_under_headings_over_several_pages(tmp_path: Path) -> None:
    body = [Paragraph("报装服务", HEAD), *[Paragraph(f"段落{n}。{LONG}", TEXT) for n in range(30)], Paragraph("抄表服务", HEAD), Paragraph("每月抄表 1 次，见 App Store 说明。", TEXT)]
    first, second = read_document(pdf(tmp_path / "手册.pdf", *body, heading="某某供电公司服务手册")).pieces
    assert (first.title, second.title) == ("报装服务", "抄表服务")
    # No line break of the page is left, nor the running head, nor a page number.
    assert first.text.split("\n\n") == [f"段落{n}。{LONG}" for n in range(30)]
    assert second.text == "每月抄表 1 次，见 App Store 说明。"


def test_clauses_of_a_regulation_name_themselves(tmp_path: Path) -> None:
    lines = ["第一章 总则", "第一条 为了加强供电管理，制定本办法。", "第二条　" + LONG, "第二章 收费", "第三条 复电不收费。"]
    found = read_document(pdf(tmp_path / "某省供电办法.pdf", *(Paragraph(line, PLAIN) for line in lines))).pieces
    assert [(piece.source, piece.article) for piece in found] == [("某省供电办法", f"第{n}条") for n in "一二三"]
    assert [piece.text for piece in found] == ["为了加强供电管理，制定本办法。", LONG, "复电不收费。"]


def test_a_table_of_questions_over_a_page_break_and_a_table_of_something_else(tmp_path: Path) -> None:
    grid = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("FONTNAME", (0, 0), (-1, -1), FONT)]
    rows = [["问题", "答案", "来源"]] + [[f"第{n}个问题怎么办；第{n}问", f"第{n}个答案。", "供电办法"] for n in range(60)]
    prices = Table([["档", "价格"], ["第一档", "0.5元"]], style=grid)
    document = read_document(pdf(tmp_path / "t.pdf", Table(rows, style=grid), PageBreak(), Paragraph(LONG, TEXT), Paragraph("价格表", HEAD), prices))
    *asked, between, other = document.pieces
    assert [piece.questions for piece in asked] == [(f"第{n}个问题怎么办", f"第{n}问") for n in range(60)]
    assert {piece.source for piece in asked} == {"供电办法"} and asked[59].text == "第59个答案。"
    assert between.text == LONG
    assert (other.title, other.text) == ("价格表", "- 档，价格\n\n- 第一档，0.5元")


def drawn(path: Path, *pages: Callable[[Canvas], Any], **more: Any) -> Path:
    canvas = Canvas(str(path), **more)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def says(text: str) -> Callable[[Canvas], Any]:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica" if text.isascii() else FONT, 12)
        canvas.drawString(72, 700, text)

    return page


def scanned(canvas: Canvas) -> None:
    """A page that is one picture, as a scanner makes it."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    picture = io.BytesIO()
    Image.new("L", (200, 280), 230).save(picture, "png")
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)


def test_a_scan_says_so_and_pages_of_a_scan_are_named(tmp_path: Path) -> None:
    with pytest.raises(CannotImport, match=r"scan\.pdf：里面没有文字，多半是扫描件"):
        read_document(drawn(tmp_path / "scan.pdf", scanned, scanned))
    mixed = read_document(drawn(tmp_path / "mixed.pdf", says("换表不收费。"), scanned, scanned))
    assert [piece.text for piece in mixed.pieces] == ["换表不收费。"]
    assert mixed.remarks == ("第 2、3 页没有文字（多半是图片或扫描），没有导入",)


def test_a_locked_file_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    locked = drawn(tmp_path / "locked.pdf", says("换表不收费。"), encrypt=StandardEncryption("open sesame"))
    with pytest.raises(CannotImport, match="加了密码"):
        read_document(locked)
    only_against_printing = drawn(tmp_path / "open.pdf", says("A new meter is free."), encrypt=StandardEncryption("", "owner", canPrint=0))
    assert read_document(only_against_printing).pieces[0].text == "A new meter is free."
    whole = drawn(tmp_path / "whole.pdf", says("换表不收费。")).read_bytes()
    for name, raw in {"no.pdf": b"<html>404</html>", "cut.pdf": whole[:400], "head.pdf": b"%PDF-1.7\n", "noise.pdf": b"%PDF-1.4\n" + bytes(range(256)) * 40}.items():
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(CannotImport, match=f"{name}：已损坏|{name}：里面没有"):
            read_document(tmp_path / name)


def test_too_many_pages_and_pages_that_unpack_to_gigabytes(tmp_path: Path) -> None:
    with pytest.raises(CannotImport, match="有 301 页，最多 300 页"):
        read_document(drawn(tmp_path / "long.pdf", *[says("一")] * 301))
    with pytest.raises(CannotImport, match="太大或太复杂"):
        read_document(bomb(tmp_path / "bomb.pdf", gigabytes=2))


def bomb(path: Path, gigabytes: int) -> Path:
    """One page whose content is packed blanks, some thousand times as long when unpacked."""
    import zlib

    packer = zlib.compressobj(9)
    head, block = (packer.compress(b" " * 2**24) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    packed = head + block * 64 * gigabytes
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed),
    ]  # fmt: skip
    raw, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(raw))
        raw += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    path.write_bytes(raw + b"xref\n0 5\n0000000000 65535 f \n" + table + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(raw))
    return path


def test_drafts_of_a_pdf_come_with_a_report(opened: Callable[..., KnowledgeBase], tmp_path: Path) -> None:
    def pages(canvas: Canvas) -> None:
        says("问：电费晚交一天扣多少钱")(canvas)
        canvas.drawString(72, 680, "答：从逾期之日起按合同约定的比例加收违约金。")

    document: Document = read_document(drawn(tmp_path / "旧问答.pdf", pages, scanned))
    (draft,) = Drafter(opened(), tmp_path / "drafts").write("旧问答", document.pieces, document.remarks)
    report = (draft.path.parent / "report.md").read_text("utf-8")
    assert draft.topic == "bill-late-fee" and "第 2 页没有文字" in report and "缺：来源" in report
