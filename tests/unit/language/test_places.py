"""The learned address reader: beginnings and ends that no list of words knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.language.address_reader import AddressModelMissing, AddressReader, open_reader
from bot.language.address_training import entity_sentences, marked
from bot.language.entities import find_entities
from bot.language.places import read_address
from tests.assistant import BUILT


@pytest.fixture(autouse=True)
def _own_reader() -> None:
    open_reader(BUILT)


def addresses(text: str) -> list[str]:
    return [e.text for e in find_entities(text, date(2026, 11, 24)) if e.entity == "address"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("我住御景湾9栋2单元1503，家里没电了", ["御景湾9栋2单元1503"]),
        ("高坪镇河口村七组打谷场边上的电线断了", ["高坪镇河口村七组打谷场边上"]),
        ("麻烦查一下渝中区民生路235号的电费", ["渝中区民生路235号"]),
        ("我要在翡翠城4期地下车库负一层118号车位装充电桩", ["翡翠城4期地下车库负一层118号车位"]),
        ("喂，北河镇大榆树村三队又跳闸了", ["北河镇大榆树村三队"]),
        ("新城大厦B座1102空调一开就跳闸", ["新城大厦B座1102"]),
        ("地址说错了，不是香樟路6号，是香樟路16号", ["香樟路16号"]),
        ("锦绣路21号，不对，是锦绣路12号", ["锦绣路12号"]),
    ],
)
def test_an_address_is_cut_where_it_ends(text: str, wanted: list[str]) -> None:
    assert addresses(text) == wanted


@pytest.mark.parametrize("text", ["我家门口的电线杆歪了", "村里的变压器响了一夜", "整栋楼都停电了", "电费怎么又涨了", "我想办个过户"])
def test_where_no_place_is_named_none_is_found(text: str) -> None:
    assert addresses(text) == []


@pytest.mark.parametrize(
    ("answer", "address"),
    [
        ("嗯，就在海棠苑7栋1单元904啊", "海棠苑7栋1单元904"),
        ("柏树村，四组，二十六号", "柏树村四组二十六号"),
        ("你就写东湖路三段18号", "东湖路三段18号"),
        ("不知道", None),
        ("快点来人啊", None),
    ],
)
def test_an_answer_gives_the_address_alone(answer: str, address: str | None) -> None:
    assert read_address(answer) == address


def test_no_address_takes_the_digits_of_an_account() -> None:
    found = find_entities("户号3201556677，住海棠苑7栋904", date(2026, 11, 24))
    assert [(e.entity, e.value) for e in found] == [("account_no", "3201556677"), ("address", "海棠苑7栋904")]


def test_without_a_trained_reader_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AddressModelMissing, match="make train"):
        open_reader(tmp_path)


def test_a_marked_line_keeps_its_span_when_it_is_made_regular() -> None:
    sentence = marked("我 在 [幸福 路１２号] 等")
    assert [sentence.text[start:end] for start, end in sentence.spans] == ["幸福路12号"]


def test_every_training_line_is_marked_whole() -> None:
    sentences = entity_sentences()
    assert len(sentences) > 900
    assert not [s.text for s in sentences if "[" in s.text or "]" in s.text]
    assert isinstance(open_reader(BUILT), AddressReader)
