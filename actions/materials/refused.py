"""Why a file is not taken. The words a customer reads for each are data (`bot/gateway/words.yml`, `problems`)."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What is the matter with a file."""

    KIND = "upload_kind"
    EMPTY = "upload_empty"
    TOO_BIG = "upload_too_big"
    BROKEN = "upload_broken"
    UNSAFE = "upload_unsafe"
    LOCKED = "upload_locked"
    MOVING = "upload_moving"
    PAGES = "upload_pages"
    PIXELS = "upload_pixels"
    SMALL = "upload_small"
    BLURRED = "upload_blurred"
    DARK = "upload_dark"
    BRIGHT = "upload_bright"
    BLANK = "upload_blank"


class Refused(Exception):
    """The file is not taken; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
