"""The README's pictures, taken from the running assistant: `python -m tests.browser.take_screenshots BASE_URL`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import FLAGS, chromium_path

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


def say(page: Page, text: str) -> None:
    """Write a sentence, send it, wait for the answer."""
    before = page.locator("[data-role=bot], .message.bot, .bubble.bot").count()
    box = page.locator("textarea").first
    box.fill(text)
    box.press("Enter")
    page.wait_for_timeout(1500)
    del before


def main(base: str) -> None:
    """Take the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, path, size, lines in (
            (
                "chat-desktop",
                "/",
                (1280, 800),
                ["逾期不交有违约金吗", "我家停电了", "安澜市城东区人民路66号5栋301", "13800138000", "确认"],
            ),
            ("chat-phone", "/", (390, 844), ["有根电线掉地上了"]),
            ("chat-elder", "/elder", (390, 844), ["电费怎么交"]),
        ):
            page = browser.new_context(viewport={"width": size[0], "height": size[1]}, device_scale_factor=1).new_page()
            page.goto(base + path)
            page.wait_for_timeout(1200)
            if name == "chat-phone":
                page.screenshot(path=str(IMAGES / "chat-phone-first.png"))
            for text in lines:
                say(page, text)
            page.screenshot(path=str(IMAGES / f"{name}.png"))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
