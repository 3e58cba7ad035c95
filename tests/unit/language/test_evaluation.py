"""The measuring itself: figures on cases small enough to work out by hand, the choice of thresholds, the model out of its archive."""

from __future__ import annotations

import math
import re
import tarfile
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import evaluate as command
from bot.cli import evaluated, evaluation_page
from bot.language import evaluation as ev
from bot.language.intent_model import IntentModel, Thresholds, biased, cross_validated, grams, train
from bot.language.understanding import ModelMissing, Understanding, load_model, newest_archive, training_sentences
from tests.assistant import RunningAssistant

LABELS = ("a", "b", "out_of_scope")


def outcomes(*rows: tuple[str, float, float, float]) -> ev.Outcomes:
    """Truth and the three probabilities of each sentence."""
    return ev.Outcomes(LABELS, tuple(r[0] for r in rows), np.array([r[1:] for r in rows], dtype=np.float32))


def measured(*rows: tuple[ev.Case, ev.Prediction]) -> ev.Report:
    return ev.report([case for case, _ in rows], [prediction for _, prediction in rows])


# ---- metrics ----------------------------------------------------------------------------------------------------------


def test_precision_recall_and_f1_by_hand() -> None:
    a, b, c = ev.scores(["a", "a", "a", "b"], ["a", "a", "b", "c"])
    assert (a.precision, a.recall, a.f1, a.n) == (1.0, 2 / 3, 0.8, 3)
    assert (b.precision, b.recall, b.f1, b.n) == (0.0, 0.0, 0.0, 1)
    assert (c.name, c.precision, c.recall, c.n) == ("c", 0.0, 1.0, 0)


def test_accuracy_macro_f1_voices_and_confusions() -> None:
    found = measured(
        (ev.Case("1", "a", "old"), ev.Prediction("a")),
        (ev.Case("2", "a", "old"), ev.Prediction("b")),
        (ev.Case("3", "b", "asr"), ev.Prediction("b")),
        (ev.Case("4", "b", "asr"), ev.Prediction("b")),
    )
    assert found.accuracy == 0.75
    assert found.macro_f1 == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert found.voices == {"asr": (1.0, 2), "old": (0.5, 2)}
    assert found.confusions == (("a", "b", 1),)


def test_every_case_needs_its_prediction() -> None:
    with pytest.raises(ValueError, match="1 cases, but 0 predictions"):
        ev.report([ev.Case("1", "a")], [])


def test_nothing_measured_is_no_error() -> None:
    found = ev.report([], [])
    assert found.accuracy == 1.0 and found.calibration.ece == 0.0 and found.scope.false_accepts == 0.0
    assert found.hazards["both"].recall == 1.0


def test_calibration_error_weighs_the_bins() -> None:
    found = ev.calibration([0.95, 0.95, 0.95, 0.95, 0.55, 1.0], [True, True, True, False, True, True], bins=10)
    low, high = found.bins
    assert (low.n, low.confidence, low.accuracy) == (1, pytest.approx(0.55), 1.0)
    assert (high.low, high.high, high.n, high.accuracy) == (0.9, 1.0, 5, 0.8)
    assert found.ece == pytest.approx((0.45 + 5 * (0.96 - 0.8)) / 6)


def test_accepts_and_rejects() -> None:
    truth = ["out_of_scope"] * 4 + ["a"] * 5
    found = ev.scope(truth, ["a", "out_of_scope", "out_of_scope", "out_of_scope", "a", "b", "out_of_scope", "a", "a"])
    assert found == ev.Scope(0.25, 0.2, 4, 5)


def test_a_hazard_is_found_by_guard_or_model() -> None:
    found = measured(
        (ev.Case("线掉了", "report_hazard"), ev.Prediction("report_hazard")),
        (ev.Case("冒烟", "report_hazard", hazard=True), ev.Prediction("a", guard=True)),
        (ev.Case("着火", "a", hazard=True), ev.Prediction("a")),
        (ev.Case("气得冒烟", "a", hazard=False), ev.Prediction("a", guard=True)),
        (ev.Case("你好", "a"), ev.Prediction("report_hazard")),
    ).hazards
    assert (found["guard"].recall, found["model"].recall, found["both"].recall) == pytest.approx((1 / 3, 1 / 3, 2 / 3))
    assert found["both"].missed == ("着火",) and found["both"].alarmed == ("气得冒烟", "你好")
    assert found["guard"].false_alarms == 0.5 and found["both"].false_alarms == 1.0


