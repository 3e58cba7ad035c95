"""Graph component: values in the sentence, found by rules on the regular text, with offsets into the raw text."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List, Text
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from bot.assistant.components.normaliser import NORMALISED
from bot.language.entities import find_entities


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ValueExtractor(GraphComponent, EntityExtractorMixin):
    """Accounts, phones, tickets, months, dates, amounts, addresses and names."""

    @classmethod
    def create(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> ValueExtractor:  # fmt: skip
        """Nothing to configure."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the values of each message."""
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        for message in messages:
            regular = message.get(NORMALISED)
            found = [e.to_json() for e in find_entities(regular, today)] if regular is not None else []
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
            # The offset map is ours alone and cannot be written as JSON.
            message.data.pop(NORMALISED, None)
        return messages
