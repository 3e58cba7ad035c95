"""Which intent does a sentence carry, and how sure is that? A linear model over three views of the sentence.

* the sentence encoder's vector (meaning),
* character n-grams (wording),
* toneless pinyin n-grams (sound: 停电 and 听电 share it, so speech-recognition errors and homophone typing cost little).

Softmax regression, trained in seconds, stored as ``intent_model.npz``; needs only numpy at run time. The confidence is
calibrated: a temperature is fitted on predictions for sentences the model had not been trained on (cross-validation).
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Sequence

import numpy as np
import numpy.typing as npt
from pypinyin import Style, lazy_pinyin

Floats = npt.NDArray[np.float32]
DENSE_SCALE = 5.0
"""Weight of the encoder's view against the n-gram views; chosen by cross-validation (docs/benchmarks.md)."""
BUCKETS = 1 << 15


@dataclass(frozen=True)
class Thresholds:
    """When to ask back. Chosen from the evaluation curve, stored with the model."""

    unsure: float = 0.30
    """Below this confidence of the best intent nothing is assumed."""
    close: float = 0.08
    """With the second best nearer than this, the customer is asked which one is meant."""


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
    """Hashed n-gram counts of one sentence: characters 1–3 and sounds 1–3, log-damped, each view of unit length."""
    characters = ["^", *text.lower(), "$"]
    sounds = ["^", *sound(text.lower()), "$"]
    found: dict[int, float] = {}
    for view, units, weight in (("c", characters, 1.0), ("s", sounds, 1.0)):
        counts: dict[int, float] = {}
        for size in (1, 2, 3):
            for at in range(len(units) - size + 1):
                key = zlib.crc32((view + str(size) + "\x1f".join(units[at : at + size])).encode()) % BUCKETS
                counts[key] = counts.get(key, 0.0) + 1.0
        damped = {k: 1.0 + float(np.log(v)) for k, v in counts.items()}
        length = sum(v * v for v in damped.values()) ** 0.5 or 1.0
        for key, value in damped.items():
            found[key] = found.get(key, 0.0) + weight * value / length
    return found