def test_entities_by_exact_value_where_they_are_labelled() -> None:
    first, second, phone = ("phone", "1"), ("phone", "2"), ("phone", "9")
    (found,) = measured(
        (ev.Case("", "a", entities=(first, second)), ev.Prediction("a", entities=(first, phone))),
        (ev.Case("", "a", entities=()), ev.Prediction("a", entities=(phone, ("kind_nobody_labels", "x")))),
        (ev.Case("", "a"), ev.Prediction("a", entities=(phone,))),
        (ev.Case("", "a", entities=(first, first)), ev.Prediction("a", entities=(first,))),
    ).entities
    assert (found.name, found.n) == ("phone", 4)
    assert found.precision == 2 / 4 and found.recall == 2 / 4 and found.f1 == 0.5


def test_what_the_labels_leave_out_is_not_held_against_us() -> None:
    cases, today = command.read_cases(Path(__file__).parents[2] / "data" / "nlu_eval.yml")
    assert len(cases) > 1000 and today == date(2026, 11, 22)
    assert any(c.entities is None for c in cases) and any(c.entities == () for c in cases)
    entities = Understanding(*parts()).understand(["昨天交了三百多，3月5号又交了80元"], today)[0].entities
    assert {e.value for e in entities} >= {"2026-11-21", "300.00"}
    assert dict(command._values(entities)) == {"date": "2026-03-05", "amount": "80.00"}


# ---- thresholds -------------------------------------------------------------------------------------------------------


def test_a_bias_shifts_the_odds_and_can_be_taken_back() -> None:
    plain = np.array([[0.6, 0.1, 0.3]], dtype=np.float32)
    moved = biased(np.log(plain), LABELS, math.log(4))
    assert moved[0, 2] / moved[0, 0] == pytest.approx(2.0, rel=1e-5)
    assert biased(np.log(moved), LABELS, -math.log(4)) == pytest.approx(plain, abs=1e-6)
    assert biased(np.log(plain), ("a", "b", "c"), 5.0) == pytest.approx(plain, abs=1e-6)


@given(st.lists(st.tuples(st.sampled_from(LABELS), *[st.floats(0.01, 1)] * 3), min_size=1, max_size=20))
def test_more_bias_never_accepts_more(rows: list[tuple[str, float, float, float]]) -> None:
    points = ev.curve(outcomes(*rows), [-3, -1, 0, 1, 3])
    assert all(p.false_accepts >= q.false_accepts and p.false_rejects <= q.false_rejects for p, q in pairwise(points))


def test_the_bias_strains_both_targets_alike() -> None:
    points = [ev.Point(0, 0.16, 0.00, 0.9), ev.Point(1, 0.06, 0.02, 0.9), ev.Point(2, 0.04, 0.05, 0.9)]
    assert ev.choose_bias(points).bias == 1
    assert ev.choose_bias([ev.Point(2, 0.04, 0.02, 0.8), ev.Point(-1, 0.04, 0.01, 0.9)]).bias == -1
    assert ev.averaged([points[:1], [ev.Point(0, 0.00, 0.02, 0.7)]]) == (ev.Point(0, 0.08, 0.01, pytest.approx(0.8)),)


def test_nobody_is_asked_when_all_is_right() -> None:
    sure = outcomes(*[("a", 0.5, 0.45, 0.05), ("b", 0.3, 0.6, 0.1)] * 5)
    chosen = ev.choose_asking([sure], 1.5)
    assert chosen.out_of_scope_bias == 1.5
    assert ev.asking(sure, chosen) == ev.Asking(right=1.0, silently_wrong=0.0, asked_needlessly=0.0, asked_rightly=0.0)


def test_near_misses_are_asked_about() -> None:
    mixed = outcomes(*[("a", 0.9, 0.06, 0.04)] * 6, *[("b", 0.48, 0.44, 0.08)] * 4)
    chosen = ev.choose_asking([mixed], 0.0)
    assert 0.04 <= chosen.close <= 0.84
    found = ev.asking(mixed, chosen)
    assert (found.right, found.silently_wrong, found.asked_rightly) == (0.6, 0.0, 0.4)


def test_a_weak_guess_that_offers_nothing_right_is_not_offered() -> None:
    labels = ("a", "b", "c", "d")
    weak = ev.Outcomes(labels, ("d",) * 5, np.array([[0.3, 0.25, 0.24, 0.21]] * 5, dtype=np.float32))
    assert ev.choose_asking([weak], 0.0).unsure > 0.3


