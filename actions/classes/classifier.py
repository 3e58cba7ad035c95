"""The trained `Classifier`: made when its sentences have changed, in seconds, and kept under `DIANDA_HOME/classes`.

Vectors of sentences are kept too, so that a few new ones cost a few vectors.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from actions.classes.sentences import FOLDER, KINDS, Sentence, read_sentences
from actions.desk.classes import Classified
from actions.desk.tickets import Kind
from bot.language import intent_model
from bot.language.encoder import SentenceEncoder
from bot.language.intent_model import IntentModel

Floats = npt.NDArray[np.float32]
Say = Callable[[str], Any]

URGENT_FROM = 0.5
"""A repair this likely urgent is. Cross-validated: four of five urgent ones are found, one in fifty others taken for one."""

_LONGEST = 400
"""Characters that are read: the encoder sees no further, and the matter is told by then."""

_FOLDS = 5
_SLASH = "/"
_URGENCY = "urgency"
_CORRECTIONS = "corrections"


class TrainedClassifier:
    """Likeness to the training sentences; see `ports.classifier.Classifier`. Safe to call from several threads."""

    def __init__(self, models: dict[str, IntentModel], encoder: SentenceEncoder) -> None:
        self._models, self._encoder = models, encoder

    @classmethod
    def open(cls, home: Path, encoder: SentenceEncoder, say: Say = lambda _: None) -> TrainedClassifier:
        """The classifier of the present sentences and of the corrections in `home/classes/corrections`, trained if need be."""
        folder = home / "classes"
        sentences = {kind: read_sentences(kind, FOLDER, folder / _CORRECTIONS) for kind in KINDS}
        place = folder / _digest(sentences, encoder)
        if not place.exists():
            _train(place, sentences, _Vectors(folder / "vectors.npz", encoder), say)
        names = [*(kind.value for kind in KINDS), _URGENCY]
        return cls({name: IntentModel.load(place / name) for name in names}, encoder)

    def classify(self, kind: Kind, text: str) -> Classified:
        """The most likely second level of the most likely first level, and how likely that first level is."""
        model = self._models.get(kind.value)
        if model is None:
            return Classified()
        read = text[:_LONGEST]
        vector = self._encoder.encode([read])
        seconds: dict[str, dict[str, float]] = {}
        for label, probability in zip(model.labels, model.probabilities([read], vector)[0].tolist(), strict=True):
            first, _, second = label.partition(_SLASH)
            seconds.setdefault(first, {})[second] = probability
        first = max(seconds, key=lambda name: sum(seconds[name].values()))
        second = max(seconds[first], key=lambda name: seconds[first][name])
        urgent = False
        if kind is Kind.REPAIR:
            pressing = self._models[_URGENCY]
            urgent = bool(pressing.probabilities([read], vector)[0, pressing.labels.index("urgent")] >= URGENT_FROM)
        return Classified(category=(first, second), confidence=round(sum(seconds[first].values()), 4), urgent=urgent)


class _Vectors:
    """The encoder's rows of sentences, kept in a file from training to training."""

    def __init__(self, path: Path, encoder: SentenceEncoder) -> None:
        self._path, self._encoder = path, encoder
        self._known: dict[str, Floats] = {}
        if path.exists():
            with np.load(path) as stored:
                if str(stored["source"]) == encoder.source:
                    self._known = dict(zip(stored["texts"].tolist(), stored["rows"], strict=True))

    def of(self, texts: Sequence[str]) -> Floats:
        """One unit row a text."""
        new = [text for text in texts if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts]).astype(np.float32)

    def keep(self) -> None:
        """Write the file."""
        beside = self._path.with_suffix(f".{os.getpid()}.npz")
        np.savez_compressed(
            beside, source=np.array(self._encoder.source), texts=np.array(list(self._known)), rows=np.stack(list(self._known.values()))
        )
        beside.replace(self._path)


def _train(place: Path, sentences: dict[Kind, list[Sentence]], vectors: _Vectors, say: Say) -> None:
    # Made beside its place and moved there when it is whole; of two that train at once the first one's stays.
    beside = place.with_name(f"{place.name}.{os.getpid()}")
    beside.mkdir(parents=True, exist_ok=True)
    for kind, known in sentences.items():
        say(f"工单分类：{kind.value}，{len(known)} 句…")
        rows = vectors.of([one.text for one in known])
        _fit([_SLASH.join(one.category) for one in known], known, rows).save(beside / kind.value)
        if kind is Kind.REPAIR:
            _fit(["urgent" if one.urgent else "normal" for one in known], known, rows).save(beside / _URGENCY)
    vectors.keep()
    try:
        beside.rename(place)
    except OSError:
        if not place.exists():
            raise
        shutil.rmtree(beside)


def _fit(labels: list[str], known: list[Sentence], rows: Floats) -> IntentModel:
    return intent_model.train([one.text for one in known], labels, rows, folds=_FOLDS, say=lambda _: None)


def _digest(sentences: dict[Kind, list[Sentence]], encoder: SentenceEncoder) -> str:
    code = (Path(intent_model.__file__), Path(__file__))
    told = {kind.value: [(one.text, *one.category, one.urgent) for one in known] for kind, known in sentences.items()}
    digest = hashlib.sha256(json.dumps([encoder.source, told], ensure_ascii=False).encode())
    for path in code:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
