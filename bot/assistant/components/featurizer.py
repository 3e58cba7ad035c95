"""Graph component: the sentence encoder as a dense featurizer."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.assistant.components.gist import GIST
from bot.language.encoder import Depth, SentenceEncoder, encoder_folder


def sentence_vector(message: Message) -> Optional[np.ndarray]:
    """The encoder's row for a message, None when it has none.

    Kept as a feature only: Rasa would print a vector among the message's data, digit by digit, to fingerprint it.
    """
    found = (f for f in message.features if f.attribute == TEXT and f.type == FEATURE_TYPE_SENTENCE)
    feature = next(found, None)
    return None if feature is None else feature.features[0]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """One unit vector a message."""

    @classmethod
    def required_components(cls) -> List[type]:
        """Runs after a tokenizer, as every featurizer of Rasa."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Nothing of its own."""
        return DenseFeaturizer.get_default_config()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoderFeaturizer:
        """Open the encoder that set-up has built."""
        return cls(execution_context.node_name, config, SentenceEncoder(encoder_folder(), depth=Depth.HALF))

    def __init__(self, name: str, config: Dict[str, Any], encoder: SentenceEncoder) -> None:
        """Keep the encoder."""
        super().__init__(name, config)
        self._encoder = encoder

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Nothing can be wrong here."""

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the vector to each message."""
        with_text = [m for m in messages if m.get(TEXT)]
        if not with_text:
            return messages
        for message, vector in zip(
            with_text, self._encoder.encode([m.get(GIST) or m.get(TEXT) for m in with_text]), strict=True
        ):
            message.add_features(Features(np.atleast_2d(vector), FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode the training sentences."""
        self.process([m for m in training_data.training_examples if m.get(TEXT)])
        return training_data
