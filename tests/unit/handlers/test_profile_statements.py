"""What customers say of themselves, and what they do not: other people, the past, wishes, questions, denials."""

from __future__ import annotations

import pytest

from actions.desk.profiles import Trait
from tests.unit.handlers.conversing import STATEMENTS, USES


def heard(words: str) -> dict[str, str]:
    """Own statements that are so: trait to value."""
    return {h.trait.value: h.value for h in STATEMENTS.hear(words) if h.so and h.own}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("我妈在家用呼吸机", {"life_support": ""}),
        ("家里老人离不开制氧机，停电咋办", {"life_support": ""}),
        ("我爸靠制氧机喘气，没电了先干啥", {"life_support": ""}),
        ("我家六口人", {"household": "6"}),
        ("我家六口人怎么电费这么高", {"household": "6"}),
        ("户口本上7个人", {"household": "7"}),
        ("屋头五个人用电", {"household": "5"}),
        ("家里一共七口人，老人用着制氧机", {"household": "7", "life_support": ""}),
        ("我是租房的", {"tenant": ""}),
        ("我租的房子，电费一块二", {"tenant": ""}),
        ("我把房子租给别人了", {"landlord": ""}),
        ("我是房东，五套房的户号给我都加上", {"landlord": ""}),
        ("我老太婆怕黑", {"elder": ""}),
        ("我家房上整了光伏", {"pv": ""}),
        ("想问下我是租房的能办吗", {"tenant": ""}),
        ("我开饭店的", {"shop": ""}),
        ("俺开了个小卖部", {"shop": ""}),
        ("我们是厂里的", {"enterprise": ""}),
        ("我们公司上个月电费多少", {"enterprise": ""}),
        ("我今年七十八了", {"elder": ""}),
        ("我都八十多岁了，看不清", {"elder": ""}),
        ("我家是低保户", {"low_income": ""}),
        ("俺家吃五保的", {"low_income": ""}),
        ("我种了三十亩地", {"farmer": ""}),
        ("我承包了个鱼塘", {"farmer": ""}),
        ("我家装了光伏", {"pv": ""}),
        ("我们家买了辆特斯拉", {"ev": ""}),
        ("以前租房，我现在是租的店面", {"tenant": ""}),
    ],
)
def test_a_statement_is_heard(words: str, found: dict[str, str]) -> None:
    assert heard(words) == found


@pytest.mark.parametrize(
    "words",
    [
        "邻居家有呼吸机",
        "我朋友开饭店的",
        "我同事家六口人",
        "我妈家里有六口人",
        "隔壁那户是低保户",
        "听说我们村有低保户免费电",
        "以前我是租房的",
        "我以前是租房的，现在自己买了",
        "我爷爷以前用呼吸机，去年走了",
        "我家去年还是低保户",
        "如果我是租房的能办吗",
        "要是我家装了光伏呢",
        "万一我家是低保户呢",
        "我想开个饭店",
        "我打算买电动汽车",
        "我家想装光伏",
        "家里装充电桩怎么申请",
        "自家楼顶装光伏怎么报",
        "我妈是低保户",
        "帮我爸的车位报装充电桩",
        "我房客还能看到我的账单",
        "我先问问房东，这个取消",
        "我是开夜班出租的",
        "我老头走之前交过了",
        "我要在自己的车位装充电桩",
        "我家算低保吗",
        "低保户有什么优惠",
        "呼吸机一小时几度电",
        "医院的呼吸机",
        "我家用了六十度",
        "我用了七十八度电",
        "你们公司电话多少",
        "我去店里交费",
        "我家养了三只猫",
        "电动车充电安全吗",
        "我房东不给户号",
        "",
    ],
)
def test_what_says_nothing_of_the_customer_is_not_heard(words: str) -> None:
    assert heard(words) == {}


@pytest.mark.parametrize(
    ("words", "trait"),
    [
        ("我不是租房的", Trait.TENANT),
        ("我家没有呼吸机", Trait.LIFE_SUPPORT),
        ("我现在不租了", Trait.TENANT),
        ("我家不是低保户", Trait.LOW_INCOME),
    ],
)
def test_a_denial_says_that_it_is_not_so(words: str, trait: Trait) -> None:
    assert [(h.trait, h.so) for h in STATEMENTS.hear(words)] == [(trait, False)]


def test_the_first_screen_fits_who_looks_at_it() -> None:
    def titles(*traits: Trait) -> list[str]:
        return [tile.title for tile in USES.tiles_for(traits)]

    assert titles() == ["交电费", "查电费", "停电报修", "查进度", "投诉", "转人工"]
    assert titles(Trait.ENTERPRISE)[0] == "各户电费" and titles(Trait.ELDER)[0] == "转人工"
    assert titles(Trait.ELDER, Trait.LIFE_SUPPORT)[:2] == ["停电报修", "转人工"]
    for trait in Trait:
        shown = titles(trait)
        assert len(shown) == len(set(shown)) == 6 and "转人工" in shown and "停电报修" in shown
