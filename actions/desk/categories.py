"""First- and second-level categories of repairs, complaints and service requests, read from the description.

Names: domain facts 4.3 (complaints) and 4.4 (faults). Keyword rules, first match wins. The service goes by the trained
classifier (`actions.classes`); these are for a desk without one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from actions.desk.tickets import Kind

_Rule = tuple[str, str, str]

# The order is the argument: a charger's meter is a charger's trouble, a hum at the transformer that comes with low
# voltage is the transformer's, and "停电" alone says least, so it comes last.
_FAULTS: tuple[_Rule, ...] = (
    ("充电设施故障", "充电桩", r"充电(?:桩|站|枪)"),
    ("非电力故障", "其他单位设施", r"(?:通信|电话|网|宽带|有线电视)线|光缆|路灯|移动.?基站"),
    (
        "计量故障",
        "电能表",
        r"电表.{0,6}(?:不走|黑屏|不显示|没显示|坏|烧|太快|不准|[走转]得快)|表箱.{0,4}(?:坏|开)|[换校验]表",
    ),
    ("电能质量故障", "电压高", r"电压.{0,4}高|灯.{0,4}(?:特别亮|太亮|刺眼)"),
    ("电能质量故障", "电压波动", r"电压.{0,4}(?:不稳|忽高忽低|波动)|忽明忽暗|一闪一闪|闪烁|闪个不停|时亮时暗"),
    ("电能质量故障", "电压低", r"电压.{0,4}(?:低|不够|不足)|灯.{0,4}[暗昏]|空调.{0,4}(?:带不动|启动不了|打不开)"),
    ("高压故障", "变电设备", r"变压器|配电[房室箱]|环网柜|变电[站所]"),
    ("高压故障", "高压线路", r"高压[线电]|(?:10|35|110)\s*(?:kV|KV|kv|千伏)"),
    ("低压故障", "进户装置", r"[进入接]户线|下户线"),
    (
        "低压故障",
        "低压线路",
        r"(?:线|电缆).{0,6}(?:[掉断垂落挂]|冒火|起火|打火|烧)|[掉断垂](?:了|下来|在地上)?.{0,4}线",
    ),
    ("低压故障", "公共设备", r"电(?:线)?杆|拉线|电缆井|开关箱|分接箱"),
    ("客户内部故障", "居民内部故障", r"跳闸|空开|漏保|漏电保护|保险丝|插座|室内|家里线路|内线"),
    ("低压故障", "多户停电", r"整[栋幢个条片座]|全[村楼组镇]|小区|(?:邻居|隔壁|左邻右舍|楼上楼下).{0,6}[也都]"),
    ("低压故障", "多户停电", r"一片|好几[户家]|多户|大面积|都[停没]"),
)
_FAULT_OTHERWISE = ("低压故障", "一户停电")

_COMPLAINTS: tuple[_Rule, ...] = (
    ("服务投诉", "充电服务", r"充电[桩站]"),
    ("停送电投诉", "抢修服务", r"抢修.{0,8}(?:慢|不来|没来|没人|迟|拖|久)|没人来?修"),
    ("停送电投诉", "抢修服务", r"报了?修.{0,12}(?:没人|不来|没来|没修|几个小时)"),
    ("停送电投诉", "停送电信息公告", r"[没未不].{0,4}(?:通知|公告|说一声|打招呼).{0,6}[停断]"),
    ("停送电投诉", "停送电信息公告", r"[停断]电?.{0,8}[没未不].{0,3}(?:通知|公告|告知|说一声|打招呼)"),
    (
        "停送电投诉",
        "停电计划执行",
        r"(?:延时|提前|推迟|没按时?).{0,8}(?:停电|送电|来电)|(?:说好|停到).{0,12}没(?:来|送)电",
    ),
    ("服务投诉", "服务行为", r"态度|骂|凶|不耐烦|爱理不理|推诿|踢皮球|脏话|服务差|挂.{0,3}电话|不理人|吼"),
    ("服务投诉", "服务渠道", r"营业厅|柜台|窗口|排队|(?:热线|电话|客服).{0,6}打不通"),
    ("服务投诉", "服务渠道", r"(?:[Aa][Pp][Pp]|公众号|小程序|网站).{0,8}(?:打不开|不能用|登不上|闪退)"),
    ("营业投诉", "抄表催费", r"抄表|估抄|漏抄|催费|催缴|欠费停|短信催"),
    ("营业投诉", "电能计量", r"电表|计量|表.{0,3}(?:不准|快|坏)|[校验]表"),
    ("营业投诉", "业务收费", r"乱?收费|红包|好处费|吃拿卡要"),
    ("营业投诉", "业扩报装", r"报装|新装|装表|通电.{0,4}[慢拖]|接电"),
    ("营业投诉", "用电变更", r"过户|更名|销户|改类|变更|增容|减容"),
    ("营业投诉", "电费电价", r"电费|电价|多[收扣]|扣错|算错|账单"),
    ("电网建设投诉", "电力施工", r"施工|挖[断坏路]|线路改造|立杆|杆子.{0,6}[占挡立]|青苗|占.{0,4}地|工程队"),
    ("电网建设投诉", "供电设施", r"变压器.{0,6}(?:吵|噪|辐射|太近)|设备老化|线路老化"),
    ("电网建设投诉", "供电能力", r"(?:农网|老旧).{0,6}改造|容量不[够足]|变压器.{0,4}(?:太小|过载|不够)"),
    ("供电质量投诉", "电压质量", r"电压|忽明忽暗|灯.{0,4}[暗闪]"),
    ("供电质量投诉", "供电可靠性", r"(?:频繁|老是|经常|总是|三天两头|天天|反复|一直).{0,4}[停断跳]"),
    ("停送电投诉", "停电问题", r"停电|断电|没电|送电|来电"),
    ("服务投诉", "服务行为", r"师傅|员工|客服|人员"),
)
_COMPLAINT_OTHERWISE = ("服务投诉", "其他")

_REQUESTS: Mapping[str, str] = MappingProxyType(
    {
        "request_reconnection": "欠费复电",
        "claim_damage": "家电损坏索赔",
        "report_meter_fault": "电表校验",
        "dispute_bill": "电费核查",
        "payment_problem": "缴费异常",
        "request_invoice": "电费发票",
        "apply_new_service": "新装用电",
        "change_capacity": "增减容量",
        "transfer_account": "过户更名",
        "close_account": "销户",
        "apply_ev_charger": "充电桩报装",
        "apply_pv": "光伏并网",
        "change_tariff_plan": "电价变更",
        "update_contact": "修改联系方式",
    }
)


def _compiled(rules: tuple[_Rule, ...]) -> tuple[tuple[re.Pattern[str], tuple[str, str]], ...]:
    return tuple((re.compile(pattern), (first, second)) for first, second, pattern in rules)


_BOOKS = MappingProxyType(
    {
        Kind.REPAIR: (_compiled(_FAULTS), _FAULT_OTHERWISE),
        Kind.COMPLAINT: (_compiled(_COMPLAINTS), _COMPLAINT_OTHERWISE),
    }
)


def classify(kind: Kind, text: str) -> tuple[str, ...]:
    """(first level, second level) for a repair or complaint described by `text`; empty for the other kinds."""
    if kind not in _BOOKS:
        return ()
    rules, otherwise = _BOOKS[kind]
    return next((category for pattern, category in rules if pattern.search(text)), otherwise)


def category_of_business(business: str | None) -> tuple[str, ...]:
    """(服务申请, what it is) for the business of a service request; a variant (`apply_new_service.lv`) counts as its business."""
    return ("服务申请", _REQUESTS.get((business or "").partition(".")[0], "其他"))
