"""Reading an answer: the customer's words as the value that a field asks for, or the reason why not.

A reader returns a `Reading`. ``value`` set: understood. ``wrong`` set: it was meant as an answer but cannot be right; the
reason is told and the question asked again. Neither: the words were no answer to this question.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Callable

from actions.handlers.forms.flow import FlowField, Option
from actions.handlers.forms.numbers import (
    digits_of,
    read_account,
    read_amount,
    read_email,
    read_last4,
    read_number,
    read_phone,
    read_tax_no,
    read_ticket,
)
from actions.handlers.forms.reading import NOTHING, Reading
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import goes_on, insults_only, without_insults
from bot.language.finders.dates import months_back
from bot.language.names import read_name
from bot.language.normalise import normalise
from bot.language.places import looks_like_address, read_address

CLEAR_NO_YES = re.compile(r"有|错|不|没|无|改|[?？\d]|吗|呢$|要是|怎么|咋|多久")
"""In an answer that the classifier alone takes for a yes: rather not one."""
_ALL_WELL = re.compile(r"没(?:有)?(?:什么问题|问题|错|毛病|意见)")
__all__ = ["NOTHING", "Reading"]

YES = re.compile(
    r"^(?:这回|这下|这次|现在|嗯|那|行了|好了|[,，、 ])*(?:对+|是+|是的|对的|嗯+|恩+|好+|好的|好嘞|好呀|可以|可以的|行|行的|行吧|中|要得|确认|确定|没错|没有错|没问题|没有问题|正确|提交|同意|ok|okay|yes|"
    r"系|係|系啊|对头|是这样|就这样|就是|要|要的|需要|有|有的|确认提交|赶紧|赶快|报吧|提交吧|办吧|晓得了|得)[了啊呀吧呢哦噢嘛的哈喽啦]*(?:[,，。!！~ ]*(?:谢谢|麻烦.*|快点.*|对的|是的|没错|确认|提交))*[。!！~,，. ]*$",
    re.IGNORECASE,
)
NO = re.compile(
    r"^(?:不+|不是|不是的|不对|不行|不要|不用|不用了|不需要|没有|没|没得|冇|唔係|不系|否|no|错了|有错|不正确|不同意|别|算了不)[了啊呀吧呢哦噢嘛的哈啦]*[。!！~,，. ]*$",
    re.IGNORECASE,
)
UNKNOWN = re.compile(
    r"不知道|不晓得|晓不得|不清楚|不记得|记不得|记不住|忘了|忘记|忘掉|找不到|没记|唔知|勿晓得|不造|想不起|没有户号|没带|不会看|哪里看|在哪看|哪儿看|怎么看"
)


def read_answer(field: FlowField, said: Said, *, asked: bool = True) -> Reading:
    """Read `said` as an answer to `field`.

    ``asked`` is False when the field was not the one asked for: then only a value that cannot be anything else is taken.
    """
    return _READERS[field.type](field, said, asked)


def is_yes(said: Said) -> bool:
    """A plain yes, by words, by button or by the classifier."""
    return bool(YES.match(said.words[:30])) or (said.intent == "affirm" and (said.pressed or len(said.words) <= 8))


def confirms(said: Said) -> bool:
    """A yes that files: clear words or the button. 有 is not one: beside a button 有错要改 it may well mean that something is wrong."""
    if said.pressed:
        return said.intent == "affirm"
    if re.fullmatch(r"(?:有|要|需要|是有|有的)[了啊呀吧呢的,，。!！ ]*", said.words):
        return False
    classified = said.intent == "affirm" and said.confidence >= CLEARLY and len(said.words) <= 8
    return bool(YES.match(said.words[:30])) or (classified and not CLEAR_NO_YES.search(_ALL_WELL.sub("", said.words)))


CLEARLY = 0.8
"""Confidence from which the classifier's yes is one without the words for it."""


def is_no(said: Said) -> bool:
    """A plain no."""
    return bool(NO.match(said.words[:30])) or (said.intent == "deny" and (said.pressed or len(said.words) <= 8))


