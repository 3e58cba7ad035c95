"""Which intent does a sentence carry, and how sure is that? Likeness to the training sentences, seen in three views.

* the sentence encoder's vector (meaning),
* characters and character pairs (wording),
* toneless syllables and their pairs (sound: 停电 and 听电 share them, so speech-recognition errors and homophone typing
  cost little).

Kernel ridge regression: one closed-form solve over the training sentences, trained in seconds, stored as
``intent_model.npz``; needs only numpy at run time. The confidence is calibrated: a temperature is fitted on predictions for
sentences the model had not been trained on (cross-validation). What else was tried stands in docs/benchmarks.md.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from pypinyin import Style, lazy_pinyin

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]

# Chosen by cross-validation (docs/benchmarks.md): the weights of the views, how fast likeness fades, and the ridge.
MEANING, WORDING, SOUND = 1.0, 0.4, 0.8
SHARPNESS = 0.5
RIDGE = 0.05
FLOOR = 0.05
"""Added to a score before its logarithm: makes the ridge's scores, which are near 0 and 1, a calibrated softmax's logits."""
BUCKETS = 1 << 17
ROWS_AT_ONCE = 256
OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Thresholds:
    """When to ask back. Chosen from the evaluation curve (`dianda eval nlu --choose-thresholds`), stored with the model."""

    unsure: float = 0.30
    """Below this confidence of the best intent nothing is assumed."""
    close: float = 0.08
    """With the second best nearer than this, the customer is asked which one is meant."""
    out_of_scope_bias: float = 0.0
    """Added to the out_of_scope logit before the softmax: above 0 more is refused, below 0 more is accepted."""

    def doubt(self, row: Floats) -> str:
        """``none``, ``close`` (the two best are near each other) or ``unsure`` (the best is weak), of one probability row."""
        first, second = np.sort(row)[::-1][:2] if len(row) > 1 else (row[0], 0.0)
        if first < self.unsure:
            return "unsure"
        return "close" if first - second < self.close else "none"


def sound(text: str) -> list[str]:
    """Toneless pinyin syllables with the recogniser's usual confusions folded: zh/z, sh/s, ch/c, ing/in, eng/en, l/n."""
    spelt = lazy_pinyin(text, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]  # a list is documented
    return [_fold(s) for s in spelt]


def _fold(syllable: str) -> str:
    for wide, narrow in (("zh", "z"), ("sh", "s"), ("ch", "c")):
        if syllable.startswith(wide):
            syllable = narrow + syllable[2:]
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    if syllable.endswith(("ing", "eng", "ang")):
        syllable = syllable[:-1]
    return syllable


def grams(text: str) -> dict[int, float]:
    """Hashed units and pairs of characters and of sounds, log-damped; the squares of each view sum to its weight."""
    found: dict[int, float] = {}
    for view, units, weight in (
        ("c", ["^", *text.lower(), "$"], WORDING),
        ("s", ["^", *sound(text.lower()), "$"], SOUND),
    ):
        counts: dict[int, float] = {}
        for size in (1, 2):
            for at in range(len(units) - size + 1):
                key = zlib.crc32((view + str(size) + "\x1f".join(units[at : at + size])).encode()) % BUCKETS
                counts[key] = counts.get(key, 0.0) + 1.0
        damped = {k: 1.0 + float(np.log(v)) for k, v in counts.items()}
        length = (sum(v * v for v in damped.values()) / weight) ** 0.5
        for key, value in damped.items():
            found[key] = found.get(key, 0.0) + value / length
    return found


