"""Files that want to do harm: refused, and nothing but the process that looked at them has felt it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from actions.materials.apart import look_apart
from actions.materials.clean import clean
from actions.materials.refused import Reason, Refused
from tests import papers

JPEG = papers.file(papers.card())
PNG = papers.file(papers.card(800, 600), "PNG")
PDF = papers.pdf(papers.page())


def refusal(data: bytes, *, apart: bool = False) -> Reason:
    with pytest.raises(Refused) as caught:
        (look_apart if apart else clean)(data)
    return caught.value.reason


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.exe", b"MZ" + b"\0" * 64)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, body: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(body, 9)) + chunk(b"IEND", b"")


def written(*, pages: int = 1, **options: object) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, **options)
    for _ in range(pages):
        canvas.drawString(100, 700, "contract of supply, account 3201556677")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", Reason.EMPTY, id="empty"),
        pytest.param(b"MZ\x90\0" + b"\0" * 500, Reason.KIND, id="program"),
        pytest.param(zipped(), Reason.KIND, id="archive"),
        pytest.param(b"GIF89a" + b"\0" * 500, Reason.KIND, id="gif"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", Reason.KIND, id="svg"),
        pytest.param(JPEG + zipped(), Reason.UNSAFE, id="archive behind a photo"),
        pytest.param(PNG[:33] + chunk(b"tEXt", b"a\0<script>alert(1)</script>") + PNG[33:], Reason.UNSAFE, id="page in a picture"),
        pytest.param(JPEG[:2] + b"\xff\xfe\x00\x0c%PDF-1.7\n\n" + JPEG[2:], Reason.UNSAFE, id="pdf in a photo"),
        pytest.param(PDF + zipped(), Reason.UNSAFE, id="archive behind a pdf"),
        pytest.param(JPEG[: len(JPEG) // 2], Reason.BROKEN, id="half a photo"),
        pytest.param(PNG[: len(PNG) // 2], Reason.BROKEN, id="half a picture"),
        pytest.param(PDF[: len(PDF) // 3], Reason.BROKEN, id="a third of a pdf"),
        pytest.param(png_of(200_000, 200_000, b"\0" * 10_000), Reason.PIXELS, id="huge on paper"),
        pytest.param(written(encrypt=StandardEncryption("user", "owner")), Reason.LOCKED, id="password"),
        pytest.param(written(pages=21), Reason.PAGES, id="too many pages"),
        pytest.param(papers.file(papers.card(800, 600), "WEBP", save_all=True, append_images=[papers.card(800, 600).rotate(3)]), Reason.MOVING, id="moving"),
    ],
)  # fmt: skip
def test_it_is_refused(data: bytes, reason: Reason) -> None:
    assert refusal(data) is reason


def test_a_pdf_is_made_anew_without_script_and_attachment() -> None:
    sly = written().replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")
    assert b"/JavaScript" in sly
    made = clean(sly)
    assert made.pages == 1 and b"JavaScript" not in made.content and b"OpenAction" not in made.content


def test_a_bomb_bursts_in_its_own_process() -> None:
    assert look_apart(JPEG).pages == 1
    # Within the limit of pixels, sixty-four million of them in a file of some kilobytes.
    assert refusal(png_of(8_000, 8_000, b"\0" * 64_008_000), apart=True) in {Reason.BLANK, Reason.PIXELS, Reason.DARK}
    with pytest.raises(Refused) as caught:
        look_apart(JPEG, memory=60 * 1024 * 1024)
    assert caught.value.reason is Reason.UNSAFE, "a process that may not grow says so and is gone"


def test_a_pdf_whose_picture_unpacks_to_gigabytes() -> None:
    width = height = 60_000
    body = zlib.compress(zlib.compress(b"\0" * (width * height // 64), 9), 9)
    image = (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        f"/Filter [/FlateDecode /FlateDecode] /Length {len(body)} >>\nstream\n"
    ).encode() + body + b"\nendstream"  # fmt: skip
    paint = b"q 600 0 0 800 0 0 cm /I Do Q"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /XObject << /I 4 0 R >> >> /Contents 5 0 R >>",
        image,
        b"<< /Length %d >>\nstream\n" % len(paint) + paint + b"\nendstream",
    ]
    data = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n" % n + body + b"\nendobj\n" for n, body in enumerate(objects, 1))
    assert len(data) < 3_000_000
    with pytest.raises(Refused):
        look_apart(data + b"trailer << /Root 1 0 R /Size 6 >>\n%%EOF\n")


HEADS = st.sampled_from([JPEG[:600], PNG[:80], PDF[:400], b"RIFF\x10\0\0\0WEBP", b"\0\0\0\x18ftypheic", b"%PDF-1.7\n", b"\xff\xd8\xff\xe1"])


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(head=HEADS, body=st.binary(max_size=400), cut=st.integers(0, 600))
def test_whatever_is_sent_is_refused_or_made_anew(head: bytes, body: bytes, cut: int) -> None:
    try:
        assert clean(head[:cut] + body).content
    except Refused as refused:
        assert isinstance(refused.reason, Reason)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.sampled_from([PNG, papers.file(papers.card(800, 600)), PDF]), at=st.integers(0, 10**6), put=st.binary(min_size=1, max_size=12))
def test_a_real_file_with_a_scratch_is_refused_or_made_anew(data: bytes, at: int, put: bytes) -> None:
    at %= len(data)
    try:
        made = clean(data[:at] + put + data[at + len(put) :])
    except Refused:
        return
    assert Image.open(io.BytesIO(made.content)) if made.media_type == "image/jpeg" else made.content.startswith(b"%PDF-")
