"""Passages in any number around the real ones: the real vectors with noise, real sentences put together two by two."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.language.encoder import SentenceEncoder, encoder_folder
from bot.language.normalise import normalise
from bot.language.words import words
from knowledge_base.dense import centred
from knowledge_base.evaluate import read_cases
from tests.assistant import ROOT

NOISE = 0.6
"""Length of the noise added to a unit vector: a made passage has a cosine of about .86 to the real one it is made of."""
NEIGHBOURS = 10
_CHUNK = 50_000


@dataclass(frozen=True)
class Real:
    """The passages of the newest index: texts, their words, centred vectors and topic numbers."""

    texts: list[str]
    tokens: list[list[str]]
    vectors: np.ndarray
    topic_of: np.ndarray
    centre: np.ndarray

    @classmethod
    def read(cls, home: Path) -> Real:
        """The newest index under `home`; `make train` makes one."""
        about = max((home / "index").glob("*/topic_of.npy"), key=lambda path: path.stat().st_mtime)
        folder = about.parent
        topic_of, centre = np.load(about), np.load(folder / "centre.npy")
        kept = np.flatnonzero(topic_of < topic_of.max())  # without what is refused
        texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
        texts = [texts[at] for at in kept]
        vectors = centred(np.load(folder / "vectors.npy")[kept], centre)
        return cls(texts, [words(text) for text in texts], vectors, topic_of[kept], centre)


@dataclass(frozen=True)
class Made:
    """So many made passages. Row `i` is made of the real rows ``pairs[i]``."""

    folder: Path
    real: Real
    vectors: np.ndarray
    pairs: np.ndarray
    queries: np.ndarray
    """Centred vectors of the independent questions in tests/data/kb_questions.yml."""
    asked: list[str]
    truth: np.ndarray
    """Rows of the ten nearest of every query, by exact search."""

    @property
    def topic_of(self) -> np.ndarray:
        """A topic for every hundred passages, so that topics grow with the base; neighbours in meaning share one."""
        copies = max(1, len(self.pairs) // (100 * (int(self.real.topic_of.max()) + 1)))
        return self.real.topic_of[self.pairs[:, 0]] * copies + self.pairs[:, 0] % copies

    def texts(self) -> list[str]:
        """The texts. A comma between two sentences keeps their words apart."""
        return [f"{self.real.texts[a]}，{self.real.texts[b]}" for a, b in self.pairs.tolist()]

    def tokens(self) -> list[list[str]]:
        """The words of the texts, put together of those of the sentences."""
        return [self.real.tokens[a] + self.real.tokens[b] for a, b in self.pairs.tolist()]


def made(size: int, home: Path, cache: Path) -> Made:
    """The made passages, from `cache` where they were made before."""
    real, folder = Real.read(home), cache / str(size)
    if not (folder / "truth.npy").exists():
        _make(size, real, folder, home, cache)
    asked = json.loads((cache / "asked.json").read_text(encoding="utf-8"))
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    return Made(folder, real, vectors, np.load(folder / "pairs.npy"), np.load(cache / "queries.npy"), asked, np.load(folder / "truth.npy"))


def _make(size: int, real: Real, folder: Path, home: Path, cache: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(size)
    queries = _queries(real, home, cache)
    first = rng.integers(len(real.texts), size=size)
    by_topic = [np.flatnonzero(real.topic_of == topic) for topic in range(int(real.topic_of.max()) + 1)]
    second = np.array([by_topic[topic][draw % len(by_topic[topic])] for topic, draw in zip(real.topic_of[first], rng.integers(2**31, size=size), strict=True)])
    np.save(folder / "pairs.npy", np.stack([first, second], axis=1))
    dim = real.vectors.shape[1]
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(size, dim))
    best_scores, best_rows = np.zeros((len(queries), 0), dtype=np.float32), np.zeros((len(queries), 0), dtype=np.int64)
    for start in range(0, size, _CHUNK):
        some = first[start : start + _CHUNK]
        moved = real.vectors[some] + rng.standard_normal((len(some), dim), dtype=np.float32) * np.float32(NOISE / dim**0.5)
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        vectors[start : start + _CHUNK] = moved
        best_scores = np.concatenate([best_scores, queries @ moved.T], axis=1)
        best_rows = np.concatenate([best_rows, np.broadcast_to(np.arange(start, start + len(some)), (len(queries), len(some)))], axis=1)
        order = np.argpartition(-best_scores, min(NEIGHBOURS, best_scores.shape[1]) - 1, axis=1)[:, :NEIGHBOURS]
        best_scores, best_rows = np.take_along_axis(best_scores, order, 1), np.take_along_axis(best_rows, order, 1)
    vectors.flush()
    np.save(folder / "truth.npy", best_rows)


def _queries(real: Real, home: Path, cache: Path) -> np.ndarray:
    path = cache / "queries.npy"
    if not path.exists():
        asked = [normalise(case.question).text for case in read_cases(ROOT / "tests" / "data" / "kb_questions.yml") if case.topic]
        np.save(path, centred(SentenceEncoder(encoder_folder(home)).encode(asked), real.centre))
        (cache / "asked.json").write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
    return np.load(path)
