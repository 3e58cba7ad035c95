"""What can be read is taken, what cannot is refused for the reason that tells how to do better."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from actions.materials.clean import clean
from actions.materials.refused import Reason, Refused
from tests import papers


def refusal(data: bytes) -> Reason:
    with pytest.raises(Refused) as caught:
        clean(data)
    return caught.value.reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_sharp_photo_of_each_kind_is_taken(kind: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    made = clean(papers.file(papers.card(), kind))
    assert made.media_type == "image/jpeg" and made.pages == 1 and (made.width, made.height) == (1600, 1200)
    assert Image.open(io.BytesIO(made.content)).format == "JPEG"


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(papers.card(674, 506), id="small scan"),
        pytest.param(papers.blurred(papers.card(), 0.001), id="a little soft"),
        pytest.param(papers.grainy(papers.card(), 15), id="grainy"),
        pytest.param(papers.dimmed(papers.card(), 0.5), id="in the evening"),
        pytest.param(papers.page(), id="sheet"),
        pytest.param(papers.page(3), id="sheet of three lines"),
        pytest.param(papers.washed(papers.page(), 0.5), id="pale print"),
        pytest.param(papers.card().rotate(90, expand=True), id="on its side"),
    ],
)
def test_what_can_be_read_is_taken(picture: Image.Image) -> None:
    assert clean(papers.file(picture)).width == picture.width


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        pytest.param(papers.blurred(papers.card()), Reason.BLURRED, id="out of focus"),
        pytest.param(papers.blurred(papers.page()), Reason.BLURRED, id="sheet out of focus"),
        pytest.param(papers.blurred(papers.card(4000, 3000)), Reason.BLURRED, id="many pixels do not help"),
        pytest.param(papers.grainy(papers.blurred(papers.dimmed(papers.card(), 0.5))), Reason.BLURRED, id="grain is not sharpness"),
        pytest.param(papers.dimmed(papers.card(), 0.15), Reason.DARK, id="dark"),
        pytest.param(papers.grainy(papers.dimmed(papers.card(), 0.12), 4), Reason.DARK, id="dark and grainy"),
        pytest.param(papers.washed(papers.page()), Reason.BRIGHT, id="glare"),
        pytest.param(Image.new("RGB", (1200, 900), "white"), Reason.BLANK, id="white"),
        pytest.param(Image.new("RGB", (1200, 900), (120, 110, 100)), Reason.BLANK, id="a finger on the lens"),
        pytest.param(papers.card().resize((400, 300)), Reason.SMALL, id="thumbnail"),
    ],
)
def test_what_cannot_be_read_is_refused_for_what_is_wrong(picture: Image.Image, reason: Reason) -> None:
    assert refusal(papers.file(picture)) is reason


def test_a_scan_is_taken_with_its_blank_backs_but_not_with_a_page_that_cannot_be_read() -> None:
    blank = Image.new("RGB", papers.page().size, "white")
    made = clean(papers.pdf(papers.page(), blank))
    assert made.media_type == "application/pdf" and made.pages == 2 and made.content.startswith(b"%PDF-")
    assert refusal(papers.pdf(papers.page(), papers.blurred(papers.page()))) is Reason.BLURRED
    assert refusal(papers.pdf(blank, blank)) is Reason.BLANK


def test_place_and_camera_stay_behind_and_the_photo_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # taken on its side
    exif[0x010F] = "CameraMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 1.0), 3: "E", 4: (120.0, 9.0, 1.0)})
    data = papers.file(papers.card(), exif=exif, comment=b"home of somebody")
    assert b"CameraMaker" in data
    made = clean(data)
    assert (made.width, made.height) == (1200, 1600)
    kept = Image.open(io.BytesIO(made.content))
    assert not kept.getexif() and "exif" not in kept.info and "comment" not in kept.info
    assert b"CameraMaker" not in made.content and b"somebody" not in made.content
