"""What all articles together must keep: grounds that are shown, the traps of the trade, and each company's own figures."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from bot.gateway.settings import Settings
from knowledge_base.article import Article, Draft, read_article
from knowledge_base.figures import figures
from knowledge_base.impact import Dependent, impact
from knowledge_base.lint import lint
from knowledge_base.load import article_paths, load_articles
from knowledge_base.profiles import load_profile, profile_names, quoted
from tests.unit.knowledge.conftest import ROOT, TODAY

PROFILES = profile_names(ROOT / "profiles")
WORDS = ROOT.parent / "actions" / "words"
HELP_LINES = {"95598", "12398", "12345", "12315", "12320", "96110", "110", "119", "120"}
_SENTENCE = re.compile("[。；;\n]")


@lru_cache(maxsize=16)
def articles(profile: str) -> dict[str, Article]:
    return {a.topic: a for a in load_articles(ROOT / "articles", load_profile(ROOT / "profiles", profile), TODAY)}


@lru_cache(maxsize=1)
def drafts() -> dict[str, Draft]:
    return {path.stem: read_article(path).draft for path in article_paths(ROOT / "articles")}


def sentences(article: Article) -> Iterator[str]:
    for text in (article.answer, article.speech, article.body):
        yield from _SENTENCE.split(text)


@pytest.mark.parametrize("name", PROFILES)
def test_every_figure_and_time_limit_stands_in_what_the_answer_cites(name: str) -> None:
    profile = load_profile(ROOT / "profiles", name)
    assert len(articles(name)) == 128
    for topic, article in articles(name).items():
        draft = drafts()[topic]
        grounds = [(f.source, f.article, f.edition, f.text) for f in article.facts]
        grounds += [(v.source, v.article, v.edition, v.value) for v in (profile[n] for n in quoted(draft.answer + draft.speech))]
        shown = {(c["source"], c["article"], c["edition"]) for c in article.citations}
        stated = [text for *named, text in grounds if tuple(named) in shown]
        known = {figure for text in stated for figure in figures(text, counts=True)}
        for said in (article.answer, article.speech):
            for figure, written in figures(said, counts=True).items():
                assert figure in known, (name, topic, written)
            for number in re.findall(r"(?<![\d.])\d{3,}(?![\d.])", said):
                assert number in HELP_LINES or any(number in text for text in stated), (name, topic, number)


def test_a_figure_whose_ground_is_not_shown_is_told(root: Path) -> None:
    """Four citations are shown: a figure that rests on a fifth would stand there without its source."""
    file = root / "articles" / "billing" / "bill-reconnect-time.md"
    text = file.read_text(encoding="utf-8")
    extra = "".join(f'  - text: 某条规定里有{n}分钟\n    source: 文件{n}\n    article: ""\n    edition: ""\n    certainty: A\n' for n in range(31, 37))
    said = "、".join(f"{n}分钟" for n in range(31, 37))
    text = text.replace("facts:\n", "facts:\n" + extra, 1).replace("复电不收费。", f"{said}。", 1)
    file.write_text(text, encoding="utf-8")
    assert any("没有列进答案的引用" in problem.reason for problem in lint(root))


@pytest.mark.parametrize("name", PROFILES)
def test_nobody_is_told_to_pay_for_reconnection_or_a_meter_test(name: str) -> None:
    fee = re.compile("复电费|开闸费|验表费|校验费|检定费|(?:复电|校表|验表).{0,6}(?:收费|要钱|交钱|收\\d)")
    denied = re.compile("不收|取消|不要信|别给|拒绝|不是一回事|供电公司承担|老规定|核实")
    for article in articles(name).values():
        for sentence in sentences(article):
            assert not fee.search(sentence) or denied.search(sentence), (article.topic, sentence)
    assert "不收" in articles(name)["bill-reconnect-fee"].answer + articles(name)["bill-reconnect-fee"].speech
    assert "不收费" in articles(name)["meter-accuracy-test"].speech


@pytest.mark.parametrize("name", PROFILES)
def test_power_is_never_promised_back_in_three_days(name: str) -> None:
    back, days = re.compile("复电|恢复供电|恢复送电|送电"), re.compile("(?:3|三|七|7)个?(?:天|日|工作日)")
    for article in articles(name).values():
        for sentence in sentences(article):
            assert not (back.search(sentence) and days.search(sentence)), (article.topic, sentence)
    hours = 12 if name in ("southern_grid", "guangdong") else 24
    for said in (articles(name)["bill-reconnect-time"].answer, articles(name)["bill-reconnect-time"].speech):
        assert f"{hours}小时内" in said and f"{36 - hours}小时" not in said


@pytest.mark.parametrize("name", PROFILES)
def test_who_pays_afterwards_and_who_pays_beforehand_are_cut_off_differently(name: str) -> None:
    both, before = articles(name)["bill-arrears-cutoff"].answer, articles(name)["bill-prepaid-smart"].answer
    after, ahead = both.split("预付费")
    assert "30天" in after and "不等30天" in ahead
    assert "余额低于零" in before and "不是一回事" in before


@pytest.mark.parametrize("name", PROFILES)
def test_a_fallen_wire_is_at_least_eight_metres_away(name: str) -> None:
    wire = re.compile("断线|掉.{0,4}线|落地|带电|高压线")
    for article in articles(name).values():
        for sentence in sentences(article):
            if re.search("离开|远离|站到|退到|以外", sentence) and (wire.search(sentence) or article.topic == "safety-fallen-wire"):
                assert all(size >= 8 for size, unit in figures(sentence) if unit == "米"), (article.topic, sentence)
    fallen = articles(name)["safety-fallen-wire"]
    assert "至少8米" in fallen.answer and "至少8米" in fallen.speech


def test_the_safety_lines_keep_eight_metres_too() -> None:
    said = yaml.safe_load((WORDS / "danger.yml").read_text(encoding="utf-8"))
    spoken = "\n".join(str(text) for phrase in said.values() for text in (phrase.values() if isinstance(phrase, dict) else [phrase]))
    metres = [size for size, unit in figures(spoken) if unit == "米"]
    assert metres and min(metres) >= 8


@pytest.mark.parametrize(
    ("topic", "says"),
    [
        ("bill-reconnect-time", {"state_grid": "24小时内", "southern_grid": "12小时内", "zhejiang": "24小时内", "guangdong": "12小时内"}),
        ("outage-arrival-time", {"state_grid": "平均45分钟", "shanghai": "外环线内不超过60分钟", "national": "不超过60分钟"}),
        ("tariff-residential-price", {"state_grid": "各省不一样", "zhejiang": "0.538元", "jiangsu": "0.5283元", "shanghai": "0.617元", "guangdong": "0.589元"}),
        ("tariff-tier-rules", {"zhejiang": "2760", "shanghai": "3120", "guangdong": "5月到10月每月260度"}),
        ("tariff-tier-cycle", {"zhejiang": "按年累计", "jiangsu": "按年累计", "shanghai": "按年累计", "guangdong": "广东按月算"}),
        ("tariff-low-income-free", {"jiangsu": "每月15度", "state_grid": "10到15度"}),
        ("tariff-shared-meter", {"zhejiang": "0.558元", "state_grid": "当地公布的电价表"}),
        ("tariff-large-household", {"guangdong": "7人及以上", "shanghai": "0.024元", "state_grid": "各省定"}),
        ("tariff-peak-valley", {"shanghai": "6点到22点", "jiangsu": "8点到21点"}),
    ],
)  # fmt: skip
def test_the_profile_of_the_settings_changes_the_answer(topic: str, says: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    told = set()
    for name, words in says.items():
        monkeypatch.setenv("DIANDA_PROFILE", name)
        answer = articles(Settings().profile)[topic].answer
        assert words in answer, (name, answer)
        told.add(answer)
    assert len(told) >= len(set(says.values()))


def test_a_province_cites_its_own_tariff() -> None:
    for name, place in (("zhejiang", "浙江"), ("jiangsu", "江苏"), ("shanghai", "上海"), ("guangdong", "广东")):
        cited = articles(name)["tariff-residential-price"].citations
        assert any(c["source"].startswith(place) for c in cited)


@pytest.mark.parametrize("name", ["state_grid", "guangdong"])
def test_no_article_outlives_its_last_day(root: Path, name: str) -> None:
    """All articles of the small base run out on different days; on each day exactly those that hold are loaded."""
    last = {}
    for at, path in enumerate(article_paths(root / "articles")):
        last[path.stem] = date(2026, 12, 1) + timedelta(days=at)
        path.write_text(path.read_text(encoding="utf-8").replace("valid_to: null", f"valid_to: {last[path.stem]}"), encoding="utf-8")
    for days in range(len(last) + 2):
        today = date(2026, 11, 30) + timedelta(days=days)
        loaded = load_articles(root / "articles", load_profile(root / "profiles", name), today)
        assert {a.topic for a in loaded} == {topic for topic, until in last.items() if today <= until}


def named(found: list[Dependent]) -> set[str]:
    return {entry.what for entry in found}


def test_impact_names_articles_and_values() -> None:
    found = named(impact(ROOT, "供电营业规则", "第二十九条"))
    assert "connect-transfer-materials" in found
    cites = {t for t, a in articles("national").items() if any("供电营业规则" in f.source and f.article == "第二十九条" for f in a.facts)}
    assert cites <= found


def test_impact_follows_a_value_into_the_articles_that_quote_it() -> None:
    found = named(impact(ROOT, "浙江省居民生活用电价格"))
    assert {"zhejiang: tariff.price", "zhejiang: tariff.shared_price", "tariff-residential-price", "tariff-shared-meter"} <= found
    assert not any(what.startswith("jiangsu") for what in found)


def test_impact_finds_a_clause_in_a_list_of_clauses_and_only_there() -> None:
    third = named(impact(ROOT, "十项承诺", "第三条"))
    assert "state_grid: service.promises" in third  # rests on 第二、三、六、七条
    assert "state_grid: service.promises" not in named(impact(ROOT, "十项承诺", "第五条"))
    assert impact(ROOT, "没有这份文件") == []


def test_impact_points_to_the_line(tmp_path: Path) -> None:
    shutil.copytree(ROOT, tmp_path / "kb", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for entry in impact(tmp_path / "kb", "上海市居民阶梯电价"):
        line = entry.file.read_text(encoding="utf-8").splitlines()[entry.line - 1]
        assert line.startswith(("tariff.tier", "answer:", "  - text"))
