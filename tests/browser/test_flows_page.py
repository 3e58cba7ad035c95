"""The businesses as pictures at /ops/flows, from the real gateway: legible on a phone and on a desktop, in words of the trade."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.unit.gateway.fakes import TOKEN, House

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A gateway on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    house = House(Path(tmp_path_factory.mktemp("flows")))

    async def start() -> str:
        await house.assistant.start()
        await house.open()
        return str(house.client.make_url("")).rstrip("/")

    async def stop() -> None:
        await house.close()
        await house.assistant.kill()

    yield asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    asyncio.run_coroutine_threadsafe(stop(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@pytest.fixture(params=[(360, 740), (1280, 800)], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[Page]:
    """The page of the transfer, signed in."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    opened = context.new_page()
    opened.goto(url + "/ops/flows#transfer")
    opened.locator("input[type=password], #token").first.fill(TOKEN)
    opened.keyboard.press("Enter")
    expect(opened.locator("#drawing svg")).to_be_visible()
    yield opened
    context.close()


def test_the_picture_can_be_read_and_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sizes = page.evaluate(
        "[...document.querySelectorAll('#drawing text')].map((t) => t.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 12, "letters of a picture squeezed onto a phone"
    torn = page.evaluate(
        "[...document.querySelectorAll('#drawing svg')].flatMap((s) => [...s.querySelectorAll('text')]"
        ".filter((t) => t.getBBox().x + t.getBBox().width > s.viewBox.baseVal.width).map((t) => t.textContent))"
    )
    assert torn == [], "text that runs out of the picture"


def test_it_speaks_the_words_of_the_trade(page: Page) -> None:
    words = "".join(page.locator("#drawing text").all_text_contents())
    for told in ("过户更名", "登记工单", "可上传：新户主身份证", "核对材料、结清电费（营业班）", "已联系客户", "不办 · 说到：我是租客"):
        assert told in words, told
    assert not any(code in words for code in ("file_ticket", "dispatched", "contacted", "reply"))
    expect(page.locator("#basis li").first).to_contain_text("供电营业规则")


def test_another_business_is_chosen(page: Page) -> None:
    page.locator("#which").select_option("add_papers")
    expect(page.locator("#flow-title")).to_contain_text("补交材料")
    expect(page.locator("#drawing svg")).to_contain_text("补交材料")
    assert page.url.endswith("#add_papers")