def _address(field: FlowField, said: Said, asked: bool) -> Reading:
    if said.pressed:
        return NOTHING
    if asked:
        if _AT_HOME.search(said.words):
            return NOTHING
        found = read_address(said.words)
        if found:
            return Reading(found)
        if looks_like_address(said.words) or (
            2 <= len(said.words) <= 40
            and re.search(r"[村镇乡路街区楼栋院组]|\d号", said.words)
            and not _OF_POWER.search(said.words)
        ):
            return Reading(wrong="这个地址还不够师傅找到门，请说到小区楼栋门牌，或者乡镇、村和组")
        return NOTHING
    found = said.value("address")
    return Reading(found) if found else NOTHING


_AT_HOME = re.compile(
    r"^(?:就?在)?(?:我们?|俺们?|咱们?)?(?:家|屋)?(?:里|院子里?|院里|屋里|门口|楼下|这里|这儿|那里)[了呢啊呀的。!！]*$"
)
"""A place that nobody else can find: 在我家院子里."""
_OF_POWER = re.compile(r"的$|[有没停来断]了?电|都有|都没|都停|没有|就我|只有")
"""Words about who has power that hold a place (整栋楼都没电): no address."""


def _name(field: FlowField, said: Said, asked: bool) -> Reading:
    found = said.value("person_name") or (read_name(said.words) if asked else None)
    return Reading(found) if found else NOTHING


def _month(field: FlowField, said: Said, asked: bool) -> Reading:
    found = said.value("month")
    if found:
        if found > said.now.strftime("%Y-%m"):
            return Reading(wrong="这个月份还没到，请说一个已经过去的月份")
        return Reading(found)
    days = said.value("date")
    if days:
        return Reading(days[:7])
    number = re.fullmatch(r"(\d{1,2})", digits_of(said)) if asked else None
    if number and 1 <= int(number.group(1)) <= 12:
        return Reading(_latest(int(number.group(1)), said.now.date()))
    return NOTHING


def _latest(month: int, today: date) -> str:
    year = today.year if month <= today.month else today.year - 1
    return f"{year:04d}-{month:02d}"


def _date(field: FlowField, said: Said, asked: bool) -> Reading:
    found = said.value("date")
    if found:
        return Reading(found)
    if asked and len(said.words) <= LONGEST_DAY and _DAY.search(said.words):
        return Reading(said.words)
    return NOTHING


LONGEST_DAY = 20
_DAY = re.compile(
    r"今天|昨天|前天|刚才|刚刚|早上|晚上|上午|下午|\d月|月份|\d号|\d日|\d点|周[一二三四五六日末]|星期|礼拜|年底|月初|月底|上个月"
)


def _choice(field: FlowField, said: Said, asked: bool) -> Reading:
    pressed = said.value("choice")
    for option in field.options:
        if pressed == option.value:
            return Reading(option.value)
    words = _without_place(said)
    hits = _named(field, words)
    if len(hits) > 1:
        # 不是店铺，是工厂 names both and means one.
        hits = _named(field, _NOT_THAT.sub("", words)) or hits
    if not hits and (moved := _moved(words)) is not None:
        hits = [o for o in field.options if o.change == moved]
    if not hits and asked and len(words) >= 2:
        hits = [o for o in field.options if words in o.title]
    if len(hits) == 1 and (asked or len(words) > 2 or words == hits[0].title):
        return Reading(hits[0].value)
    if len(hits) > 1 and field.otherwise:
        return Reading(field.otherwise)
    if asked and len(hits) > 1:
        return Reading(wrong="您说了" + "和".join(o.title for o in hits) + "，一次请选一个")
    if asked:
        numbered = re.fullmatch(r"(?:第)?([1-9一二三四五六七八九])(?:个|项|种)?", words)
        if numbered:
            at = "一二三四五六七八九".find(numbered.group(1)) + 1 or int(numbered.group(1))
            if at <= len(field.options):
                return Reading(field.options[at - 1].value)
    return NOTHING


def _without_place(said: Said) -> str:
    """The words without the address in them: a shop may lie on 工业路. An address alone stays as it is."""
    place = next((str(e.get("text") or e["value"]) for e in said.entities if e["entity"] == "address"), "")
    rest = said.words.replace(place, "") if place else said.words
    return rest if rest.strip(" ，,。") else said.words