def test_doubt() -> None:
    limits = Thresholds(unsure=0.3, close=0.1)
    rows = {"none": [0.6, 0.3, 0.1], "close": [0.45, 0.4, 0.15], "unsure": [0.29, 0.28, 0.2]}
    for wanted, row in rows.items():
        assert limits.doubt(np.array(row, dtype=np.float32)) == wanted


def test_the_file_of_thresholds_is_read_back_as_it_was_chosen() -> None:
    chosen, point = Thresholds(0.2, 0.1, 1.1), ev.Point(1.1, 0.05, 0.02, 0.95)
    choice = evaluated.Choice(chosen, point, point, point, point, ev.Asking(0.9, 0.05, 0.02, 0.03), (1, 2, 3))
    text = command.thresholds_file(choice, "nlu_eval.yml")
    assert Thresholds(**yaml.safe_load(text)) == chosen
    assert "5.0%" in text and text.startswith("# Written by")


# ---- the model --------------------------------------------------------------------------------------------------------


class Letters:
    """Stands for the sentence encoder: a sentence's vector is the count of some characters."""

    dim = 8

    def encode(self, sentences: Sequence[str]) -> Any:
        rows = np.array([[1 + s.count(c) for c in "电费停灯水歌你好"] for s in sentences], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


SENTENCES = {
    "query_bill": ["电费多少", "查电费", "上个月电费", "电费单看看", "电费几多钱"],
    "report_outage": ["停电了", "家里停电", "灯不亮停电了", "又停电", "整栋楼停电"],
    "out_of_scope": ["唱首歌", "水费多少", "放首歌听听", "水管漏水", "点歌"],
}


def parts(thresholds: Thresholds | None = None) -> tuple[IntentModel, Any]:
    texts = [text for group in SENTENCES.values() for text in group]
    labels = [label for label, group in SENTENCES.items() for _ in group]
    said: list[str] = []
    model = train(texts, labels, Letters().encode(texts), thresholds=thresholds, say=said.append)
    assert said and all(line.startswith("意图模型") for line in said)
    return model, Letters()


def packed(folder: Path, model: IntentModel, component: str = "train_some.where.Classifier3") -> Path:
    model.save(folder / "unpacked" / "components" / component)
    archive = folder / "models" / "assistant-1.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder / "unpacked", ".")
    return archive


def test_grams_of_a_view_have_its_weight() -> None:
    once = grams("停电")
    assert sum(v * v for v in once.values()) == pytest.approx(1.2, abs=0.05)
    assert set(grams("停电")) & set(grams("听电")) and grams("") != {}


def test_the_model_learns_and_its_confidence_is_a_probability() -> None:
    model, encoder = parts()
    asked = ["电费是多少", "又停电了", "唱歌", ""]
    found = model.probabilities(asked, encoder.encode(asked))
    assert found.sum(1) == pytest.approx(np.ones(4), abs=1e-5)
    assert [model.labels[i] for i in found[:3].argmax(1)] == ["query_bill", "report_outage", "out_of_scope"]
    many = model.probabilities(asked * 100, encoder.encode(asked * 100))
    assert many[4:8] == pytest.approx(found, abs=1e-4)


def test_the_bias_of_the_thresholds_is_applied() -> None:
    plain, encoder = parts()
    refusing, _ = parts(Thresholds(out_of_scope_bias=9.0))
    vectors = encoder.encode(["电费多少"])
    at = plain.labels.index("out_of_scope")
    assert plain.probabilities(["电费多少"], vectors)[0, at] < 0.5 < refusing.probabilities(["电费多少"], vectors)[0, at]
    data = ev.Outcomes(tuple(plain.labels), ("query_bill",), plain.probabilities(["电费多少"], vectors))
    assert data.with_bias(9.0).probabilities == pytest.approx(refusing.probabilities(["电费多少"], vectors), abs=1e-3)


def test_cross_validation_predicts_what_it_has_not_seen() -> None:
    texts = [text for group in SENTENCES.values() for text in group]
    labels = [label for label, group in SENTENCES.items() for _ in group]
    names, found = cross_validated(texts, labels, Letters().encode(texts), say=lambda _: None)
    assert names == sorted(SENTENCES) and found.shape == (15, 3)
    assert found.sum(1) == pytest.approx(np.ones(15), abs=1e-5)
    assert np.mean([names[i] == label for i, label in zip(found.argmax(1), labels, strict=True)]) > 0.6


def test_the_model_comes_out_of_its_archive_as_it_went_in(tmp_path: Path) -> None:
    model, encoder = parts(Thresholds(0.2, 0.1, 0.7))
    archive = packed(tmp_path, model)
    loaded = load_model(archive)
    assert loaded.labels == model.labels and loaded.thresholds == model.thresholds
    asked = ["电费多少", "水费"]
    vectors = encoder.encode(asked)
    assert loaded.probabilities(asked, vectors) == pytest.approx(model.probabilities(asked, vectors), abs=1e-5)
    assert newest_archive(tmp_path) == archive


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="make train"):
        newest_archive(tmp_path)
    with tarfile.open(tmp_path / "empty.tar.gz", "w:gz"):
        pass
    with pytest.raises(ModelMissing, match="no intent model"):
        load_model(tmp_path / "empty.tar.gz")


