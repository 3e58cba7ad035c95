"""The record standard, categories and places."""

from __future__ import annotations

import pytest

from actions.desk.categories import classify
from actions.desk.errors import InvalidTicket
from actions.desk.intake import check, plain_account_no, plain_phone
from actions.desk.places import Place, area_of, covers
from actions.desk.tickets import Area, Kind, NewTicket, Priority
from actions.ports import demo

PLACES = demo.places()


def new(kind: Kind = Kind.REPAIR, **more: object) -> NewTicket:
    fields = {
        "description": "我家停电了",
        "channel": "web",
        "contact_phone": "13800138000",
        "address": "人民路66号",
    } | more
    return NewTicket(kind=kind, **fields)  # type: ignore[arg-type]


def problems(ticket: NewTicket) -> set[tuple[str, str]]:
    with pytest.raises(InvalidTicket) as refused:
        check(ticket)
    return set(refused.value.problems)


def test_everything_at_fault_is_named_at_once() -> None:
    assert problems(new(description=" ", contact_phone="123", address=None, account_no="12345", channel="")) == {
        ("description", "missing"),
        ("contact_phone", "invalid"),
        ("address", "missing"),
        ("account_no", "invalid"),
        ("channel", "missing"),
    }
    assert problems(new(description="长" * 4001, parent_ticket_no="GD1")) == {
        ("description", "too_long"),
        ("parent_ticket_no", "invalid"),
    }
    assert problems(new(Kind.SERVICE_REQUEST, contact_phone=None, address=None)) == {("contact_phone", "missing")}


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in {Kind.REPAIR, Kind.SERVICE_REQUEST}])
def test_the_rest_may_be_anonymous(kind: Kind) -> None:
    checked = check(new(kind, contact_phone="  ", address=""))
    assert (checked.contact_phone, checked.address) == (None, None)


def test_a_ticket_is_completed() -> None:
    checked = check(
        new(
            description=" 我家停电了 ",
            contact_phone="+86 138 0013 8000",
            account_no="3201 556677",
            address="东风镇红星村",
        ),
        PLACES,
    )
    assert (checked.description, checked.contact_phone, checked.account_no) == (
        "我家停电了",
        "13800138000",
        "3201556677",
    )
    # What a repair is about the desk asks its classifier.
    assert (checked.area, checked.category, checked.priority) == (Area.RURAL, (), Priority.NORMAL)
    given = check(new(area=Area.REMOTE, category=("高压故障", "高压线路")))
    assert (given.area, given.category) == (Area.REMOTE, ("高压故障", "高压线路"))
    request = check(new(Kind.SERVICE_REQUEST, business="request_reconnection"))
    assert request.category == ("服务申请", "欠费复电")
    assert check(new(Kind.SERVICE_REQUEST, business="apply_new_service.lv")).category == ("服务申请", "新装用电")
    assert check(new(Kind.SERVICE_REQUEST)).category == ("服务申请", "其他")
    assert check(new(Kind.PRAISE)).category == ()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("13800138000", "13800138000"),
        ("１３８ ００１３ ８０００", "13800138000"),
        ("+86-138-0013-8000", "13800138000"),
        ("0512-66668888", "051266668888"),
        ("66668888", None),
        ("12345678901", None),
        ("1380013800", None),
        ("95598", None),
        ("4008123123", None),
        ("+1 202 555 0143", None),
        ("13800138000 转 8", None),
        ("不想说", None),
        ("", None),
    ],
)
def test_phones_that_can_be_called(text: str, plain: str | None) -> None:
    assert plain_phone(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("3201556677", "3201556677"),
        (" 4101 2345-67890", "4101234567890"),
        ("３２０１５５６６７７", "3201556677"),
        ("123456789012", "123456789012"),
        ("1234567890123456", "1234567890123456"),
        ("13800138000", None),
        ("٣٢٠١٥٥٦٦٧٧", None),
        ("", None),
    ],
)
def test_account_numbers(text: str, plain: str | None) -> None:
    assert plain_account_no(text) == plain


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("我家停电了，邻居家有电", ("低压故障", "一户停电")),
        ("整个小区都没电了", ("低压故障", "多户停电")),
        ("邻居家也停了", ("低压故障", "多户停电")),
        ("路边有根电线掉地上了", ("低压故障", "低压线路")),
        ("电线杆歪了", ("低压故障", "公共设备")),
        ("变压器冒烟", ("高压故障", "变电设备")),
        ("10千伏线路上挂着风筝", ("高压故障", "高压线路")),
        ("灯一闪一闪的", ("电能质量故障", "电压波动")),
        ("晚上电压低，空调带不动", ("电能质量故障", "电压低")),
        ("电表黑屏了", ("计量故障", "电能表")),
        ("空开一合就跳闸", ("客户内部故障", "居民内部故障")),
        ("充电桩充不进电", ("充电设施故障", "充电桩")),
        ("宽带线被挂断了", ("非电力故障", "其他单位设施")),
    ],
)
def test_faults(text: str, category: tuple[str, ...]) -> None:
    assert classify(Kind.REPAIR, text) == category


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("营业厅的人态度太差", ("服务投诉", "服务行为")),
        ("客服电话一直打不通", ("服务投诉", "服务渠道")),
        ("上个月电费多收了一倍", ("营业投诉", "电费电价")),
        ("抄表员从来不抄表，全是估的", ("营业投诉", "抄表催费")),
        ("过户办了一个月还没好", ("营业投诉", "用电变更")),
        ("停电也不通知一声", ("停送电投诉", "停送电信息公告")),
        ("报修五个小时了没人来", ("停送电投诉", "抢修服务")),
        ("我们村三天两头停电", ("供电质量投诉", "供电可靠性")),
        ("电压低得电饭锅都煮不熟", ("供电质量投诉", "电压质量")),
        ("施工队把我家门口挖坏了", ("电网建设投诉", "电力施工")),
        ("反正我就是要投诉", ("服务投诉", "其他")),
    ],
)
def test_complaints(text: str, category: tuple[str, ...]) -> None:
    assert classify(Kind.COMPLAINT, text) == category


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("安澜市滨江区望江路88号桂花园3栋2单元501", Area.URBAN),
        ("安澜市东风镇红星村二组17号", Area.RURAL),
        ("云岭乡青石沟5号", Area.REMOTE),
        ("红星村二组", Area.RURAL),
        ("柳河镇人民街3号", Area.RURAL),
        ("人民路66号5栋301", Area.URBAN),
        (None, Area.URBAN),
        ("", Area.URBAN),
    ],
)
def test_areas(address: str | None, area: Area) -> None:
    assert area_of(address, PLACES) is area


