"""How pressing a repair is, by the rules of the field (`urgency.yml`): who or what is there, and what happens to them.

The trained classifier hears tone and wording; these hear that a machine keeps somebody alive, that people are shut in, that
goods or beasts perish, that a hospital, an examination or a pump is without power (domain facts 4.4). Either makes a repair urgent.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from actions.desk.classes import Classified
from actions.desk.tickets import Kind
from actions.ports.classifier import Classifier

FILE = Path(__file__).with_name("urgency.yml")


class Urgency:
    """The rules, compiled. Safe to call from several threads."""

    def __init__(self, rules: dict[str, Any]) -> None:
        """`rules` as in the file."""
        self._calm = re.compile("|".join(rules["calm"])) if rules.get("calm") else None
        self._rules = [
            (re.compile("|".join(rule["there"])), re.compile("|".join(rule["happens"])) if rule.get("happens") else None, bool(rule.get("needs_outage")))
            for rule in rules["rules"].values()
        ]  # fmt: skip
        self._outage = re.compile("|".join(rules["outage"]))

    @classmethod
    def load(cls, path: Path = FILE) -> Urgency:
        """The rules of a file. Raises OSError, yaml.YAMLError, re.error, KeyError for what is none."""
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")))

    def says(self, text: str) -> bool:
        """Whether the rules call a repair told in these words urgent."""
        plain = text if self._calm is None else self._calm.sub("", text)
        return any(
            there.search(plain) and (happens is None or happens.search(plain)) and (not outage or self._outage.search(plain))
            for there, happens, outage in self._rules
        )


class WithUrgency:
    """Another classifier's classes, and urgent what it or the rules call so. See `ports.classifier.Classifier`."""

    def __init__(self, classifier: Classifier, urgency: Urgency) -> None:
        """`classifier`: who says the class."""
        self._classifier, self._urgency = classifier, urgency

    def classify(self, kind: Kind, text: str) -> Classified:
        """See `ports.classifier.Classifier`."""
        found = self._classifier.classify(kind, text)
        if kind is not Kind.REPAIR or found.urgent:
            return found
        return replace(found, urgent=self._urgency.says(text))
