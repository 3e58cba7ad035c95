"""Papers and charts on the chat page, as a customer sees them, on a phone, for elders and on a desktop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FileChooser, Page, expect

from tests import papers
from tests.browser.fake_assistant import FakeAssistant
from tests.browser.test_chat_page import DESKTOP, PHONE, SMALL_TARGETS, complaints, new_context, server

__all__ = ["complaints", "new_context", "server"]
pytestmark = pytest.mark.browser


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], server: FakeAssistant) -> Iterator[Page]:
    """The chat page on a phone."""
    opened = new_context().new_page()
    opened.goto(server.url)
    yield opened


def say(page: Page, text: str) -> None:
    page.fill("#say", text)
    page.press("#say", "Enter")


def attach(page: Page, name: str = "身份证.jpg", size: tuple[int, int] = (800, 600)) -> None:
    data = papers.file(papers.card(*size))
    with page.expect_file_chooser() as chooser:
        page.click("#attach")
    chooser.value.set_files({"name": name, "mimeType": "image/jpeg", "buffer": data})


def test_the_button_is_there_only_where_a_paper_is_of_use(page: Page) -> None:
    expect(page.locator("#attach")).to_be_hidden()
    say(page, "我要办过户")
    expect(page.get_by_role("button", name="上传照片或文件，可以传：新户主身份证、房产证或购房合同")).to_be_visible()
    page.reload()
    expect(page.locator("#attach")).to_be_visible()
    say(page, "怎么交电费")
    expect(page.locator("#attach")).to_be_hidden()


def test_a_photo_is_seen_on_its_way_and_answered_in_its_place(page: Page, server: FakeAssistant) -> None:
    say(page, "我要办过户")
    attach(page)
    sent = page.locator(".user .upload")
    expect(sent.locator(".upload-name")).to_have_text("身份证.jpg")
    expect(sent.locator("img")).to_be_visible()
    expect(page.locator(".text", has_text="算作“新户主身份证”")).to_be_visible()
    assert server.uploads == ["身份证.jpg"] and page.locator(".uploading").count() == 0
    page.reload()
    expect(page.locator(".user .upload img")).to_be_visible()
    expect(page.locator(".upload-name")).to_be_visible()


def test_a_refusal_is_read_out_and_says_how_to_do_better(page: Page, server: FakeAssistant) -> None:
    say(page, "我要办过户")
    server.refuse_upload = "照片太模糊，看不清字。请在亮处拿稳手机、对准后重拍。"
    attach(page)
    expect(page.locator(".uploading .reason")).to_have_text(server.refuse_upload)
    expect(page.locator("#alarm")).to_have_text(server.refuse_upload)
    server.refuse_upload = ""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="重新选择").click()
    chooser.value.set_files({"name": "身份证.jpg", "mimeType": "image/jpeg", "buffer": papers.file(papers.card(800, 600))})
    expect(page.locator(".text", has_text="算作“新户主身份证”")).to_be_visible()
    assert page.locator(".uploading").count() == 0


def test_without_a_network_it_is_sent_again_by_one_tap(page: Page, server: FakeAssistant) -> None:
    say(page, "我要办过户")
    expect(page.locator("#attach")).to_be_visible()
    page.route("**/api/v1/uploads", lambda route: route.abort())
    attach(page)
    expect(page.locator(".uploading .reason")).to_contain_text("网络断开了")
    page.unroute("**/api/v1/uploads")
    page.locator(".uploading").get_by_role("button", name="重试").click()
    expect(page.locator(".text", has_text="算作“新户主身份证”")).to_be_visible()
    assert server.uploads == ["身份证.jpg"]


def test_by_keyboard_alone(page: Page) -> None:
    opened: list[FileChooser] = []
    page.on("filechooser", lambda chooser: opened.append(chooser))  # noqa: PLW0108 — Playwright cannot wrap a built-in
    say(page, "我要办过户")
    expect(page.locator("#attach")).to_be_visible()
    page.focus("#say")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#attach")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert len(opened) == 1 and opened[0].is_multiple()


@pytest.mark.parametrize("width", [320, 390, 820])
def test_elders_have_a_target_of_sixty_and_everything_fits(new_context: Callable[..., BrowserContext], server: FakeAssistant, width: int) -> None:
    page = new_context(viewport={"width": width, "height": 740}).new_page()
    page.goto(server.url + "/elder")
    say(page, "我要办过户")
    expect(page.locator("#attach")).to_be_visible()
    server.refuse_upload = "照片太暗，看不清字。请开灯或到亮处重拍。"
    attach(page)
    expect(page.locator(".uploading .reason")).to_be_visible()
    assert page.evaluate(SMALL_TARGETS, 60) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = [page.locator(at).bounding_box() for at in ("#attach", "#say", "#send")]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert boxes[1] and boxes[1]["width"] >= 100


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_bars_of_a_bill_are_drawn_to_scale_beside_their_figures(
    new_context: Callable[..., BrowserContext], server: FakeAssistant, viewport: dict[str, int], tmp_path: Path
) -> None:
    page = new_context(viewport=viewport).new_page()
    page.goto(server.url)
    say(page, "为什么这么贵")
    card = page.locator(".card", has_text="用电量对比")
    expect(card).to_be_visible()
    rows = card.locator("dd")
    expect(rows).to_have_text(["210度", "250度", "236.5度", "320度"])
    lengths = [row.locator("rect").bounding_box() for row in rows.all()]
    widths = [box["width"] for box in lengths if box]
    assert len(widths) == 4 and widths[3] == max(widths) and widths[3] > 60
    for width, value in zip(widths, (210, 250, 236.5, 320), strict=True):
        assert abs(width / widths[3] - value / 320) < 0.02
    starts = {round(box["x"]) for box in lengths if box}
    assert len(starts) == 1, "all bars start at one line"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
