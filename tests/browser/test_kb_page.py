"""The editors' page /ops/kb in a real browser over the real knowledge base: its files, encoder, index, versions and processes.

Only the base is small (seven of the articles): so publishing from the page is refused by the rules, in earnest, and versions
are published beside the page, which follows. Publishing all articles over HTTP is in tests/service/test_publishing.py.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from actions.desk.clock import SHANGHAI
from actions.ports.gaps import GapReason
from actions.ports.memory import MemoryGaps
from bot.gateway.app import Parts
from bot.gateway.editors import EditorDesk, KnowledgeWatch
from bot.gateway.settings import Settings
from bot.language.encoder import SentenceEncoder, encoder_folder
from knowledge_base.imports.readers import read_document
from knowledge_base.knowledge import KnowledgeBase
from knowledge_base.live import LiveKnowledge
from knowledge_base.publishing import Publisher
from knowledge_base.versions import Versions
from tests.browser.fake_desk import FakeDesk
from tests.browser.test_staff_pages import (
    LOW_CONTRAST,
    NAMED,
    NAMELESS,
    SMALL_TARGETS,
    complaints,
    new_context,
    visit,
)
from tests.unit.knowledge.conftest import FEW, PROJECT, ROOT
from tests.unit.knowledge.test_versions import few

__all__ = ["complaints", "new_context"]  # fixtures
pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
BUILT = Path(os.environ.get("DIANDA_HOME", PROJECT / "var"))
SLOWLY = 60_000
"""A process of its own opens encoder and index."""


class KnowledgeDesk(FakeDesk):
    """The service over a small base of its own under `root`."""

    patience = 120.0  # it builds an index

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root, self.gaps = root, MemoryGaps()

    def parts(self, settings: Settings) -> Parts:
        """See `FakeDesk`."""
        (settings.home / "encoder").symlink_to(BUILT / "encoder")
        encoder = SentenceEncoder(encoder_folder(settings.home))
        versions = Versions(settings.home)

        def open_base(root: Path) -> KnowledgeBase:
            return KnowledgeBase.open(root, settings.home, "state_grid", encoder, training=self.root)

        self.publisher = Publisher(versions, self.root, open_base, check=few)
        live = LiveKnowledge(versions, self.root, open_base)
        desk = EditorDesk(live, versions, self.root, self.gaps, home=settings.home, profile="state_grid")
        return replace(super().parts(settings), knowledge=live, editors=desk, background=(KnowledgeWatch(live),))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeDesk]:
    """One service for the file: its index is built once."""
    if not (encoder_folder(BUILT) / "encoder.json").exists():
        pytest.skip("the encoder is not built (`make train`)")
    root = tmp_path_factory.mktemp("kb") / "knowledge_base"
    shutil.copytree(ROOT / "profiles", root / "profiles")
    for name in FEW:
        target = root / "articles" / f"{name}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "articles" / f"{name}.md", target)
    with KnowledgeDesk(root) as service:
        yield service


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], server: KnowledgeDesk, complaints: list[str]) -> Iterator[Page]:
    """The page, signed in, its lists drawn."""
    opened = new_context().new_page()
    visit(opened, server, "/ops/kb", NAMED)
    expect(opened.locator("#articles-count")).to_have_text(f"{len(FEW)} 篇")
    yield opened
    assert complaints == []


def find(page: Page, words: str, count: int) -> None:
    """Search the list of articles."""
    page.fill("#wanted", words)
    page.click("#find button")
    expect(page.locator("#articles-count")).to_have_text(f"{count} 篇")


def test_an_article_is_found_by_its_words_and_seen_as_a_customer_sees_it(page: Page) -> None:
    find(page, "违约金 千分之一", 1)
    page.locator("#articles button").click()
    preview = page.locator("#preview")
    expect(preview.locator("h3")).to_have_text("电费违约金怎么算")
    expect(preview).to_contain_text("电力供应与使用条例 第三十九条")
    expect(preview).not_to_contain_text("{")  # no placeholder is left open
    find(page, "没有这样的词", 0)


def test_a_question_shows_its_rank_in_every_signal(page: Page) -> None:
    page.fill("#question", "报修以后师傅几点能到")
    page.click("#test button")
    expect(page.locator("#test-lead")).to_contain_text("把握")
    for head in ("融合", "BM25 词", "BM25 字", "BM25 音", "语义 问法", "语义 正文"):
        expect(page.locator("#ranks thead")).to_contain_text(head)
    first = page.locator("#ranks tbody tr").first
    expect(first).to_contain_text("outage-arrival-time")
    expect(first.locator("td .first").first).to_have_text(re.compile(r"^1（[01]\.\d\d）$"))
    expect(page.locator("#ranks tbody tr")).to_have_count(len(FEW))


def test_what_was_not_answered_is_shown_and_tried(page: Page, server: KnowledgeDesk) -> None:
    now = datetime.now(SHANGHAI)
    for words in ("电费能用数字人民币交吗", "电费能不能用数字人民币交"):
        server.gaps.note(words, GapReason.UNANSWERED, "web", None, now)
    page.reload()
    row = page.locator("#gaps tbody tr")
    expect(row).to_contain_text("电费能用数字人民币交吗")
    expect(row).to_contain_text("没有答案")
    expect(row.locator("td, th").first).to_have_text("2")
    row.get_by_role("button", name="测试").click()
    expect(page.locator("#test-lead")).to_contain_text("把握")


def test_an_article_is_changed_beside_its_preview_published_and_taken_back(page: Page, server: KnowledgeDesk) -> None:
    server.publisher.publish("王编辑", "第一版")
    expect(page.locator("#served")).to_contain_text("版本 1", timeout=SLOWLY)
    expect(page.locator("#changes-lead")).to_have_text("没有还没发布的改动。")

    find(page, "bill-late-fee", 1)
    page.locator("#articles button").click()
    page.get_by_role("button", name="修改").click()
    text, state = page.locator("#editor-text"), page.locator("#editor-state")
    expect(state).to_have_text("没有问题")
    written = text.input_value()
    text.fill(written.replace("title: 电费违约金怎么算", "title: 晚交电费怎么算\ncolour: 红"))
    page.click("#editor-save")
    fault = page.locator("#editor-faults button")
    expect(fault).to_contain_text("colour")
    fault.click()
    assert page.evaluate("() => { const t = document.activeElement; return t.value.slice(t.selectionStart, t.selectionEnd); }") == "colour: 红"

    text.fill(written.replace("title: 电费违约金怎么算", "title: 晚交电费怎么算"))
    page.click("#editor-check")
    expect(page.locator("#editor-preview h3")).to_have_text("晚交电费怎么算")
    page.click("#editor-save")
    expect(state).to_contain_text("已保存")
    page.click("#editor-close")
    expect(page.locator("#changes-lead")).to_have_text("还没有发布的改动：1 个文件")
    find(page, "bill-late-fee", 1)
    expect(page.locator("#articles button")).to_contain_text("电费违约金怎么算")  # not published: not served

    server.publisher.publish("王编辑", "换个说法")
    expect(page.locator("#served")).to_contain_text("版本 2", timeout=SLOWLY)
    expect(page.locator("#articles button")).to_contain_text("晚交电费怎么算")
    history = page.locator("#history tbody tr")
    expect(history).to_have_count(2)
    expect(history.first).to_contain_text("换个说法")

    page.fill("#reason", "说法不好")
    page.get_by_role("button", name="回退到此").click()
    expect(page.locator("#work")).to_have_text("回退：已完成", timeout=SLOWLY)
    expect(page.locator("#served")).to_contain_text("版本 1")
    expect(page.locator("#articles button")).to_contain_text("电费违约金怎么算")
    expect(history.first).to_contain_text("张工")
    expect(page.locator("#history").get_by_text("正在服务")).to_have_count(1)


def test_what_keeps_the_articles_from_being_published_is_listed(page: Page) -> None:
    page.fill("#reason", "试试")
    page.get_by_role("button", name="校验并发布").click()
    expect(page.locator("#faults li").first).to_contain_text("还没有这篇文章", timeout=SLOWLY)
    expect(page.locator("#work")).to_have_text("发布：没有完成")


def test_a_phone_shows_it_all_without_scrolling_sideways(
    new_context: Callable[..., BrowserContext], server: KnowledgeDesk, complaints: list[str]
) -> None:
    page = new_context(viewport=PHONE, has_touch=True).new_page()
    visit(page, server, "/ops/kb", NAMED)
    expect(page.locator("#articles-count")).to_contain_text("篇")
    for opened in (False, True):
        if opened:
            page.locator("#articles button").first.click()
            page.get_by_role("button", name="修改").click()
            expect(page.locator("#editor-state")).to_have_text("没有问题")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        low = page.evaluate(LOW_CONTRAST)
        assert low["checked"] > 10 and low["bad"] == []
        assert page.evaluate(SMALL_TARGETS) == [] and page.evaluate(NAMELESS) == []
    box = page.locator("#editor").bounding_box()
    assert box is not None and box["width"] <= PHONE["width"] and box["y"] + box["height"] <= PHONE["height"] + 1
    assert complaints == []


def test_a_page_that_a_browser_printed_is_imported(new_context: Callable[..., BrowserContext], tmp_path: Path) -> None:
    page = new_context().new_page()
    page.set_content(
        "<title>x</title><style>body{font:16px 'Noto Sans CJK SC'}h2{font-size:24px}td,th{border:1px solid}</style>"
        "<h2>电表</h2><p>换表不收费，" + "供电公司统一轮换的电能表由供电公司承担费用，" * 6 + "请放心。</p>"
        "<p>问：多久抄一次表</p><p>答：每月一次。</p>"
        "<table><tr><th>问题</th><th>答案</th></tr><tr><td>谷电几点开始</td><td>以当地公布的为准。</td></tr></table>"
    )
    page.pdf(path=tmp_path / "说明.pdf")
    found = {piece.title: piece for piece in read_document(tmp_path / "说明.pdf").pieces}
    assert found["电表"].text.startswith("换表不收费，供电公司统一轮换") and "\n" not in found["电表"].text
    assert found["多久抄一次表"].text == "每月一次。" and found["谷电几点开始"].text == "以当地公布的为准。"