# ---- the pipeline -----------------------------------------------------------------------------------------------------


def test_the_pipeline_hides_values_and_lets_the_guard_decide() -> None:
    pipeline = Understanding(*parts())
    bill, fire, nothing = pipeline.understand(["电费多少，户号3201556677", "停电了，电线冒火花掉地上了", "  "], date(2026, 11, 22))
    assert bill.gist == "电费多少,户号号码" and bill.intent == bill.decision == "query_bill"
    assert [(e.entity, e.value) for e in bill.entities] == [("account_no", "3201556677")]
    assert fire.danger is not None and fire.intent == "report_outage" and fire.decision == "report_hazard"
    assert (nothing.intent, nothing.confidence, nothing.ranking) == (None, 0.0, ())


def test_training_sentences_lose_their_annotations(tmp_path: Path) -> None:
    examples = '- 查[三月](month)的账单\n- 电话[幺三八]{"entity": "phone", "value": "138"}记下\n- 查[三月](month)的账单\n'
    content = {"version": "3.1", "nlu": [{"intent": "query_bill", "examples": examples}]}
    (tmp_path / "x.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert training_sentences(tmp_path) == [("查三月的账单", "query_bill"), ("电话幺三八记下", "query_bill")]


# ---- the page ---------------------------------------------------------------------------------------------------------


def run() -> evaluated.Evaluated:
    pipeline = Understanding(*parts())
    cases = [
        ev.Case("电费多少<script>", "report_outage", "old", entities=(("phone", "1"),)),
        ev.Case("停电了", "report_outage"),
        ev.Case("唱首歌", "out_of_scope", "asr", hazard=False),
        ev.Case("电线冒烟着火了", "report_hazard", hazard=True),
    ]
    return command.evaluate(cases, pipeline, date(2026, 11, 22), model="m", data="d.yml")


def test_the_page_stands_alone() -> None:
    text = evaluation_page.page(run())
    assert text.count("<svg") == 3 and text.count("<svg") == text.count("</svg>")
    assert not re.search(r"https?:|src=|href=|url\(|@import|<script", text)
    assert "电费多少&lt;script&gt;" in text and 'name="viewport"' in text
    assert "report_outage → query_bill：1" in text


def test_all_figures_are_json() -> None:
    import json

    found = json.loads(json.dumps(run().to_json(), ensure_ascii=False))
    assert found["n"] == 4 and found["mistakes"][0][3] == "电费多少<script>"
    assert {"accuracy", "macro_f1", "voices", "intents", "calibration", "scope", "hazards", "entities", "curve"} <= found.keys()


@pytest.mark.service
def test_the_pipeline_understands_as_the_running_assistant_does(service: RunningAssistant) -> None:
    cases, _ = command.read_cases(Path(__file__).parents[2] / "data" / "nlu_eval.yml")
    texts = [case.text for case in cases[::25]]
    pipeline = Understanding.open(service.home)
    for here in pipeline.understand(texts):
        status, there = service.call("POST", "/api/v1/parse", {"text": here.text})
        assert status == 200
        assert [(e["entity"], e["value"], e["start"], e["end"]) for e in there["entities"]] == [
            (e.entity, e.value, e.start, e.end) for e in here.entities
        ]
        # The int8 encoder scales its activations over the whole batch, so the confidences of one sentence alone differ a
        # little; what it is taken for may not, where the sentence is clear.
        if here.ranking[0][1] - here.ranking[1][1] >= 0.4:
            assert there["intent_ranking"][0]["name"] == here.ranking[0][0], here.text