class Sentences:
    """The training sentences as the model remembers them, and how like them other sentences are."""

    def __init__(self, meaning: Floats, centre: Floats, starts: Whole, rows: Whole, values: Floats) -> None:
        """``meaning``: centred unit vectors; ``starts`` of each bucket in ``rows`` and ``values``, the n-grams by bucket."""
        self.meaning, self.centre = meaning, centre
        self.starts, self.rows, self.values = starts, rows, values

    @classmethod
    def of(cls, sentences: Sequence[str], vectors: Floats) -> Sentences:
        """Remember `sentences` with the encoder's rows for them."""
        found = [(key, row, value) for row, s in enumerate(sentences) for key, value in grams(s).items()]
        keys = np.fromiter((f[0] for f in found), dtype=np.int64, count=len(found))
        order = np.argsort(keys, kind="stable")
        rows = np.fromiter((f[1] for f in found), dtype=np.int64, count=len(found))[order]
        values = np.fromiter((f[2] for f in found), dtype=np.float32, count=len(found))[order]
        centre = vectors.mean(0).astype(np.float32)
        # Rounded as they will be stored, so that the model solves for what it will see.
        meaning = _unit(vectors - centre).astype(np.float16).astype(np.float32)
        return cls(meaning, centre, np.searchsorted(keys[order], np.arange(BUCKETS + 1)), rows, values)

    def likeness(self, sentences: Sequence[str], vectors: Floats) -> Iterator[tuple[int, Floats]]:
        """Blocks of the kernel with the row each begins at: ``(n, number of training sentences)``, 1 for the same sentence."""
        for at in range(0, len(sentences), ROWS_AT_ONCE):
            near = MEANING * _unit(vectors[at : at + ROWS_AT_ONCE] - self.centre) @ self.meaning.T
            for row, sentence in zip(near, sentences[at : at + ROWS_AT_ONCE], strict=True):
                for key, value in grams(sentence).items():
                    start, end = self.starts[key], self.starts[key + 1]
                    # A bucket names each sentence once, so that adding by index is right.
                    row[self.rows[start:end]] += value * self.values[start:end]
            near -= MEANING + WORDING + SOUND
            near *= SHARPNESS
            yield at, np.exp(near, out=near)


class IntentModel:
    """The trained classifier. ``probabilities`` is safe to call from several threads."""

    def __init__(
        self,
        labels: list[str],
        sentences: Sentences,
        weights: Floats,
        share: Floats,
        temperature: float,
        thresholds: Thresholds,
    ) -> None:
        self.labels = labels
        self.temperature = temperature
        self.thresholds = thresholds
        self._sentences, self._weights, self._share = sentences, weights, share

    def probabilities(self, sentences: Sequence[str], vectors: Floats) -> Floats:
        """Calibrated probabilities, shape ``(len(sentences), len(labels))``; ``vectors`` are the encoder's rows."""
        logits = np.zeros((len(sentences), len(self.labels)), dtype=np.float32)
        for at, near in self._sentences.likeness(sentences, vectors):
            logits[at : at + len(near)] = _logits(near @ self._weights + self._share)
        return biased(logits / self.temperature, self.labels, self.thresholds.out_of_scope_bias)

    def save(self, folder: Path) -> None:
        """Write the model into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        known = self._sentences
        np.savez_compressed(
            folder / "intent_model.npz",
            weights=self._weights,
            share=self._share,
            meaning=known.meaning.astype(np.float16),
            centre=known.centre,
            starts=known.starts.astype(np.int32),
            rows=known.rows.astype(np.int32),
            values=known.values,
        )
        about = {"labels": self.labels, "temperature": self.temperature, "thresholds": asdict(self.thresholds)}
        (folder / "intent_model.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read a model written by :meth:`save`."""
        about = json.loads((folder / "intent_model.json").read_text(encoding="utf-8"))
        with np.load(folder / "intent_model.npz") as stored:
            known = Sentences(
                stored["meaning"].astype(np.float32),
                stored["centre"],
                stored["starts"].astype(np.int64),
                stored["rows"].astype(np.int64),
                stored["values"],
            )
            thresholds = Thresholds(**about["thresholds"])
            return cls(about["labels"], known, stored["weights"], stored["share"], about["temperature"], thresholds)


def biased(logits: Floats, labels: Sequence[str], bias: float) -> Floats:
    """Probabilities of calibrated `logits` with `bias` added to out_of_scope's. Log probabilities are calibrated logits too."""
    if bias and OUT_OF_SCOPE in labels:
        logits = logits.copy()
        logits[:, list(labels).index(OUT_OF_SCOPE)] += bias
    return _softmax(logits)


