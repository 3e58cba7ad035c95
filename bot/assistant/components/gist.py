"""Graph component: finds the values of a message and makes its gist, which featurizer and classifier read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.assistant.components.normaliser import NORMALISED
from bot.language.address_reader import address_reader
from bot.language.entities import find_entities
from bot.language.gist import gist

VALUES = "values"
GIST = "gist"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class GistMaker(GraphComponent):
    """Runs behind the normaliser, in training as in use, so that the model learns on what it will see."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GistMaker:
        """Nothing to configure; the address reader is opened here, so that a missing one stops the start."""
        address_reader()
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Set values and gist."""
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        for message in messages:
            regular = message.data.pop(NORMALISED, None)
            if regular is None:
                continue
            found = find_entities(regular, today)
            message.set(VALUES, [value.to_json() for value in found])
            message.set(GIST, gist(regular, found))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for training sentences."""
        self.process(training_data.training_examples)
        return training_data
