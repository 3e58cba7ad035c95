"""Whether a paper can be read from its picture: big enough, sharp, neither dark nor washed out, and not empty.

Sharpness is the variance of the Laplacian (Pech-Pacheco and others, 2000), measured on the picture at one fixed size, so
that a photo of many pixels is not called blurred for what no reader would see, and only in the parts where something is
written: a card on a bare table is as legible as a full page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from actions.materials.refused import Reason

LEAST = (640, 400)
"""Pixels of the long and the short side: an identity card scanned at 200 dpi has 674 by 425."""

MEASURED_AT = 1200
"""Pixels of the long side at which sharpness is measured."""

TILES = 12
FEW_TILES = 0.1
"""Share of the tiles that count as the sharpest, and as the plainest."""

DARKEST = 0.1
"""Per cent of the picture that count as its darkest, and as its brightest: a page may hold a few lines only."""

LEAST_SHARPNESS = 60.0
"""See tests/unit/materials/test_legibility.py for what lies on either side."""

DARK, BRIGHT, FLAT = 70.0, 185.0, 25.0
"""Luminance (0–255) that the brightest parts reach at least, that the darkest stay under, and that lies between them at least."""

Gray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured: sharpness, and the luminance (0–255) of the darkest and the brightest `DARKEST` %."""

    sharpness: float
    darkest: float
    brightest: float


def fault_of(picture: Image.Image) -> Reason | None:
    """What keeps `picture` from being read, or None."""
    width, height = picture.size
    if max(width, height) < LEAST[0] or min(width, height) < LEAST[1]:
        return Reason.SMALL
    found = measure(picture)
    contrast = found.brightest - found.darkest
    if found.brightest < DARK:
        return Reason.DARK
    if contrast < FLAT:
        return Reason.BLANK
    if found.sharpness < LEAST_SHARPNESS:
        return Reason.BLURRED
    return Reason.BRIGHT if found.darkest > BRIGHT else None


def measure(picture: Image.Image) -> Measures:
    """The measures of a picture of any mode."""
    gray = picture.convert("L")
    gray.thumbnail((MEASURED_AT, MEASURED_AT), Image.Resampling.BOX)
    values: Gray = np.asarray(gray, dtype=np.float32)
    darkest, brightest = np.percentile(values, [DARKEST, 100 - DARKEST])
    return Measures(_sharpness(values, float(brightest - darkest)), float(darkest), float(brightest))


def _sharpness(values: Gray, contrast: float) -> float:
    """Of the sharpest tiles above the plainest, as if the picture had full contrast: a pale print is not a blurred one.

    What the plainest tiles have is grain, which a dim photo has everywhere and which is as sharp as any letter.
    """
    smooth = _smoothed(values) * np.float32(255 / max(contrast, 60.0))
    middle = smooth[1:-1, 1:-1]
    laplacian = 4 * middle - smooth[:-2, 1:-1] - smooth[2:, 1:-1] - smooth[1:-1, :-2] - smooth[1:-1, 2:]
    tiles = [tile.var() for row in np.array_split(laplacian, TILES) for tile in np.array_split(row, TILES, axis=1)]
    ranked: Any = np.sort(np.asarray(tiles))
    few = max(1, round(len(tiles) * FEW_TILES))
    return float(ranked[-few:].mean() - ranked[:few].mean())


def _smoothed(values: Gray) -> Gray:
    """Each pixel the mean of the nine around it: less grain, the letters stay."""
    rows = values[:-2] + values[1:-1] + values[2:]
    smooth: Gray = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return smooth
