"""One Chromium for each file of browser tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import FLAGS, chromium_path


# Module scope: while Playwright's synchronous API is open its event loop counts as running, and asynchronous tests of
# other modules could not start theirs.
@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """One Chromium for all tests of this file."""
    path = chromium_path()
    if path is None:
        reason = (
            "browser tests need Chromium: apt-get install -y chromium fonts-noto-cjk, "
            "or set DIANDA_CHROMIUM to an existing executable"
        )
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(f"\n!!! SKIPPED {request.module.__name__}: {reason}")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()
