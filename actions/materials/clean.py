"""A file read and made anew: what is kept is the picture alone, without place, camera, script, attachment or second file.

A photo becomes a JPEG. A PDF becomes one of the pictures of its pages: what staff open can carry nothing but what is seen.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from actions.materials.kinds import FileKind, is_two_things, kind_of
from actions.materials.legibility import fault_of
from actions.materials.refused import Reason, Refused

MOST_PIXELS = 64_000_000
"""Of a photo as it comes; most phones make 12 to 50 million."""

KEPT_SIDE = 2600
"""Pixels of the long side that are kept: some 300 dpi on a sheet of A5, more than enough on a card."""

MOST_PAGES = 20
DPI = 150
_QUALITY = 88
_FORMATS = {
    FileKind.JPEG: ("JPEG", "MPO"),
    FileKind.PNG: ("PNG",),
    FileKind.WEBP: ("WEBP",),
    FileKind.HEIC: ("HEIF",),
}
_MANY_IN_ONE = frozenset({"MPO", "HEIF"})
"""Formats in which phones put a depth map or a thumbnail beside the photo: the first picture is the photo."""

register_heif_opener(thumbnails=False)


@dataclass(frozen=True, slots=True)
class Clean:
    """What is kept of a file. `width` and `height` in pixels, of the first page."""

    media_type: str
    content: bytes
    pages: int
    width: int
    height: int


def clean(data: bytes) -> Clean:
    """`data` looked at and made anew. Raises Refused."""
    if not data:
        raise Refused(Reason.EMPTY)
    kind = kind_of(data)
    if kind is None:
        raise Refused(Reason.KIND)
    if is_two_things(data, kind):
        raise Refused(Reason.UNSAFE)
    return _document(data) if kind is FileKind.PDF else _photo(data, kind)


def _photo(data: bytes, kind: FileKind) -> Clean:
    Image.MAX_IMAGE_PIXELS = None  # our own limit is asked before anything is decoded
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS[kind]) as opened:
            if opened.width * opened.height > MOST_PIXELS or not opened.width or not opened.height:
                raise Refused(Reason.PIXELS)
            if getattr(opened, "n_frames", 1) > 1 and opened.format not in _MANY_IN_ONE:
                raise Refused(Reason.MOVING)
            if kind is FileKind.JPEG:
                # Decoded at a half or a quarter where that is more than is kept: much less memory, same letters.
                opened.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
            opened.load()
            picture = _upright(opened)
    except Refused:
        raise
    except MemoryError:
        raise Refused(Reason.PIXELS) from None
    except Exception:  # each decoder has its own ways to say that a file is broken
        raise Refused(Reason.BROKEN) from None
    if (fault := fault_of(picture)) is not None:
        raise Refused(fault)
    out = io.BytesIO()
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    picture.save(out, "JPEG", quality=_QUALITY)
    return Clean("image/jpeg", out.getvalue(), 1, *picture.size)


def _upright(opened: Image.Image) -> Image.Image:
    """Turned as it was taken, on white, in colours; a new picture that carries nothing of the file."""
    turned = ImageOps.exif_transpose(opened)
    if "A" in turned.getbands() or "transparency" in turned.info:
        paper = Image.new("RGBA", turned.size, "white")
        paper.alpha_composite(turned.convert("RGBA"))
        turned = paper
    plain = turned.convert("RGB")
    return Image.frombytes("RGB", plain.size, plain.tobytes())


def _document(data: bytes) -> Clean:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pdfium_raw.FPDF_ERR_PASSWORD
        raise Refused(Reason.LOCKED if locked else Reason.BROKEN) from None
    try:
        count = len(document)
        if count == 0:
            raise Refused(Reason.BROKEN)
        if count > MOST_PAGES:
            raise Refused(Reason.PAGES)
        document.init_forms()  # so that what was filled in is drawn; there is no script engine in this build
        pages = [_drawn(document, at) for at in range(count)]
    except pdfium.PdfiumError:
        raise Refused(Reason.BROKEN) from None
    finally:
        document.close()
    _legible(pages)
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, quality=_QUALITY)
    return Clean("application/pdf", out.getvalue(), count, *pages[0].size)


def _drawn(document: pdfium.PdfDocument, at: int) -> Image.Image:
    page = document[at]
    try:
        width, height = page.get_size()
        if not (math.isfinite(width) and math.isfinite(height)) or min(width, height) <= 1:
            raise Refused(Reason.BROKEN)
        scale = min(DPI / 72, KEPT_SIDE / max(width, height))
        picture: Image.Image = page.render(scale=scale, fill_color=(255, 255, 255, 255)).to_pil()
        return picture.convert("RGB")
    finally:
        page.close()


def _legible(pages: list[Image.Image]) -> None:
    """Blank backs are part of many scans; every page with something on it must be legible."""
    faults = [fault_of(page) for page in pages]
    if all(fault is Reason.BLANK for fault in faults):
        raise Refused(Reason.BLANK)
    found = next((fault for fault in faults if fault not in (None, Reason.BLANK)), None)
    if found is not None:
        raise Refused(found)
