"""One house alone, or more: by the words of the report."""

from __future__ import annotations

import pytest

from actions.desk.scope import tells_of_one_house


@pytest.mark.parametrize(
    "words",
    ["就我们一家没电", "隔壁都有电", "我家停电了；邻居家有电", "只有我家没电", "跳闸了推不上去", "插头全拔了还跳闸", "停电范围：只有我家", "对门亮着灯就我家黑", "楼上楼下都有电"],
)
def test_one_house(words: str) -> None:
    assert tells_of_one_house(words)


@pytest.mark.parametrize(
    "words", ["我家停电了", "整栋楼都没电", "成栋楼都冇电", "全村都停了", "一条街都黑了", "邻居也没电", "整个小区跳闸了", "我们小区停电了", "家里没电"]
)
def test_more_or_not_said(words: str) -> None:
    assert not tells_of_one_house(words)
