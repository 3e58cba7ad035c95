"""A small base made of a few real articles, with an encoder that needs no model; and the real base where it is built."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bot.language.encoder import SentenceEncoder, encoder_folder
from knowledge_base.knowledge import KnowledgeBase

PROJECT = Path(__file__).resolve().parents[3]
ROOT = PROJECT / "knowledge_base"
TODAY = date(2026, 11, 22)
FEW = (
    "outage/outage-arrival-time", "billing/bill-reconnect-time", "billing/bill-late-fee", "tariff/tariff-peak-valley",
    "connect/connect-transfer-materials", "invoice/invoice-electronic", "safety/safety-fallen-wire",
)  # fmt: skip


class LetterEncoder:
    """Sentence vectors from hashed characters: fast, the same everywhere, and near when the words are near."""

    dim = 64
    source = "letters"

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, sentences: Sequence[str]) -> np.ndarray:
        self.encoded += len(sentences)
        rows = np.full((len(sentences), self.dim), 1e-3, dtype=np.float32)
        for row, sentence in enumerate(sentences):
            for unit in [*sentence, *map("".join, pairwise(sentence))]:
                rows[row, zlib.crc32(unit.encode()) % self.dim] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A knowledge base with a few of the real articles and all profiles."""
    made = tmp_path / "knowledge_base"
    shutil.copytree(ROOT / "profiles", made / "profiles")
    for name in FEW:
        target = made / "articles" / f"{name}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "articles" / f"{name}.md", target)
    return made


@pytest.fixture
def encoder() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture
def opened(root: Path, tmp_path: Path, encoder: LetterEncoder) -> Callable[..., KnowledgeBase]:
    """Opens the small base, by default for the state grid."""

    def open_it(profile: str = "state_grid", today: date = TODAY) -> KnowledgeBase:
        return KnowledgeBase.open(root, tmp_path / "home", profile, encoder, today=lambda: today)

    return open_it


@pytest.fixture(scope="session")
def real() -> KnowledgeBase:
    """The real base with the real encoder, from the installation's home; built there when it is out of date."""
    home = Path(os.environ.get("DIANDA_HOME", PROJECT / "var"))
    if not (encoder_folder(home) / "encoder.json").exists():
        pytest.skip("the encoder is not built; `make train` builds it")
    return KnowledgeBase.open(ROOT, home, "state_grid", SentenceEncoder(encoder_folder(home)))
