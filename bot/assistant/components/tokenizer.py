"""Graph component: jieba with the domain dictionary."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.language.words import segmenter


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class DomainJiebaTokenizer(Tokenizer):
    """Words as the trade uses them: 漏保, 空开, 峰谷, 过户 stay whole."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """What Rasa's tokenizer base asks for."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DomainJiebaTokenizer:
        """Load the dictionary once."""
        segmenter()
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        """Cut the attribute's text; white space makes no token."""
        text = message.get(attribute) or ""
        return [Token(word, start) for word, start, _ in segmenter().tokenize(text) if word.strip()]
