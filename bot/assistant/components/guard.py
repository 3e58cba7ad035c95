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

from bot.language.hazards import vetted

DANGER = "report_hazard"
CLEAR = 0.5
"""What is left of a ranking without the danger is believed from here on."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DangerGuard(GraphComponent, IntentClassifier):
    """Sets the intent to `report_hazard` where the guard hears danger, and takes it away where the danger is long over."""

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
        """Ask the guard about each message: its dangers come first, the model's own must not be history or a question."""
        for message in messages:
            text = message.get(TEXT) or ""
            said = [(entry["name"], entry["confidence"]) for entry in message.get("intent_ranking") or []]
            heard = vetted(text, said, DANGER) if text else said
            if heard == said:
                continue
            ranking = [{"name": name, "confidence": confidence} for name, confidence in heard]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            message.set("doubt", "none" if heard[0][1] >= CLEAR else "unsure", add_to_output=True)
        return messages
