"""Questions about what some kWh cost, as a customer puts them, and what they get to read and hear."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.handlers.answer import Answer
from actions.handlers.forms.flow import FlowBook
from actions.handlers.forms.said import Said
from actions.handlers.gaps import GapLog
from actions.handlers.services import Services
from actions.handlers.tariff_question import Asked, TariffWords
from actions.handlers.turns import Turns
from actions.handlers.words import Phrases
from actions.ports.memory import MemoryGaps
from bot.gateway.masking import mask
from bot.language.entities import find_entities
from knowledge_base.figures import figures
from knowledge_base.tariff.schedules import Provinces
from tests.unit.handlers.worlds import NOW, ROOT

WORDS = TariffWords.load(ROOT / "actions" / "words" / "heard" / "tariff.yml")
PHRASES = Phrases.load(ROOT / "actions" / "words")
FLOWS = FlowBook.load(ROOT / "actions" / "flows")
PROFILES = ROOT / "knowledge_base" / "profiles"


class NoKnowledge:
    """Finds nothing: what is answered here is answered by arithmetic."""

    class _Nothing:
        answerable, results, doubt, confidence = False, (), False, 0.0

    def search(self, query: str, k: int = 5) -> Any:
        return self._Nothing()

    def hit(self, topic: str) -> Any:
        return None


class Asking:
    """A customer of a company or province."""

    def __init__(self, profile: str) -> None:
        nobody: Any = None
        self.turns = Turns(
            Services(
                desk=nobody, customers=nobody, verifier=nobody, handoffs=nobody, knowledge=NoKnowledge(), flows=FLOWS,
                phrases=PHRASES, clock=nobody, gaps=GapLog(MemoryGaps(), mask), provinces=Provinces.load(PROFILES, profile), tariff_words=WORDS, drafts=nobody,
            )
        )  # fmt: skip
        self.memory: dict[str, Any] = {}
        self.now = NOW

    def say(self, text: str, intent: str = "faq", confidence: float = 0.95) -> Answer:
        entities = [e.to_json() for e in find_entities(text, NOW.date())]
        if text.startswith("/"):
            intent, _, values = text[1:].partition("{")
            entities = [{"entity": k, "value": v} for k, v in json.loads("{" + values).items()] if values else []
        said = Said(text, intent, confidence, self.now, entities=tuple(entities))
        answer = self.turns.open(said, self.memory, form=FLOWS.begun_by(intent) is not None)
        self.memory = json.loads(json.dumps(answer.memory))
        return answer


def topics(answer: Answer) -> list[str]:
    return [k["topic"] for k in answer.trace.get("knowledge") or []]


def one(answer: Answer) -> Any:
    assert len(answer.bubbles) == 1
    return answer.bubbles[0]


@pytest.mark.parametrize(
    ("profile", "question", "shows", "hears", "topic"),
    [
        ("zhejiang", "这个月用了420度要多少钱", ["420度 × 0.538元 = 225.96元"], "225.96元", "tariff-tier-rules"),
        ("zhejiang", "一个月四百二十度电费是多少", ["= 225.96元"], "225.96元", "tariff-residential-price"),
        ("guangdong", "一个月用600度电费大概多少", ["= 423.40元", "5月到10月是370.40元"], "423.4元", "tariff-tier-rules"),
        ("guangdong", "夏天用六百度多少钱", ["260度 × 0.589元 = 153.14元", "340度 × 0.639元 = 217.26元", "= 370.40元"], "370.4元", "tariff-tier-rules"),
        ("state_grid", "夏天用六百度多少钱(广东)", ["= 370.40元", "广州"], "370.4元", "tariff-tier-rules"),
        ("jiangsu", "峰电200谷电150多少钱", ["200度 × 0.5583元", "150度 × 0.3583元", "165.41元"], "165.41元", "tariff-peak-valley"),
        ("shanghai", "峰电200谷电150，今年已经用了3020度，要多少钱", ["250度 × 0.05元 = 12.50元", "181.95元"], "181.95元", "tariff-peak-valley"),
        ("zhejiang", "谷电150度多少钱", ["150度 × 0.288元 = 43.20元"], "浙江用谷电150度，", "tariff-peak-valley"),
        ("zhejiang", "一共350度其中谷电150度，多少钱", ["200度 × 0.568元", "150度 × 0.288元", "156.80元"], "156.8元", "tariff-peak-valley"),
        ("zhejiang", "合表用了300度", ["300度 × 0.558元 = 167.40元"], "167.4元", "tariff-shared-meter"),
        ("guangdong", "五口人七月用700度多少钱", ["360度", "340度", "加100度"], "元", "tariff-large-household"),
        ("jiangsu", "低保户一个月用100度要交多少钱", ["减 15度", "44.91元"], "44.91元", "tariff-low-income-free"),
        ("zhejiang", "每个月用400度，一年要多少电费", ["2760度 × 0.538元", "2040度 × 0.588元", "2684.40元"], "浙江一年用4800度，", "tariff-tier-rules"),
        ("zhejiang", "420 kWh 多少钱", ["225.96元"], "225.96元", "tariff-tier-rules"),
        ("jiangsu", "一年用3000度要多少电费", ["2760度 × 0.5283元", "240度 × 0.5783元", "1596.90元"], "1596.9元", "tariff-tier-rules"),
    ],
)  # fmt: skip
def test_the_arithmetic_is_shown_and_its_result_is_said(profile: str, question: str, shows: list[str], hears: str, topic: str) -> None:
    answer = Asking(profile).say(question)
    bubble = one(answer)
    for shown in shows:
        assert shown in bubble.text, bubble.text
    assert hears in bubble.speech and len(bubble.speech) <= 60
    assert "以当地供电公司" in bubble.text
    assert topic in topics(answer)
    assert bubble.citations and all(cited["source"] for cited in bubble.citations)


def test_the_company_of_many_provinces_asks_which_one_and_then_answers() -> None:
    talk = Asking("state_grid")
    asked = one(talk.say("这个月用了420度要多少钱", "query_bill"))
    assert "各省电价不一样" in asked.text and "420度" in asked.text and "元" not in asked.text
    assert [b["title"] for b in asked.buttons] == ["浙江", "江苏", "上海", "广东"]
    answered = one(talk.say(asked.buttons[0]["payload"]))
    assert "浙江用420度" in answered.text and "225.96元" in answered.text
    assert answered.citations[0]["source"].startswith("浙江省")


@pytest.mark.parametrize(("words", "intent"), [("广东", "inform"), ("我在广州", "out_of_scope"), ("广东的", "query_outage")])
def test_the_province_may_be_typed(words: str, intent: str) -> None:
    talk = Asking("state_grid")
    talk.say("一个月600度多少钱")
    assert "423.40元" in one(talk.say(words, intent)).text


def test_what_is_added_later_changes_the_sum() -> None:
    talk = Asking("zhejiang")
    assert "从第一档算起" in one(talk.say("这个月用了420度要多少钱")).text
    assert "241.96元" in one(talk.say("今年已经用了2660度", "inform")).text
    assert "江苏用420度" in one(talk.say("那江苏呢", "inform")).text
    assert "600度" in one(talk.say("600度呢", "inform")).text


def test_the_last_question_is_forgotten_after_a_while_and_by_other_business() -> None:
    talk = Asking("zhejiang")
    talk.say("这个月用了420度要多少钱")
    talk.now += timedelta(minutes=11)
    assert not topics(talk.say("今年已经用了2660度", "inform"))
    talk.say("这个月用了420度要多少钱")
    talk.say("查上个月电费", "query_bill")
    assert "tariff" not in talk.memory


@pytest.mark.parametrize(
    "question",
    [
        "上个月电费多少", "上个月用了420度收了我300块，算错了吧", "查一下我上月用了多少度多少钱", "户号3201556677用了420度要多少钱",
    ],
)  # fmt: skip
def test_ones_own_past_bill_is_looked_up(question: str) -> None:
    answer = Asking("zhejiang").say(question, "query_bill")
    assert answer.state is not None and answer.state.flow == "bill"


@pytest.mark.parametrize(
    "other",
    [
        "一度电多少钱", "超过四百度怎么收的", "空调开26度一晚上多少钱", "充电桩充40度多少钱", "我的店一个月用2000度多少钱", "峰谷电是几点到几点",
        "一百块能买多少度", "进第三档一度要多掏几毛", "三四百度要多少钱", "房东说用了200度收多少钱", "明年用300度多少钱", "家里停电了", "第二档多少钱",
    ],
)  # fmt: skip
def test_other_questions_are_left_alone(other: str) -> None:
    assert WORDS.question(other) is None
    assert WORDS.addition(other) is None


@pytest.mark.parametrize(
    ("question", "says"),
    [("峰电200谷电150多少钱", "峰价、谷价我没有查到"), ("合表用了300度", "合表电价我没有查到"), ("一年用5000度多少钱", "一个月用多少度")],
)
def test_what_guangdong_does_not_publish_is_said_plainly(question: str, says: str) -> None:
    bubble = one(Asking("guangdong").say(question))
    assert says in bubble.text and not any(unit == "元" for _, unit in figures(bubble.text))
    assert bubble.citations


def test_another_province_is_not_answered_with_ours() -> None:
    bubble = one(Asking("zhejiang").say("北京用了300度多少钱"))
    assert "没有北京的电价表" in bubble.text and bubble.buttons[0]["payload"] == "/human_agent"


def test_no_figure_of_a_quote_comes_from_nowhere() -> None:
    """Prices and limits of an answer occur in the values it cites."""
    for profile in ("zhejiang", "jiangsu", "shanghai", "guangdong"):
        provinces = Provinces.load(PROFILES, profile)
        bubble = one(Asking(profile).say("这个月用了100度要多少钱"))
        values = [v for v in provinces.profile.values.values() if v.source in {c["source"] for c in bubble.citations}]
        known = {figure for value in values for figure in figures(value.value)}
        prices = {f for f in figures(bubble.text) if f[1] == "元" and f[0] < 1}
        assert prices and prices <= known


@given(st.text(max_size=80))
def test_hearing_never_fails_on_any_text(text: str) -> None:
    WORDS.question(text)
    WORDS.addition(text)


@given(st.integers(min_value=2, max_value=99999), st.sampled_from(["这个月用了{}度要多少钱", "{}度电费大概多少", "用电{}千瓦时多少钱"]))
def test_any_amount_is_heard(kwh: int, said: str) -> None:
    asked = WORDS.question(said.format(kwh))
    assert asked is not None and asked.amount == kwh
    assert Asked.from_json(json.loads(json.dumps(asked.to_json()))) == asked


def test_words_and_tariffs_know_the_same_provinces() -> None:
    assert set(WORDS.provinces) == set(Provinces.load(PROFILES, "state_grid").names)
