"""The port of the classifier of complaints and repairs."""

from __future__ import annotations

from typing import Protocol

from actions.desk.classes import Classified
from actions.desk.tickets import Kind


class Classifier(Protocol):
    """Tells what a ticket is about from what its customer said. Called from many threads."""

    def classify(self, kind: Kind, text: str) -> Classified:
        """The class of a complaint or repair (`classes.CLASSES`); of another kind nothing, and sure of it."""
        ...
