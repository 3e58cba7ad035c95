"""Graph component: the customer's text made regular before anything else reads it."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.normalise import normalise

NORMALISED = "normalised"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class ChineseNormaliser(GraphComponent):
    """Replaces a message's text by its regular form and keeps the offset map beside it."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ChineseNormaliser:
        """Nothing to configure."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Regularise the messages of a turn."""
        for message in messages:
            regular = normalise(message.get(TEXT) or "")
            message.set(NORMALISED, regular)
            message.set(TEXT, regular.text)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Regularise the training sentences in the same way."""
        self.process([m for m in training_data.training_examples if m.get(TEXT)])
        return training_data
