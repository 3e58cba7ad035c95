"""Names of people, and appliances."""

from __future__ import annotations

from datetime import date

import pytest

from bot.language.entities import find_entities
from bot.language.names import read_name

TODAY = date(2026, 11, 22)


def found(text: str, kind: str = "person_name") -> list[str]:
    return [e.value for e in find_entities(text, TODAY) if e.entity == kind]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫王敏", "王敏"), ("我姓王", "王"), ("户主是欧阳建国", "欧阳建国"), ("联系人：阿依古丽·买买提", "阿依古丽·买买提"), ("免贵姓李", "李"),
        ("陈女士", "陈女士"), ("我是刘师傅", "刘师傅"), ("户名叫高明亮，帮我查查", "高明亮"), ("我叫李雷电话13800010001", "李雷"),
        ("过户给我儿子周国平", "周国平"), ("户名是阿依古丽", "阿依古丽"), ("户主叫次仁旺堆", "次仁旺堆"), ("帮我由李建国改成王芳", "李建国"),
        ("你好我叫宋江，家里没电", "宋江"), ("本人马建国，要销户", "马建国"), ("何玉珍，15850412236", "何玉珍"),
    ],
)  # fmt: skip
def test_names_that_are_told(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "方便的话打电话", "安全吗", "高压线断了", "常停电", "马上来", "电费多少", "我是租客", "我是业主", "师傅马上到", "余额不足", "户主不在家",
        "名字写错了", "全家没电", "任何时候都行", "我爸高血压", "地方师傅不来", "我是供电所的", "我是金沙县的", "关掉", "查电费", "白天没电",
        "谢谢师傅", "户名是房东的", "户主何时了", "来个人", "钱谁出",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_names(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("王敏", "王敏"), ("我是张三丰", "张三丰"), ("姓刘", "刘"), ("免贵姓欧阳", "欧阳"), ("叫我小李就行", "小李"), ("乌兰其其格", "乌兰其其格"),
        ("我叫李娜，女的", "李娜"), ("孙秀英啊", "孙秀英"), ("王", "王"),
        ("好的", None), ("不知道", None), ("你猜", None), ("转人工", None), ("停电了", None), ("13800010001", None), ("", None),
    ],
)  # fmt: skip
def test_a_bare_answer(answer: str, name: str | None) -> None:
    assert read_name(answer) == name


def test_appliances_by_their_usual_name() -> None:
    assert found("电饭锅和雪柜都烧了", "appliance") == ["电饭煲", "冰箱"]
    assert found("昨晚在看电视剧", "appliance") == []