def train(
    sentences: Sequence[str],
    labels: Sequence[str],
    vectors: Floats,
    *,
    folds: int = 3,
    thresholds: Thresholds | None = None,
    say: Callable[[str], Any] = print,
) -> IntentModel:
    """Fit the model and its temperature.

    ``vectors`` are the encoder's rows for ``sentences``. About 20 s and 1 GB for 9,000 sentences on one core.
    """
    names, target, known, kernel = _problem(sentences, labels, vectors)
    held_out = _held_out(kernel, target, len(names), folds, say)
    temperature = _temperature(held_out, target)
    right = float((held_out.argmax(1) == target).mean())
    say(f"意图模型：交叉验证准确率 {right:.3f}，温度 {temperature:.2f}，{len(sentences)} 句 / {len(names)} 类")
    weights, share = _solve(kernel, target, len(names))
    return IntentModel(names, known, weights, share, temperature, thresholds or Thresholds())


def cross_validated(
    sentences: Sequence[str],
    labels: Sequence[str],
    vectors: Floats,
    *,
    folds: int = 3,
    say: Callable[[str], Any] = print,
) -> tuple[list[str], Floats]:
    """The label names, and calibrated probabilities for each sentence by a model that was not trained on it."""
    names, target, _, kernel = _problem(sentences, labels, vectors)
    held_out = _held_out(kernel, target, len(names), folds, say)
    return names, _softmax(held_out / _temperature(held_out, target))


def _problem(
    sentences: Sequence[str], labels: Sequence[str], vectors: Floats
) -> tuple[list[str], Whole, Sentences, Floats]:
    names = sorted(set(labels))
    index = {name: i for i, name in enumerate(names)}
    known = Sentences.of(sentences, vectors)
    kernel = np.empty((len(sentences), len(sentences)), dtype=np.float32)
    for at, near in known.likeness(sentences, vectors):
        kernel[at : at + len(near)] = near
    return names, np.array([index[label] for label in labels], dtype=np.int64), known, kernel


def _held_out(kernel: Floats, target: Whole, classes: int, folds: int, say: Callable[[str], Any]) -> Floats:
    """Logits of each sentence by a model that has not seen it."""
    chosen = np.random.default_rng(7).permutation(len(target)) % folds
    logits = np.zeros((len(target), classes), dtype=np.float32)
    for fold in range(folds):
        learn, hold = np.flatnonzero(chosen != fold), np.flatnonzero(chosen == fold)
        weights, share = _solve(kernel[np.ix_(learn, learn)], target[learn], classes)
        logits[hold] = _logits(kernel[np.ix_(hold, learn)] @ weights + share)
        say(f"意图模型：交叉验证 {fold + 1}/{folds}")
    return logits


def _solve(kernel: Floats, target: Whole, classes: int) -> tuple[Floats, Floats]:
    """Ridge regression of the classes' indicators. Overwrites `kernel`; rare classes are damped less than frequent ones."""
    from scipy.linalg import cho_factor, cho_solve

    number = np.bincount(target, minlength=classes).clip(1)
    balance = (number.mean() / number) ** 0.5
    kernel[np.diag_indices(len(target))] += RIDGE / balance[target]
    truth = np.zeros((len(target), classes), dtype=np.float32)
    truth[np.arange(len(target)), target] = 1.0
    share = truth.mean(0)
    # The transpose is the same matrix in the order LAPACK works on without a copy.
    factor = cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    return cho_solve(factor, truth - share, overwrite_b=True, check_finite=False).astype(np.float32), share


def _logits(scores: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(scores, 0.0) + FLOOR), dtype=np.float32)


def _temperature(logits: Floats, target: Whole) -> float:
    """The temperature with the least negative log-likelihood on held-out sentences."""

    def loss(temperature: float) -> float:
        picked = _softmax(logits / temperature)[np.arange(len(target)), target]
        return float(-np.log(picked.clip(1e-9)).mean())

    return float(min(np.geomspace(0.1, 3.0, 90), key=loss))


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9), dtype=np.float32)


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(shifted / shifted.sum(1, keepdims=True), dtype=np.float32)
