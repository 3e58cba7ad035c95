"""Graph component: the intent classifier, with calibrated confidence and a decision whether to trust it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml_file

from bot.assistant.components.featurizer import SentenceEncoderFeaturizer, sentence_vector
from bot.assistant.components.gist import GIST
from bot.language.intent_model import IntentModel, Thresholds, train

RANKING = 5
THRESHOLDS = Path(__file__).resolve().parents[1] / "thresholds.yml"
"""Written by `dianda eval nlu --choose-thresholds`; absent means the defaults."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedIntentClassifier(IntentClassifier, GraphComponent):
    """Likeness to the training sentences in meaning, wording and sound; see :mod:`bot.language.intent_model`."""

    @classmethod
    def required_components(cls) -> List[type]:
        """Needs the sentence vectors."""
        return [SentenceEncoderFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Nothing to set: everything that matters is chosen by cross-validation."""
        return {}

    def __init__(self, storage: ModelStorage, resource: Resource, model: IntentModel | None = None) -> None:
        """``model`` is absent until trained or loaded."""
        self._storage, self._resource, self._model = storage, resource, model

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CalibratedIntentClassifier:
        """Make an untrained classifier."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CalibratedIntentClassifier:
        """Read the trained model."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, IntentModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all sentences that carry an intent."""
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        vectors = np.stack([sentence_vector(m) for m in examples])
        chosen = Thresholds(**read_yaml_file(THRESHOLDS)) if THRESHOLDS.exists() else Thresholds()
        self._model = train(
            [m.get(GIST) or m.get(TEXT) for m in examples],
            [m.get(INTENT) for m in examples],
            vectors,
            thresholds=chosen,
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Classify the training data too, as Rasa's graph expects."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set ``intent``, ``intent_ranking`` (the best five) and ``doubt`` (``none``, ``close`` or ``unsure``)."""
        model = self._model
        readable = [m for m in messages if m.get(TEXT) and sentence_vector(m) is not None]
        if model is None or not readable:
            return messages
        vectors = np.stack([sentence_vector(m) for m in readable])
        for message, row in zip(
            readable, model.probabilities([m.get(GIST) or m.get(TEXT) for m in readable], vectors), strict=True
        ):
            best = np.argsort(row)[::-1][:RANKING]
            ranking = [{"name": model.labels[i], "confidence": round(float(row[i]), 4)} for i in best]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            message.set("doubt", model.thresholds.doubt(row), add_to_output=True)
        return messages
