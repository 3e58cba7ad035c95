"""Graph component: the danger guard has the last word over the classifier.

A model that misses one danger in a hundred is a good model and a bad emergency line; the rules on characters and on sound
(:mod:`bot.language.hazards`) are asked about every sentence, and what they call a danger is one.
"""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language.hazards import danger

DANGER = "report_hazard"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DangerGuard(GraphComponent, IntentClassifier):
    """Sets the intent to `report_hazard` where the guard hears danger."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DangerGuard:
        """Nothing to configure."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Ask the guard about each message that the classifier did not already call a danger."""
        for message in messages:
            text = message.get(TEXT) or ""
            if not text or (message.get("intent") or {}).get("name") == DANGER or danger(text) is None:
                continue
            rest = [entry for entry in message.get("intent_ranking", []) if entry["name"] != DANGER]
            sure = {"name": DANGER, "confidence": 1.0}
            message.set("intent", sure, add_to_output=True)
            message.set("intent_ranking", [sure, *rest], add_to_output=True)
            message.set("doubt", "none", add_to_output=True)
        return messages
