"""Documents become drafts that say what they lack, and nothing harmful is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from knowledge_base.article import read_article
from knowledge_base.errors import ArticleError
from knowledge_base.imports.drafts import Drafter
from knowledge_base.imports.pieces import Piece
from knowledge_base.imports.readers import CannotImport, read_document
from knowledge_base.knowledge import KnowledgeBase

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def archive(path: Path, **parts: str) -> Path:
    """A ZIP of XML parts; `__` in a name stands for `/`."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name.replace("__", "/") + ".xml", text)
    path.write_bytes(raw.getvalue())
    return path


def docx(path: Path, body: str, styles: str = "") -> Path:
    return archive(path, word__document=f"<w:document {W}><w:body>{body}</w:body></w:document>", word__styles=f"<w:styles {W}>{styles}</w:styles>")


def read_pieces(path: Path) -> list[Piece]:
    return read_document(path).pieces


def paragraph(text: str, style: str = "") -> str:
    kind = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{kind}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_a_table_of_questions_and_answers(tmp_path: Path) -> None:
    table = tmp_path / "常见问题.csv"
    table.write_bytes('问题,答案,来源,版本\n"换表要钱吗；表坏了换新的收费不","不收费，\n表归供电公司。",营业规则,2024\n,没有问题的行,,\n'.encode("gb18030"))
    (piece,) = read_pieces(table)
    assert piece.questions == ("换表要钱吗", "表坏了换新的收费不")
    assert (piece.text, piece.source, piece.edition) == ("不收费，\n表归供电公司。", "营业规则", "2024")


def test_a_sheet_with_shared_and_inline_text_and_empty_cells(tmp_path: Path) -> None:
    sheet = (
        f'<worksheet {S}><sheetData><row><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
        '<row><c r="A2" t="inlineStr"><is><t>多久抄表</t></is></c><c r="B2"><v>7</v></c><c r="C2" t="s"><v>2</v></c></row></sheetData></worksheet>'
    )
    shared = f"<sst {S}><si><t>问题</t></si><si><r><t>答</t></r><r><t>案</t></r></si><si><t>每月一次。</t><rPh><t>meiyue</t></rPh></si></sst>"
    (piece,) = read_pieces(archive(tmp_path / "x.xlsx", xl__worksheets__sheet1=sheet, xl__sharedStrings=shared))
    assert (piece.questions, piece.text) == (("多久抄表",), "每月一次。")


def test_headings_divide_word_html_and_markdown_alike(tmp_path: Path) -> None:
    styles = '<w:style w:styleId="a1"><w:name w:val="heading 2"/></w:style>'
    word = docx(tmp_path / "a.docx", paragraph("换表要钱吗？", "a1") + paragraph("不收费。") + paragraph("抄表周期", "a1") + paragraph("每月一次。"), styles)
    html = tmp_path / "a.html"
    html.write_text("<head><title>x</title></head><script>alert(1)</script><h2>换表要钱吗？</h2><p>不收费。</p><h2>抄表周期</h2><div>每月&nbsp;<b>一次</b>。</div>", "utf-8")
    markdown = tmp_path / "a.md"
    markdown.write_text("## 换表要钱吗？\n不收费。\n\n## 抄表周期\n每月一次。\n", "utf-8")
    for path in (word, html, markdown):
        first, second = read_pieces(path)
        assert (first.title, first.questions, first.text) == ("换表要钱吗？", ("换表要钱吗？",), "不收费。"), path
        assert (second.title, second.questions, second.text.replace(" ", "")) == ("抄表周期", (), "每月一次。"), path


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.doc", b"\xd0\xcf", "支持 csv、docx、htm、html、md、pdf、xlsx"),
        ("a.docx", b"\xd0\xcf\x11\xe0 old", "不是有效的 docx"),
        ("a.csv", "甲,乙\n1,2\n".encode(), "“问题”和“答案”"),
        ("a.md", b"", "没有可用的文字"),
        ("a.csv", b"\xff\xff\xff", "UTF-8"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CannotImport, match=reason):
        read_pieces(path)


def test_entities_and_bombs_are_refused(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + f"<w:document {W}><w:body/></w:document>"
    with pytest.raises(CannotImport, match="安全"):
        read_pieces(archive(tmp_path / "a.docx", word__document=laughs))
    with pytest.raises(CannotImport, match="太大"):
        read_pieces(archive(tmp_path / "b.docx", word__document=" " * (65 * 2**20)))
    with pytest.raises(CannotImport, match="缺少"):
        read_pieces(archive(tmp_path / "c.docx", other="<x/>"))


def test_drafts_with_a_guess_twins_and_what_is_missing(opened: Callable[..., KnowledgeBase], tmp_path: Path) -> None:
    base = opened()
    late = base.article("bill-late-fee")
    assert late is not None
    table = tmp_path / "旧 问答.csv"
    table.write_text(f"问题,答案,来源,版本\n逾期一天扣多少,{late.answer},条例,2016\n甲骨文怎么读,请看字典。,,\n", "utf-8")
    drafter = Drafter(base, tmp_path / "drafts", today=date(2026, 11, 24))
    known, foreign = drafter.write("旧 问答", read_pieces(table))
    assert known.path == tmp_path / "drafts" / "20261124-旧-问答" / "001.md"
    assert known.topic == "bill-late-fee"
    assert any("同样的问法" in each for each in known.duplicates) and any("内容相近" in each for each in known.duplicates)
    assert any("已经能回答" in each for each in known.duplicates)
    assert not any("来源" in each for each in known.missing) and any("来源" in each for each in foreign.missing)
    text = known.path.read_text("utf-8")
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["questions"] == ["逾期一天扣多少"] and head["facts"][0]["source"] == "条例" and len(head["answer"]) <= 220
    with pytest.raises(ArticleError):
        read_article(known.path)  # a skeleton is no article as long as something is missing
    report = (known.path.parent / "report.md").read_text("utf-8")
    assert "可能重复：bill-late-fee" in report and "缺：版本" in report
    assert drafter.write("旧 问答", read_pieces(table))[0].path.parent.name == "20261124-旧-问答-2"
