"""Which Chromium the tests and the picture taker use: ``DIANDA_CHROMIUM`` or the one on the path."""

from __future__ import annotations

import os
import shutil

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """Find the browser to use, or None."""
    path = os.environ.get("DIANDA_CHROMIUM") or shutil.which("chromium")
    return path if path and os.path.exists(path) else None