def test_the_longest_place_decides() -> None:
    places = (*PLACES, Place("安澜市滨江区江心乡", 0.0, 0.0, Area.REMOTE))
    assert area_of("安澜市滨江区江心乡1号", places) is Area.REMOTE
    assert area_of("安澜市滨江区望江路1号", places) is Area.URBAN


@pytest.mark.parametrize(
    ("stretch", "address", "covered"),
    [
        ("安澜市城西区建设路1号至60号", "安澜市城西区建设路16号2栋301", True),
        ("安澜市城西区建设路1号至60号", "建设路 １６ 号", True),
        ("安澜市城西区建设路1号至60号", "城西区建设路1号", True),
        ("安澜市城西区建设路1号至60号", "城西区建设路60号", True),
        ("安澜市城西区建设路1号至60号", "城西区建设路61号", False),
        ("安澜市城西区建设路1号至60号", "城西区建设路160号", False),
        ("安澜市城西区建设路1号至60号", "安澜市城西区建设路", True),
        ("安澜市城西区建设路1号至60号", "安澜市城东区建设路16号", False),
        ("安澜市城西区建设路1号至60号", "临江市城西区建设路16号", False),
        ("安澜市城西区建设路1号至60号", "江苏省安澜市城西区建设路16号", True),
        ("安澜市城西区建设路1号至60号", "安澜市城西区新建设路16号", False),
        ("安澜市城西区建设路1号至60号", "安澜市城西区幸福社区建设路16号", True),
        ("建设路1-59号单号", "建设路17号", True),
        ("建设路1-59号单号", "建设路16号", False),
        ("建设路1号到60号双号", "建设路16号", True),
        ("建设路16号", "建设路16号3栋", True),
        ("建设路16号", "建设路17号", False),
        ("安澜市滨江区望江路沿线", "望江路88号桂花园3栋2单元501", True),
        ("安澜市滨江区望江路沿线", "安澜市滨江区人民路88号", False),
        ("望江路沿线、人民路1号至9号", "人民路5号", True),
        ("望江路沿线、人民路1号至9号", "人民路15号", False),
        ("安澜市东风镇红星村", "东风镇红星村二组17号", True),
        ("安澜市东风镇红星村", "安澜市东风镇", False),
        ("安澜市东风镇", "安澜市东风镇红星村二组17号", True),
        ("安澜市滨江区桂花小区", "桂花小区3栋", True),
        ("农贸市场路1号至9号", "安澜市滨江区农贸市场路3号", True),
        ("人民大道", "安澜市城东街道人民大道5号", True),
        ("望江路沿线", "", False),
        ("", "望江路1号", False),
    ],
)
def test_what_an_outage_covers(stretch: str, address: str, covered: bool) -> None:
    assert covers(stretch, address) is covered
