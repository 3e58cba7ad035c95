"""The flow files as data: complete, consistent with the catalogue and the articles, fit to be read and heard."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from actions.handlers.forms.answers import read_answer
from actions.handlers.forms.flow import Flow, FlowBook, FlowError, Words
from actions.handlers.forms.said import Said
from tests.unit.handlers.worlds import NOW

ROOT = Path(__file__).resolve().parents[3]
FLOWS = ROOT / "actions" / "flows"
BOOK = FlowBook.load(FLOWS)
ALL = sorted(BOOK.flows)

GENERAL = {"faq", "human_agent", "greet", "goodbye", "thank", "affirm", "deny", "inform", "cancel", "repeat", "switch_elderly_mode",
           "ask_capabilities", "bot_challenge", "out_of_scope", "start_flow"}  # fmt: skip
"""Intents that lead to words, not to a business; `start_flow` names its flow itself."""
INTENTS = set(
    yaml.safe_load((ROOT / "bot" / "assistant" / "domain" / "intents.yml").read_text(encoding="utf-8"))["intents"]
)
BUSINESSES = sorted(INTENTS - GENERAL)
ENGINE_STATES = {"confirm", "fix", "switch"}
BRACKETS = set("()（）[]【】{}「」『』《》〈〉<>")
EYE_MOST = 90
OPENING_EYE_MOST, OPENING_EAR_MOST = 150, 70
FILING = [n for n in ALL if BOOK.flows[n].done.operation == "file_ticket"]
CHOICES = [f"{flow.flow}.{item.name}" for flow in BOOK.flows.values() for item in flow.fields if item.type == "choice"]
APPLICATIONS = [
    "apply_new_service",
    "change_capacity",
    "transfer_account",
    "close_account",
    "apply_ev_charger",
    "apply_pv",
    "change_tariff_plan",
]


def topics() -> set[str]:
    """The topics there are: the catalogue's, or what has an article."""
    known = {path.stem for path in (ROOT / "knowledge_base" / "articles").glob("*/*.md")}
    catalogue = ROOT / "knowledge_base" / "topics.yml"
    if catalogue.exists():
        for group in yaml.safe_load(catalogue.read_text(encoding="utf-8")).values():
            known |= set(group)
    return known


def words_of(flow: Flow) -> list[Words]:
    """Everything a flow says that has a form for the ear."""
    own = [w for w in (flow.opening, flow.done.words) if w]
    return [*own, *(item.ask for item in flow.fields)]


# -- the catalogue ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("intent", BUSINESSES)
def test_every_business_of_the_catalogue_begins_exactly_one_flow(intent: str) -> None:
    assert len([flow.flow for flow in BOOK.flows.values() if intent in flow.intents]) == 1


def test_the_general_intents_are_those_of_the_catalogue() -> None:
    assert GENERAL <= INTENTS


@pytest.mark.parametrize("name", ALL)
def test_a_flow_begins_with_business_intents_only(name: str) -> None:
    flow = BOOK.flows[name]
    assert flow.intents or flow.heard, f"nothing begins {name}"
    assert set(flow.intents) <= set(BUSINESSES)


@pytest.mark.parametrize("name", ALL)
def test_the_explaining_topics_exist(name: str) -> None:
    flow = BOOK.flows[name]
    settings = flow.done.settings
    named = {flow.about, settings.get("topic"), *settings.get("by_words", {}).values()} - {None}
    assert named <= topics()


# -- what is done ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_the_operation_exists(name: str) -> None:
    from actions.handlers.operations import OPERATIONS

    assert BOOK.flows[name].done.operation in OPERATIONS


@pytest.mark.parametrize("name", FILING)
def test_a_ticket_gets_what_the_record_standard_requires(name: str) -> None:
    from actions.desk.intake import REQUIRED
    from actions.desk.tickets import Kind, Priority

    flow = BOOK.flows[name]
    kind = Kind(flow.done.settings["kind"])
    assert Priority(flow.done.settings["priority"])
    names = {"contact_phone": "phone", "address": "address"}
    for needed in REQUIRED[kind]:
        if needed not in names or flow.emergency:
            continue
        item = flow.field(names[needed])
        assert item is not None and item.required and not item.when, f"{kind} cannot be filed without {names[needed]}"
    if kind is Kind.SERVICE_REQUEST:
        assert flow.done.settings.get("category"), "an application without a category reaches nobody"


@pytest.mark.parametrize(
    "name", [n for n in ALL if BOOK.flows[n].done.operation in ("look_up", "bind_account", "reconnect")]
)
def test_what_shows_or_links_an_account_is_verified(name: str) -> None:
    assert BOOK.flows[name].verify


def test_a_number_is_told_to_nobody_and_a_contact_changed_only_for_the_holder() -> None:
    finding, changing = BOOK.begun_by("query_account_number"), BOOK.begun_by("update_contact")
    assert finding is not None and finding.done.operation == "answer_topic" and not finding.fields
    assert changing is not None and changing.verify and changing.confirm


@pytest.mark.parametrize("name", [n for n in ALL if "business_by" in BOOK.flows[n].done.settings])
def test_variants_of_a_business_belong_to_it_and_to_an_option(name: str) -> None:
    flow = BOOK.flows[name]
    for field, variants in flow.done.settings["business_by"].items():
        item = flow.field(field)
        assert item is not None and set(variants) <= {o.value for o in item.options}
        assert all(variant.startswith(flow.intents[0] + ".") for variant in variants.values())


