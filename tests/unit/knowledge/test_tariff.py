"""The tariff arithmetic: figures that were worked out by hand, and laws that hold for every use and every province."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.errors import ProfileError
from knowledge_base.lint import lint
from knowledge_base.tariff.quote import Kind, flat_choice, quote, split
from knowledge_base.tariff.schedules import Provinces
from knowledge_base.tariff.tariff import NotPublished, Tariff, Unknown, Use

PROFILES = Path(__file__).resolve().parents[3] / "knowledge_base" / "profiles"
TODAY = date(2026, 11, 24)
PROVINCES = Provinces.load(PROFILES, "state_grid")
FOUR = ("zhejiang", "jiangsu", "shanghai", "guangdong")

energy = st.decimals(min_value=0, max_value=9000, places=1)
months = st.integers(min_value=1, max_value=12)


def tariff(name: str) -> Tariff:
    province = PROVINCES.named(name)
    found = province.on(TODAY) if province else None
    assert found is not None
    return found


def money(name: str, kwh: str, **use: object) -> str:
    given_use = {key: Decimal(value) if isinstance(value, str) else value for key, value in use.items()}
    return str(quote(tariff(name), Use(Decimal(kwh), **given_use)).total)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "kwh", "use", "total"),
    [
        ("guangdong", "600", {"month": 7}, "370.40"),
        ("guangdong", "600", {"month": 1}, "423.40"),
        ("guangdong", "260", {"month": 5}, "153.14"),
        ("guangdong", "261", {"month": 10}, "153.78"),
        ("zhejiang", "420", {}, "225.96"),
        ("zhejiang", "420", {"before": "2760"}, "246.96"),
        ("zhejiang", "420", {"before": "2660"}, "241.96"),  # 100 in the first tier, 320 in the second
        ("zhejiang", "420", {"before": "4800"}, "351.96"),
        ("zhejiang", "5000", {"months": 12}, "2852.00"),  # 1484.88 + 1199.52 + 167.60
        ("zhejiang", "350", {"valley": "150"}, "156.80"),
        ("zhejiang", "300", {"shared": True}, "167.40"),
        ("jiangsu", "230", {}, "121.51"),
        ("jiangsu", "350", {"valley": "150"}, "165.41"),
        ("jiangsu", "100", {"low_income": True}, "44.91"),
        ("jiangsu", "10", {"low_income": True}, "0.00"),
        ("shanghai", "350", {"valley": "150"}, "169.45"),
        ("shanghai", "350", {"valley": "150", "before": "3200"}, "185.95"),
        ("shanghai", "350", {"valley": "150", "before": "3020"}, "181.95"),  # crossing: 250 kWh carry 0.05 more
    ],
)  # fmt: skip
def test_worked_by_hand(name: str, kwh: str, use: dict[str, object], total: str) -> None:
    assert money(name, kwh, **use) == total


def test_a_large_household_has_more_room_and_the_same_prices() -> None:
    """Guangdong, five people: 260 and 600 become 360 and 700, so the second tier keeps its width."""
    assert tariff("guangdong").limits(7, people=5) == (360, 700)
    assert tariff("guangdong").limits(7, people=4) == (260, 600)
    assert tariff("shanghai").limits(1, people=6) == (4320, 6000)
    assert money("guangdong", "600", month=7, people=5) == "365.40"


def test_seven_people_in_shanghai_may_choose_one_price() -> None:
    use = Use(Decimal(1000), people=7)
    chosen = flat_choice(tariff("shanghai"), use)
    assert chosen is not None and chosen.total == Decimal("641.00")
    assert flat_choice(tariff("shanghai"), Use(Decimal(1000), people=6)) is None


@pytest.mark.parametrize(
    ("name", "use", "what"),
    [
        ("guangdong", {"valley": Decimal(10)}, Unknown.TIME_OF_USE),
        ("guangdong", {"shared": True}, Unknown.SHARED),
        ("jiangsu", {"shared": True}, Unknown.SHARED),
        ("zhejiang", {"low_income": True}, Unknown.FREE_QUOTA),
        ("jiangsu", {"low_income": True, "valley": Decimal(10)}, Unknown.FREE_QUOTA),
    ],
)
def test_what_is_not_published_is_not_made_up(name: str, use: dict[str, object], what: Unknown) -> None:
    with pytest.raises(NotPublished) as refused:
        quote(tariff(name), Use(Decimal(100), **use))  # type: ignore[arg-type]
    assert refused.value.what is what


@given(st.sampled_from(FOUR), energy, energy, months)
def test_more_never_costs_less(name: str, kwh: Decimal, more: Decimal, month: int) -> None:
    less, much = (quote(tariff(name), Use(amount, month=month)) for amount in (kwh, kwh + more))
    assert less.exact <= much.exact and less.total <= much.total


@given(st.sampled_from(("zhejiang", "jiangsu")), energy, energy, energy)
def test_more_at_night_or_by_day_never_costs_less(name: str, peak: Decimal, valley: Decimal, before: Decimal) -> None:
    """Not for Shanghai: its rule for a crossing month is cheaper by day than the second tier's own peak price."""
    now = quote(tariff(name), Use(peak + valley, valley=valley, before=before)).exact
    assert now <= quote(tariff(name), Use(peak + valley + 1, valley=valley, before=before)).exact
    assert now <= quote(tariff(name), Use(peak + valley + 1, valley=valley + 1, before=before)).exact


