"""Addresses without a gazetteer."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.language.entities import find_entities
from bot.language.places import looks_like_address, read_address

MARKED = """我家在{金陵花园12栋3单元1802}，突然没电了
{凤凰镇东升村五组}的电线断了
住{中山北路236号}，电表箱冒烟了
{城关镇向阳街道幸福社区3号楼}整栋楼没电
师傅，我在{火车站对面的如家酒店}，停电一个小时了
{李家沟村四社17号}跳闸了推不上去
明天{长江路}停不停电
{老街供销社斜对面}电杆倒了
{和平路建设银行门口}电线掉地上了
户主张伟，{锦江区春熙路18号附2号}，要过户
{大连路与四平路交叉口}变压器冒烟
{安居苑三栋二单元五零一}没电
阿拉住{徐家汇路300弄2号601}，电没了
我住喺{天河区体育西路52号3楼}，冇电
{金水湾小区9幢甲单元}漏电
家在{石头乡磨盘村马家湾}，断电两天了
我们{幸福家园}没电了
{城北客运站往东200米}有断线
{滨江区望江路88号桂花园3栋2单元501}
{人民路工商银行对面那栋}没电了
在{汽车站旁边的好再来饭店}，报修
{学校后门菜市场二楼}没电
咱村{后李家庄}又停电了
{石门镇双河口村五组陈家院子}电杆倒了
位置在{五一广场地铁站C口}，电箱漏电
屋里头在{龙泉驿区十陵街道来龙村三组}，没得电
我是{金色港湾}的业主，停电了""".splitlines()
NOWHERE = """我家停电了
我们小区没电
楼上漏水
整栋楼都没电
我们村停电三天了
隔壁家有电
这条路上的路灯不亮
家里的电路老化了
国道修路停电吗
我要去营业厅交费
银行代扣失败
农村电价多少
路灯杆漏电
到现在没人来
市区停电
对面楼有电
五个人
三相电
全市停电
上班路上""".splitlines()


@pytest.mark.parametrize("line", MARKED)
def test_an_address_is_found_without_the_words_around_it(line: str) -> None:
    wanted = re.findall(r"\{(.*?)\}", line)
    text = re.sub("[{}]", "", line)
    assert [e.text for e in find_entities(text, date(2026, 11, 22)) if e.entity == "address"] == wanted


@pytest.mark.parametrize("text", NOWHERE)
def test_nowhere_in_particular_is_no_address(text: str) -> None:
    assert [e.text for e in find_entities(text, date(2026, 11, 22)) if e.entity == "address"] == []


@pytest.mark.parametrize(
    ("answer", "address"),
    [
        ("哦 就是城关镇幸福路88号啊", "城关镇幸福路88号"),
        ("地址是滨江区望江路88号，桂花园3栋2单元501", "滨江区望江路88号桂花园3栋2单元501"),
        ("翠竹苑三栋二单元五零一，我姓王，电话13800010001", "翠竹苑三栋二单元五零一"),
        ("我们家在红星村，二组，十七号", "红星村二组十七号"),
        ("国道边上红砖房，没有门牌", "国道边上红砖房"),
        ("老电影院旁边开面馆的", "老电影院旁边开面馆的"),
        ("门牌号没有，就写刘家祠堂旁边", "刘家祠堂旁边"),
        ("我也说不清，反正就是实验小学对面那个奶茶店", "实验小学对面那个奶茶店"),
        ("建设路16号2栋301停电了", "建设路16号2栋301"),
        ("村东头第三家", "村东头第三家"),
        ("海珠區江南大道中88號", "海珠区江南大道中88号"),
    ],
)
def test_an_answer_is_cleaned(answer: str, address: str) -> None:
    assert read_address(answer) == address


@pytest.mark.parametrize(
    "answer",
    [
        "好的", "不知道", "你们多久来", "我家停电了", "家里", "小区", "我们村", "南湖镇", "二单元", "转人工", "13800010001", "王敏",
        "什么地址", "没有门牌号", "整栋楼", "隔壁", "停电了还问地址", "电费多少", "昨天下午", "我在楼下", "", "？？？",
    ],
)  # fmt: skip
def test_no_answer_or_not_enough_of_one(answer: str) -> None:
    assert read_address(answer) is None


def test_too_vague_is_told_apart_from_no_address() -> None:
    assert looks_like_address("南湖镇")
    assert looks_like_address("二单元")
    assert not looks_like_address("好的")
    assert not looks_like_address("我家停电了")
