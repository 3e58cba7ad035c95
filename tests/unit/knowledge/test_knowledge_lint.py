"""The rules of the README, one by one, and over everything there is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from knowledge_base.article import read_article
from knowledge_base.catalogue import read_catalogue
from knowledge_base.cite import AT_MOST
from knowledge_base.figures import figures
from knowledge_base.lint import lint
from knowledge_base.load import article_paths, load_articles
from knowledge_base.profiles import load_profile, profile_names, quoted
from tests.unit.knowledge.conftest import ROOT, TODAY
from tests.unit.knowledge.test_knowledge_sources import ARRIVAL, edit

PROFILES = profile_names(ROOT / "profiles")


def told(root: Path) -> list[str]:
    return [problem.reason for problem in lint(root) if problem.reason != "还没有这篇文章"]


def test_the_real_articles_keep_all_rules() -> None:
    assert [str(problem) for problem in lint(ROOT)] == []


def test_the_catalogue_is_covered() -> None:
    assert {path.stem for path in article_paths(ROOT / "articles")} == set(read_catalogue().topics)


@pytest.mark.parametrize("name", PROFILES)
def test_every_figure_of_every_answer_is_in_a_fact_or_a_quoted_value(name: str) -> None:
    profile = load_profile(ROOT / "profiles", name)
    rendered = {article.topic: article for article in load_articles(ROOT / "articles", profile, TODAY)}
    for path in article_paths(ROOT / "articles"):
        draft, article = read_article(path).draft, rendered[path.stem]
        grounds = [fact.text for fact in article.facts] + [profile[value].value for value in quoted(draft.answer + draft.speech)]
        known = {figure for ground in grounds for figure in figures(ground)}
        for text in (article.answer, article.speech):
            assert set(figures(text)) <= known, (path.name, [w for f, w in figures(text).items() if f not in known])


@pytest.mark.parametrize("name", PROFILES)
def test_every_article_is_cited_by_what_it_states(name: str) -> None:
    for article in load_articles(ROOT / "articles", load_profile(ROOT / "profiles", name), TODAY):
        assert 1 <= len(article.citations) <= AT_MOST
        assert len({(c["source"], c["article"], c["edition"]) for c in article.citations}) == len(article.citations)
        assert all(c in article.rests_on and c["source"] and c["topic"] == article.topic for c in article.citations)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("没法保证到哪一分钟", "最迟7小时到", "“7小时”在 facts"),
        ("请保持电话畅通。有人", "请保持电话畅通。" + "一" * 220 + "有人", "超过 220 字"),
        ("，还要看路况", "，还要看路况，" + "路" * 60, "超过 60 字"),
        ("，还要看路况", "（看路况）", "不能念的符号"),
        ("  - 师傅几点钟到啊\n", "  - 师傅几点钟到啊\n  - 师傅几点钟到吗\n", "只差语气词"),
        ("title: 报修后", "title: 请问{outage.arrive_urban}报修后", "占位符只能写在"),
        ("related: [", "related: [outage-moon, ", "不是别的主题"),
        ("source: GB/T 28583", "source: ''", "不能为空"),
    ],
)
def test_a_broken_rule_is_told(root: Path, old: str, new: str, reason: str) -> None:
    assert told(root) == []
    path = edit(root, old, new)
    problems = [problem for problem in lint(root) if reason in problem.reason]
    assert problems and all(problem.file == path and problem.line > 1 for problem in problems)


def test_an_unsure_figure_needs_the_local_rule(root: Path) -> None:
    edit(root, "没法保证到哪一分钟", "最迟7小时到")
    edit(root, "\nvalid_from", '\n  - text: 最迟7小时到\n    source: 某页\n    certainty: C\nvalid_from')
    assert told(root) == []  # 以当地供电公司为准 is there already
    edit(root, "，具体以当地供电公司为准", "")
    assert any("C 级" in reason for reason in told(root))


def test_missing_articles_and_doubled_questions_are_told(root: Path) -> None:
    shutil.rmtree(root / "articles" / "safety")
    edit(root, "  - 师傅几点钟到啊\n", "  - 电费发票怎么开才对\n")
    edit(root, "questions:\n", "questions:\n  - 电费发票怎么开才对\n", "articles/invoice/invoice-electronic.md")
    reasons = {(problem.file.stem, problem.reason) for problem in lint(root)}
    assert ("safety-fallen-wire", "还没有这篇文章") in reasons
    assert any("有同样的问法" in reason for _, reason in reasons)


def test_a_file_that_cannot_be_read_does_not_hide_the_others(root: Path) -> None:
    (root / ARRIVAL).write_text("---\n- x\n---\n", encoding="utf-8")
    edit(root, "leads_to: request_invoice", "leads_to: nothing", "articles/invoice/invoice-electronic.md")
    assert {problem.file.stem for problem in lint(root) if problem.reason != "还没有这篇文章"} == {"outage-arrival-time", "invoice-electronic"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("24小时内", {"24小时"}), ("3到5天", {"3到5天"}), ("每天千分之二", {"千分之二"}), ("分两块：一块", set()), ("一户一表，一年一次", set()),
        ("第三天", set()), ("几十元", set()), ("两块钱一度", {"两块"}), ("十五个工作日", {"十五个工作日"}), ("110、119、95598", set()),
    ],
)  # fmt: skip
def test_figures_are_recognised(text: str, found: set[str]) -> None:
    assert set(figures(text).values()) == found


def test_the_same_figure_in_other_words_is_the_same() -> None:
    assert figures("三千瓦").keys() == figures("3kW").keys() == figures("3000瓦").keys()
    assert figures("百分之五").keys() == figures("5%").keys() == figures("五十‰").keys()
    assert figures("24小时").keys() != figures("1天").keys()
