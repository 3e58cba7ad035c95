"""Articles and profiles as editors write them: what is refused, and where; values and their inheritance."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge_base.article import read_article
from knowledge_base.errors import ArticleError, ProfileError, UnknownProfile
from knowledge_base.load import load_articles
from knowledge_base.profiles import load_profile, load_profile_chain, profile_names, quoted
from tests.unit.knowledge.conftest import ROOT, TODAY

ARRIVAL = "articles/outage/outage-arrival-time.md"


def edit(root: Path, old: str, new: str, name: str = ARRIVAL) -> Path:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(path: Path, words: str) -> int:
    return next(at for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if words in line)


def load(root: Path, profile: str = "state_grid", today: date = TODAY) -> dict[str, object]:
    return {a.topic: a for a in load_articles(root / "articles", load_profile(root / "profiles", profile), today)}


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        ("certainty: B", "certainty: D", "certainty: D", "A、B、C"),
        ("valid_from: 2024-06-01", "valid_from: 某天", "valid_from: 某天", "日期"),
        ("leads_to: report_outage", "leads_to: fly_to_moon", "leads_to: fly_to_moon", "没有业务"),
        ("topic: outage-arrival-time", "topic: outage-arrive", "topic: outage-arrive", "文件名"),
        ("title:", "tittle:", "tittle:", "没有这一项|缺少"),
        ("{outage.arrive_urban}", "{outage.arrive_moon}", "answer: >-", "没有定义"),
        ("valid_to: null", "valid_to: 2020-01-01", "valid_to: 2020-01-01", "早于"),
        ("region: 全国", "region: 全国\nregion: 浙江", "region: 浙江", "写了两遍"),
        ("keywords: [", "keywords: [[", "", "YAML"),
    ],
)
def test_a_bad_article_is_refused_with_file_line_and_reason(root: Path, old: str, new: str, at: str, reason: str) -> None:
    path = edit(root, old, new)
    with pytest.raises(ArticleError, match=reason) as refused:
        load(root)
    assert refused.value.file == path
    if at and "title" not in old:
        assert refused.value.line == line_of(path, at)
    assert str(refused.value).startswith(f"{path}:{refused.value.line}: ")


def test_a_placeholder_in_the_body_is_named_by_its_own_line(root: Path) -> None:
    path = edit(root, "- 天气、交通", "- {outage.weather}天气、交通")
    with pytest.raises(ArticleError) as refused:
        load(root)
    assert refused.value.line == line_of(path, "{outage.weather}")


def test_text_without_front_matter_is_refused(root: Path) -> None:
    (root / ARRIVAL).write_text("# 只有正文\n", encoding="utf-8")
    with pytest.raises(ArticleError, match="---"):
        read_article(root / ARRIVAL)


def test_an_article_in_the_wrong_group_is_refused(root: Path) -> None:
    (root / "articles/billing/outage-arrival-time.md").write_bytes((root / ARRIVAL).read_bytes())
    with pytest.raises(ArticleError, match="属于 outage"):
        load(root)


def test_placeholders_are_filled_everywhere() -> None:
    for name in profile_names(ROOT / "profiles"):
        for article in load_articles(ROOT / "articles", load_profile(ROOT / "profiles", name), TODAY):
            assert not quoted("".join([article.answer, article.speech, article.body, *(f.text for f in article.facts)]))


def test_the_nearer_profile_wins_and_the_rest_is_inherited() -> None:
    profiles = ROOT / "profiles"
    national, southern, guangdong = (load_profile(profiles, name) for name in ("national", "southern_grid", "guangdong"))
    assert national["billing.reconnect"].value == "24小时内"
    assert southern["billing.reconnect"].value == guangdong["billing.reconnect"].value == "12小时内"
    assert set(national.values) <= set(guangdong.values)
    assert load_profile_chain(profiles, "guangdong") == ["guangdong", "southern_grid", "national"]


def test_another_company_answers_otherwise_and_cites_its_own_promise(root: Path) -> None:
    state, southern = (load(root, name)["bill-reconnect-time"] for name in ("state_grid", "southern_grid"))
    assert "24小时" in state.answer and "12小时" not in state.answer
    assert "12小时" in southern.answer and "12小时" in southern.speech
    assert state.citations[0]["source"] != southern.citations[0]["source"]


def test_profile_mistakes_name_file_and_line(root: Path) -> None:
    path = root / "profiles" / "jiangsu" / "tariff.yml"
    path.write_text("tariff.price:\n  value: 5毛\n  source: 某文件\n  certainty: Z\n", encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        load_profile(root / "profiles", "jiangsu")
    assert (refused.value.file, refused.value.line) == (path, 4)
    with pytest.raises(UnknownProfile):
        load_profile(root / "profiles", "atlantis")
    with pytest.raises(UnknownProfile):
        load_profile(root / "profiles", "../profiles/national")


def test_profiles_that_extend_each_other_are_refused(root: Path) -> None:
    (root / "profiles/national/profile.yml").write_text("name: national\ntitle: 全国\nextends: zhejiang\n", encoding="utf-8")
    with pytest.raises(ProfileError, match="绕成了圈"):
        load_profile(root / "profiles", "zhejiang")


def test_only_articles_in_force_are_loaded(root: Path) -> None:
    edit(root, "valid_to: null", "valid_to: 2026-11-22")
    assert "outage-arrival-time" in load(root)
    assert "outage-arrival-time" not in load(root, today=TODAY + timedelta(days=1))
    assert "outage-arrival-time" not in load(root, today=date(2024, 5, 31))


def test_an_article_of_a_province_is_for_that_province(root: Path) -> None:
    edit(root, "region: 全国", "region: 浙江")
    assert "outage-arrival-time" not in load(root, "state_grid")
    assert "outage-arrival-time" in load(root, "zhejiang")
