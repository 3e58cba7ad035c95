"""Papers made for tests: photographed cards and pages with real letters, and what a camera can do wrong."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

_FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
_LINES = ("姓名 王小明", "性别 男 民族 汉", "出生 1980年1月1日", "住址 安澜市城东区人民路66号", "公民身份号码 110101198001010011")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    path = next((path for path in _FONTS if Path(path).exists()), None)
    # Without a Chinese font the letters are boxes: as sharp, or as blurred, as any.
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


@cache
def card(width: int = 1600, height: int = 1200) -> Image.Image:
    """An identity card on a table, as a phone takes it."""
    picture = Image.new("RGB", (width, height), (150, 120, 90))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((width * 0.12, height * 0.18, width * 0.88, height * 0.82), fill=(225, 230, 235))
    size = width // 46
    for at, line in enumerate(_LINES):
        draw.text((width * 0.16, height * 0.22 + at * size * 2.8), line, font=_font(size), fill=(40, 40, 50))
    return picture


@cache
def page(lines: int = 30) -> Image.Image:
    """A printed sheet of A4, scanned."""
    picture = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(picture)
    for at in range(lines):
        draw.text((100, 100 + at * 50), "不动产权证书 权利人 王小明 坐落 安澜市城东区人民路66号", font=_font(24), fill="black")
    return picture


def blurred(picture: Image.Image, share: float = 0.005) -> Image.Image:
    """Out of focus: a radius of this share of the long side."""
    return picture.filter(ImageFilter.GaussianBlur(share * max(picture.size)))


def dimmed(picture: Image.Image, light: float) -> Image.Image:
    """With this share of the light."""
    return ImageEnhance.Brightness(picture).enhance(light)


def washed(picture: Image.Image, share: float = 0.85) -> Image.Image:
    """Under a glare."""
    return Image.blend(picture, Image.new("RGB", picture.size, "white"), share)


def grainy(picture: Image.Image, grain: float = 10.0) -> Image.Image:
    """As small sensors see in the evening."""
    noise = np.random.default_rng(7).normal(0, grain, (picture.height, picture.width, 3))
    return Image.fromarray((np.asarray(picture).astype(float) + noise).clip(0, 255).astype("uint8"))


def file(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def pdf(*pictures: Image.Image) -> bytes:
    """A PDF of pictures, as a scanner makes it."""
    return file(pictures[0], "PDF", save_all=True, append_images=list(pictures[1:]), resolution=150)
