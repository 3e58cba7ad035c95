"""What a file is, by its first bytes; its name and what the browser says of it count for nothing."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum


class FileKind(StrEnum):
    """The kinds that are taken."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    PDF = "pdf"


_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_ACTIVE = (b"<script", b"<?php", b"<html", b"<!doctype html")
_PDF_SEEN_WITHIN = 1024
"""Readers take a file for a PDF when its mark comes within so many bytes."""


def kind_of(data: bytes) -> FileKind | None:
    """The kind of `data`, or None for one that is not taken."""
    if data.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return FileKind.WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return FileKind.HEIC
    if data.startswith(b"%PDF-"):
        return FileKind.PDF
    return None


def is_two_things(data: bytes, kind: FileKind) -> bool:
    """Whether the file is something else besides what it begins as: a ZIP behind a photo, a PDF in one, a page in a comment."""
    if b"PK\x01\x02" in data and zipfile.is_zipfile(io.BytesIO(data)):
        return True
    if kind is FileKind.PDF:
        return False
    if b"%PDF-" in data[:_PDF_SEEN_WITHIN]:
        return True
    lower = data.lower()
    return any(mark in lower for mark in _ACTIVE)
