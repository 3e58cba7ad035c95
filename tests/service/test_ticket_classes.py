"""The classifier of complaints and repairs on descriptions that nobody who wrote its training sentences has written."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from actions.classes.classifier import TrainedClassifier
from actions.classes.sentences import read_sentences
from actions.desk.classes import is_class
from actions.desk.tickets import Kind
from bot.gateway.settings import PROJECT, Settings
from bot.language.encoder import SentenceEncoder, encoder_folder

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load((PROJECT / "tests" / "data" / "ticket_classes.yml").read_text(encoding="utf-8"))
NAMES = {Kind.COMPLAINT: "complaints", Kind.REPAIR: "repairs"}


@pytest.mark.parametrize("kind", NAMES)
def test_no_description_is_a_training_sentence(kind: Kind) -> None:
    cases = CASES[NAMES[kind]]
    assert all(is_class(kind, (case["first"], case["second"])) for case in cases)
    assert not {case["text"] for case in cases} & {sentence.text for sentence in read_sentences(kind)}


@pytest.mark.service
@pytest.mark.slow
def test_first_levels_are_right_and_confidence_tells_which(service: Any) -> None:
    home = Settings().home
    classifier = TrainedClassifier.open(home, SentenceEncoder(encoder_folder(home)))
    said = [(case, classifier.classify(kind, case["text"])) for kind, name in NAMES.items() for case in CASES[name]]
    right = [case["first"] == found.category[0] for case, found in said]
    complaints = right[: len(CASES["complaints"])]
    assert len(right) >= 300
    assert sum(complaints) / len(complaints) >= 0.92
    sure = [ok for ok, (_, found) in zip(right, said, strict=True) if not found.review]
    assert sum(sure) / len(sure) >= 0.93
    assert len(sure) / len(right) >= 0.8
