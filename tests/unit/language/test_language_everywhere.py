"""What holds for every text: spans, speed, and both Python environments."""

from __future__ import annotations

import subprocess
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.entities import find_entities
from bot.language.hazards import danger
from bot.language.names import read_name
from bot.language.places import looks_like_address, read_address
from bot.language.wordlists import listed

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 11, 22)
PIECES = st.sampled_from(
    listed(
        "我家在 望江路 88号 3栋 二单元 五零一 停电了 户号 三二零一五五六六七七 ，不对，是 七七 电话 138 0001 0001 上个月 昨晚八点半 三百多块 一千五 我叫 王敏 欧阳 ·买买提 GD 20261122000001 "
        "电线 着火 村 组 路口 的 旁边 去年 十月 到 一月 ¥88.5 两毛 电饭锅 ０１２ 號 👍 \u200b \ud83d"
    )
)
SPOKEN = st.lists(PIECES, max_size=14).map("".join)


@given(st.one_of(SPOKEN, st.text(max_size=60)))
@settings(max_examples=200, deadline=None)
def test_a_value_stands_where_it_is_said_to_stand(text: str) -> None:
    entities = find_entities(text, TODAY)
    for entity in entities:
        assert text[entity.start : entity.end] == entity.text
        assert entity.start < entity.end
        assert entity.value
    assert all(one.end <= other.start for one, other in pairwise(entities))


@given(st.one_of(SPOKEN, st.text(max_size=60)))
@settings(max_examples=80, deadline=None)
def test_readers_take_any_text(text: str) -> None:
    address, name = read_address(text), read_name(text)
    assert address is None or looks_like_address(text)
    assert name is None or name.strip()



def test_a_long_text_does_not_hang() -> None:
    started = time.perf_counter()
    for unit in ("区路村号栋", "不对是3201556677", "电线没断", "一二三四，", "我叫王", "冒" * 5):
        find_entities(unit * 120, TODAY)
        danger(unit * 120)
        read_address(unit * 120)
    assert time.perf_counter() - started < 8


def test_the_assistants_python_understands_the_same() -> None:
    python = ROOT / "bot" / "assistant" / ".venv" / "bin" / "python"
    if not python.exists():
        pytest.skip("the assistant's environment is not installed")
    program = (
        "from datetime import date\n"
        "from bot.language.entities import find_entities\n"
        "from bot.language.hazards import danger\n"
        "from bot.language.places import read_address\n"
        "from bot.language.names import read_name\n"
        "t = '我叫李建国，住金陵花园12栋3单元1802，户号三二零一五五六六七七，上个月交了三百多，电饭锅烧了'\n"
        "print([(e.entity, e.value) for e in find_entities(t, date(2026, 11, 22))])\n"
        "print(danger('电先断了').kind, danger('没冒烟'), read_address('就在红星村二组17号啊'), read_name('免贵姓李'))\n"
    )
    done = subprocess.run(
        [str(python), "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    values, rest = done.stdout.splitlines()
    assert values == str(
        [
            ("person_name", "李建国"), ("address", "金陵花园12栋3单元1802"), ("account_no", "3201556677"),
            ("month", "2026-10"), ("amount", "300.00"), ("appliance", "电饭煲"),
        ]
    )  # fmt: skip
    assert rest == "fallen_wire None 红星村二组17号 李"
