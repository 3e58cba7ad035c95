"""The staff pages are served to anybody, hold nothing themselves, and keep to the same policy as the customer's."""

from __future__ import annotations

import re

import pytest

from bot.gateway.settings import PROJECT
from tests.unit.gateway.fakes import House


@pytest.mark.parametrize("path", ["/desk", "/ops", "/ops/kb", "/ops/flows", "/ops/reports"])
async def test_a_page_and_all_it_is_made_of(house: House, path: str) -> None:
    response = await house.client.get(path)
    assert (response.status, response.content_type, response.charset) == (200, "text/html", "utf-8")
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    page = await response.text()
    parts = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert {part.rpartition(".")[2] for part in parts} == {"css", "js", "svg"}
    for part in parts:
        assert (await house.client.get(part)).status == 200, part
    head = await house.client.head(path)
    assert (head.status, await head.read()) == (200, b"")
    assert (await house.client.post(path)).status == 405


@pytest.mark.parametrize("folder", ["desk", "ops"])
def test_nothing_comes_from_elsewhere_or_stands_inline(folder: str) -> None:
    for file in (PROJECT / "bot" / "pages" / folder).iterdir():
        text = file.read_text("utf-8")
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text), file.name
        assert not re.findall(
            r"<style|<script(?![^>]*src=)|\sstyle=|\son[a-z]+=\"|innerHTML|insertAdjacentHTML", text
        ), file.name


@pytest.mark.parametrize("path", ["/desk/", "/ops/x", "/static/desk/../gateway/app.py", "/static/desk/nothing.js"])
async def test_nothing_else(house: House, path: str) -> None:
    assert (await house.client.get(path)).status == 404