_FROM_TO = re.compile(
    r"(?:从|原来|现在|本来|以前|目前|原先|以前是)?.{0,4}?(\d+(?:\.\d+)?)(?:个)?(?:千瓦|kw|千伏安|kva|安|a).{0,12}?(?:改|换|到|变|升|降|加|减|要|成).{0,6}?(\d+(?:\.\d+)?)",
    re.IGNORECASE,
)


def _moved(words: str) -> str | None:
    """``up`` or ``down`` when a size is said to go from one figure to another: 原来8千瓦，想改成15千瓦."""
    found = _FROM_TO.search(normalise(words).text)
    if found is None or float(found.group(1)) == float(found.group(2)):
        return None
    return "up" if float(found.group(2)) > float(found.group(1)) else "down"


def _named(field: FlowField, words: str) -> list[Option]:
    """The options named in the words. Of two names of which one contains the other (不是, 是) the longer one counts."""
    found = {}
    for option in field.options:
        names = [name for name in (option.title, *option.also) if _says(words, name)]
        if names:
            found[option.value] = (option, max(names, key=len))
    return [
        option
        for option, name in found.values()
        if not any(name != other and name in other for _, other in found.values())
    ]


_NOT_THAT = re.compile(r"(?:不是|不要|不办|别办|不)[^，,。、]{1,12}[，,。、]")


def _says(words: str, name: str) -> bool:
    """Whether the words hold this name; a figure (380) does not count inside a longer one (13800138000)."""
    return name in words if not name.isdigit() else bool(re.search(rf"(?<!\d){name}(?!\d)", words))


def _yes_no(field: FlowField, said: Said, asked: bool) -> Reading:
    if not asked:
        return NOTHING
    if is_yes(said):
        return Reading("yes")
    return Reading("no") if is_no(said) else NOTHING


def _text(field: FlowField, said: Said, asked: bool) -> Reading:
    words = said.words
    if not words:
        return NOTHING
    if (marked := _marked(field, words)) is not None:
        return Reading(marked)
    if not asked:
        return NOTHING
    if insults_only(words):
        return Reading(wrong="很抱歉让您生气了，请说说是什么事，我如实记下来")
    values = is_only_values(said) and not (field.check == "bill_months" and said.value("month"))
    if values or goes_on(words) or (len(words) <= SHORT_YES and confirms(said)):
        return NOTHING  # a phone number is no complaint
    words = without_insults(words)
    if len(re.sub(r"\W", "", words)) < max(field.least, 1):
        return Reading(wrong="请再说具体一点")
    return Reading(words)


SHORT_YES = 4


def _marked(field: FlowField, words: str) -> str | None:
    """The value that follows one of the field's marks: 抬头是安澜市好再来餐饮店，税号…."""
    if not field.marks:
        return None
    marks = "|".join(map(re.escape, field.marks))
    found = re.search(rf"(?:{marks})(?:就|名称|名字)?(?:是|为|写|开|填|:|：)?[,， ]*([^,，。;；\s]+)", words)
    value = found.group(1) if found else ""
    return value if len(value) >= max(field.least, 4) else None


def is_only_values(said: Said) -> bool:
    """Whether the words are nothing but numbers that belong to other fields: a phone, an account, a ticket."""
    rest = said.words
    for entity in said.entities:
        if entity["entity"] in ("phone", "account_no", "ticket_no", "month"):
            rest = rest.replace(str(entity.get("text") or entity.get("value")), "")
    if not said.words or not (said.entities or re.search(r"\d{5}", said.words)):
        return False
    rest = re.sub(r"[\d\W_]|电话|手机|号码?|户号|工单|我的|是|就|的|那个|那|月份?|说|了|呀|啊", "", rest)
    return not rest


_READERS: dict[str, Callable[[FlowField, Said, bool], Reading]] = {
    "phone": read_phone,
    "account_no": read_account,
    "phone_last4": read_last4,
    "ticket_no": read_ticket,
    "address": _address,
    "person_name": _name,
    "month": _month,
    "date": _date,
    "amount": read_amount,
    "choice": _choice,
    "yes_no": _yes_no,
    "number": read_number,
    "text": _text,
    "email": read_email,
    "tax_no": read_tax_no,
}


def default_value(field: FlowField, today: date) -> str | None:
    """The value a skipped field takes."""
    return months_back(today, 1) if field.default == "last_month" else field.default