class IntentModel:
    """The trained classifier. ``probabilities`` is safe to call from several threads."""

    def __init__(
        self,
        labels: list[str],
        weights: Floats,
        bias: Floats,
        scale: Floats,
        centre: Floats,
        temperature: float,
        thresholds: Thresholds,
    ) -> None:
        self.labels = labels
        self.temperature = temperature
        self.thresholds = thresholds
        self._weights, self._bias, self._scale, self._centre = weights, bias, scale, centre
        self._dim = len(centre)

    def probabilities(self, sentences: Sequence[str], vectors: Floats) -> Floats:
        """Calibrated probabilities, shape ``(len(sentences), len(labels))``; ``vectors`` are the encoder's rows."""
        logits = ((vectors - self._centre) * DENSE_SCALE) @ self._weights[: self._dim] + self._bias
        for row, sentence in enumerate(sentences):
            found = grams(sentence)
            if found:
                keys = np.fromiter(found, dtype=np.int64)
                values = np.fromiter(found.values(), dtype=np.float32) * self._scale[keys]
                logits[row] += values @ self._weights[self._dim + keys]
        return _softmax(np.asarray(logits / self.temperature, dtype=np.float32))

    def save(self, folder: Path) -> None:
        """Write the model into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / "intent_model.npz",
            weights=self._weights.astype(np.float16),
            bias=self._bias,
            scale=self._scale,
            centre=self._centre,
        )
        about = {"labels": self.labels, "temperature": self.temperature, "thresholds": vars(self.thresholds)}
        (folder / "intent_model.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read a model written by :meth:`save`."""
        about = json.loads((folder / "intent_model.json").read_text(encoding="utf-8"))
        with np.load(folder / "intent_model.npz") as stored:
            return cls(
                about["labels"],
                stored["weights"].astype(np.float32),
                stored["bias"],
                stored["scale"],
                stored["centre"],
                about["temperature"],
                Thresholds(**about["thresholds"]),
            )


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

    ``vectors`` are the encoder's rows for ``sentences``. About 15 s for 7,000 sentences on one core.
    """
    names = sorted(set(labels))
    index = {name: i for i, name in enumerate(names)}
    target = np.array([index[label] for label in labels])
    matrix, scale, centre = _design(sentences, vectors)
    chosen = np.random.default_rng(7).permutation(len(sentences)) % folds
    held_out = np.zeros((len(sentences), len(names)), dtype=np.float32)
    for fold in range(folds):
        learn = np.flatnonzero(chosen != fold)
        weights, bias = _fit(matrix[learn], target[learn], len(names))
        held_out[chosen == fold] = matrix[np.flatnonzero(chosen == fold)] @ weights + bias
        say(f"意图模型：交叉验证 {fold + 1}/{folds}")
    temperature = _temperature(held_out, target)
    right = float((held_out.argmax(1) == target).mean())
    say(f"意图模型：交叉验证准确率 {right:.3f}，温度 {temperature:.2f}，{len(sentences)} 句 / {len(names)} 类")
    weights, bias = _fit(matrix, target, len(names))
    return IntentModel(names, weights, bias, scale, centre, temperature, thresholds or Thresholds())


def _design(sentences: Sequence[str], vectors: Floats) -> tuple[Any, Floats, Floats]:
    """The design matrix (dense view first, then n-gram buckets weighted by rarity), the weights and the centre."""
    from scipy import sparse

    rows, columns, values = [], [], []
    for row, sentence in enumerate(sentences):
        for key, value in grams(sentence).items():
            rows.append(row)
            columns.append(key)
            values.append(value)
    counts = sparse.csr_matrix((values, (rows, columns)), shape=(len(sentences), BUCKETS), dtype=np.float32)
    frequency = np.asarray((counts > 0).sum(0)).ravel()
    rarity = np.log((1 + len(sentences)) / (1 + frequency)).astype(np.float32)
    scale = np.where(frequency > 0, rarity / 4.0, 0.0).astype(np.float32)
    centre = vectors.mean(0).astype(np.float32)
    dense = sparse.csr_matrix((vectors - centre) * DENSE_SCALE)
    return sparse.hstack([dense, counts @ sparse.diags(scale)]).tocsr().astype(np.float32), scale, centre


def _fit(
    matrix: Any,
    target: npt.NDArray[np.int64],
    classes: int,
    *,
    epochs: int = 12,
    rate: float = 0.03,
    decay: float = 0.0,
) -> tuple[Floats, Floats]:
    """Softmax regression by mini-batch Adam; classes weigh alike whatever their number of sentences."""
    rng = np.random.default_rng(11)
    weights = np.zeros((matrix.shape[1], classes), dtype=np.float32)
    bias = np.zeros(classes, dtype=np.float32)
    share = np.bincount(target, minlength=classes).clip(1)
    balance = (share.mean() / share) ** 0.5
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    bias_first, bias_second = np.zeros_like(bias), np.zeros_like(bias)
    step = 0
    for epoch in range(epochs):
        pace = rate * (1 - epoch / epochs)
        order = rng.permutation(len(target))
        for start in range(0, len(order), 256):
            picked = order[start : start + 256]
            batch = matrix[picked]
            error = _softmax(batch @ weights + bias)
            error[np.arange(len(picked)), target[picked]] -= 1.0
            error *= (balance[target[picked]] / len(picked))[:, None]
            gradient = np.asarray(batch.T @ error, dtype=np.float32) + decay * weights
            bias_gradient = error.sum(0)
            step += 1
            first += 0.1 * (gradient - first)
            second += 0.01 * (gradient * gradient - second)
            bias_first += 0.1 * (bias_gradient - bias_first)
            bias_second += 0.01 * (bias_gradient**2 - bias_second)
            one, two = 1 - 0.9**step, 1 - 0.99**step
            weights -= pace * (first / one) / (np.sqrt(second / two) + 1e-6)
            bias -= pace * (bias_first / one) / (np.sqrt(bias_second / two) + 1e-6)
    return weights, bias


def _temperature(logits: Floats, target: npt.NDArray[np.int64]) -> float:
    """The temperature with the least negative log-likelihood on held-out sentences."""

    def loss(temperature: float) -> float:
        picked = _softmax(logits / temperature)[np.arange(len(target)), target]
        return float(-np.log(picked.clip(1e-9)).mean())

    return float(min(np.geomspace(0.3, 3.0, 60), key=loss))


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(shifted / shifted.sum(1, keepdims=True), dtype=np.float32)