# -- fields ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_fields_are_named_apart(name: str) -> None:
    """Two fields of one name hide each other; a label that ends in another's is corrected together with it."""
    fields = BOOK.flows[name].fields
    names, labels = [f.name for f in fields], [f.label for f in fields]
    assert len(set(names)) == len(names) and len(set(labels)) == len(labels)
    assert not ENGINE_STATES & set(names), "the engine keeps these names for where it stands"
    assert not [(a, b) for a in labels for b in labels if a != b and a.endswith(b)]


@pytest.mark.parametrize("name", ALL)
def test_conditions_name_options_of_an_earlier_field(name: str) -> None:
    fields = BOOK.flows[name].fields
    for at, item in enumerate(fields):
        for other, value in (item.when or {}).items():
            asked = next((f for f in fields[:at] if f.name == other), None)
            assert asked is not None and value in {o.value for o in asked.options}


@pytest.mark.parametrize("choice", CHOICES)
def test_each_option_can_be_told_from_the_others(choice: str) -> None:
    """Every word for an option, said alone, chooses that option."""
    name, field = choice.split(".")
    item = BOOK.flows[name].field(field)
    assert item is not None
    for option in item.options:
        for word in (option.title, *option.also):
            said = Said(word, "inform", 0.9, NOW)
            assert read_answer(item, said).value == option.value, word
    assert len({o.value for o in item.options}) == len(item.options)


@pytest.mark.parametrize("name", ALL)
def test_a_number_of_an_account_can_be_found_with_help(name: str) -> None:
    for item in BOOK.flows[name].fields:
        if item.required and item.type in ("account_no", "ticket_no"):
            assert item.help and item.ask.text


# -- words -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_questions_are_short(name: str) -> None:
    for item in BOOK.flows[name].fields:
        assert len(item.ask.text) <= EYE_MOST
        assert len(item.ask.speech or "") <= EYE_MOST


@pytest.mark.parametrize("name", ALL)
def test_an_opening_is_one_short_paragraph(name: str) -> None:
    opening = BOOK.flows[name].opening
    if opening is None:
        return
    assert "\n" not in opening.text.strip() and len(opening.text) <= OPENING_EYE_MOST
    assert opening.speech and len(opening.speech) <= OPENING_EAR_MOST


@pytest.mark.parametrize("name", ALL)
def test_nothing_for_the_ear_has_brackets(name: str) -> None:
    flow = BOOK.flows[name]
    # Titles and labels are read out in the summary.
    heard = [w.speech or "" for w in words_of(flow)] + [flow.title, *(f.label for f in flow.fields)]
    assert not [text for text in heard if BRACKETS & set(text)]


@pytest.mark.parametrize("intent", APPLICATIONS)
def test_an_application_tells_all_materials_before_it_asks(intent: str) -> None:
    flow = BOOK.begun_by(intent)
    assert flow is not None and flow.opening is not None and flow.opening.speech
    assert "材料一次说清" in flow.opening.text
    # Lists of materials are locally ruled facts (certainty C).
    assert "以当地供电公司为准" in flow.opening.text and "以当地供电公司为准" in flow.opening.speech


# -- a wrong file ----------------------------------------------------------------------------------------------------------------

GOOD = """
flow: sample
title: 样例
intents: [apply_new_service]
fields:
- {name: phone, type: phone, label: 电话, ask: {text: 请留电话。}}
done: {operation: file_ticket}
"""


def refused(folder: Path, **files: str) -> str:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(FlowError) as error:
        FlowBook.load(folder)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (GOOD.replace("type: phone", "type: telephone"), "fields.0.type", "Input should be 'address'"),
        (GOOD.replace("title: 样例\n", ""), "title", "Field required"),
        (GOOD + "colour: red\n", "colour", "Extra inputs are not permitted"),
        (GOOD.replace("name: phone", "name: 电话"), "fields.0.name", "String should match pattern"),
        (GOOD.replace("type: phone", "type: choice"), "fields.0", "choice field phone needs at least two options"),
        (
            GOOD.replace("label: 电话", "label: 电话, only_if_said: true"),
            "fields.0",
            "only_if_said, so it cannot be required",
        ),
        (GOOD.replace("ask: {text: 请留电话。}", "ask: {speech: 请留电话。}"), "fields.0.ask.text", "Field required"),
        (GOOD.replace("operation: file_ticket", "settings: {}"), "done.operation", "Field required"),
    ],
)
def test_a_wrong_file_is_refused_with_file_place_and_reason(tmp_path: Path, text: str, place: str, reason: str) -> None:
    message = refused(tmp_path, wrong=text)
    assert message.startswith(f"wrong.yml: {place}: ") and reason in message


def test_what_is_no_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    message = refused(tmp_path, broken="flow: sample\ntitle: [样例\n")
    assert message.startswith("broken.yml: not YAML") and "line" in message


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    message = refused(tmp_path, one=GOOD.replace("title: 样例\n", ""), two="flow: [")
    assert "one.yml: title" in message and "two.yml: not YAML" in message


def test_two_flows_may_share_neither_name_nor_intent(tmp_path: Path) -> None:
    assert "two.yml: flow sample is defined twice" in refused(
        tmp_path, one=GOOD, two=GOOD.replace("apply_new_service", "apply_pv")
    )
    (tmp_path / "two.yml").unlink()
    message = refused(tmp_path, other=GOOD.replace("flow: sample", "flow: another"))
    assert "another: intent apply_new_service already begins sample" in message


def test_a_good_file_alone_is_a_business(tmp_path: Path) -> None:
    (tmp_path / "sample.yml").write_text(GOOD, encoding="utf-8")
    begun = FlowBook.load(tmp_path).begun_by("apply_new_service")
    assert begun is not None and begun.flow == "sample" and [f.name for f in begun.fields] == ["phone"]