@given(st.sampled_from(FOUR), energy, energy, energy, months)
def test_two_readings_cost_what_one_does(name: str, first: Decimal, second: Decimal, before: Decimal, month: int) -> None:
    """Additive: reading the meter in between changes nothing."""
    rate = tariff(name)
    once = quote(rate, Use(first + second, month=month, before=before)).exact
    early = quote(rate, Use(first, month=month, before=before)).exact
    late = quote(rate, Use(second, month=month, before=before + first)).exact
    assert early + late == once


@given(st.sampled_from(("zhejiang", "jiangsu", "shanghai")), energy, energy, energy)
def test_lines_add_up_to_the_total_and_cover_the_use(name: str, peak: Decimal, valley: Decimal, before: Decimal) -> None:
    for use in (Use(peak + valley, before=before), Use(peak + valley, valley=valley, before=before)):
        found = quote(tariff(name), use)
        assert sum(line.amount for line in found.lines) == found.exact
        assert abs(found.exact - found.total) <= Decimal("0.005")
        assert sum(line.kwh for line in found.lines if line.kind is not Kind.SURCHARGE) == use.kwh


@given(st.sampled_from(FOUR), months)
def test_a_limit_is_the_last_kwh_of_its_tier(name: str, month: int) -> None:
    rate = tariff(name)
    for at, limit in enumerate(rate.limits(month), start=1):
        assert quote(rate, Use(limit, month=month)).tiers == tuple(range(1, at + 1))
        step = quote(rate, Use(limit + 1, month=month)).exact - quote(rate, Use(limit, month=month)).exact
        assert step == rate.prices[at]
        last = quote(rate, Use(limit, month=month)).exact - quote(rate, Use(limit - 1, month=month)).exact
        assert last == rate.prices[at - 1]


@given(st.lists(st.decimals(1, 5000, places=1), min_size=1, max_size=4, unique=True), energy, energy)
def test_a_split_loses_nothing(limits: list[Decimal], before: Decimal, kwh: Decimal) -> None:
    parts = split(tuple(sorted(limits)), before, kwh)
    assert sum(amount for _, amount in parts) == kwh
    assert all(one < two for (one, _), (two, _) in pairwise(parts))


@given(st.sampled_from(("jiangsu", "shanghai", "guangdong")), energy, months)
def test_room_for_many_people_and_free_energy_never_cost_more(name: str, kwh: Decimal, month: int) -> None:
    plain = quote(tariff(name), Use(kwh, month=month)).exact
    assert quote(tariff(name), Use(kwh, month=month, people=5)).exact <= plain
    if name == "jiangsu":
        assert Decimal(0) <= quote(tariff(name), Use(kwh, month=month, low_income=True)).exact <= plain


def test_the_profile_names_its_province() -> None:
    own = {name: Provinces.load(PROFILES, name).own for name in ("state_grid", "southern_grid", "national", *FOUR)}
    assert own == {"state_grid": None, "southern_grid": None, "national": None, **{name: name for name in FOUR}}


def test_a_tariff_before_or_after_its_time_is_not_used() -> None:
    province = PROVINCES.named("zhejiang")
    assert province is not None
    assert province.on(date(2020, 1, 1)) is None
    assert province.on(TODAY) is not None


def test_a_figure_that_differs_from_the_cited_words_is_told(tmp_path: Path) -> None:
    root = tmp_path / "knowledge_base"
    shutil.copytree(PROFILES, root / "profiles")
    file = root / "profiles" / "zhejiang" / "tariff.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("limits: [2760, 4800]", "limits: [2770, 4800]"), encoding="utf-8")
    told = [problem for problem in lint(root) if problem.file == file]
    assert [(problem.reason, file.read_text(encoding="utf-8").splitlines()[problem.line - 1]) for problem in told] == [
        ("limits 里的 2770 在 tariff.tier_limits 的文字里找不到", "  limits:")
    ]


def test_a_broken_schedule_names_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    shutil.copytree(PROFILES, folder)
    file = folder / "guangdong" / "tariff.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("[11, 12, 1, 2, 3, 4]", "[11, 12, 1, 2, 3]"), encoding="utf-8")
    with pytest.raises(ProfileError, match="12个月"):
        Provinces.load(folder, "state_grid")
