"""Reading an answer: the customer's words as the value that a field asks for, or the reason why not.

A reader returns a `Reading`. ``value`` set: understood. ``wrong`` set: it was meant as an answer but cannot be right; the
reason is told and the question asked again. Neither: the words were no answer to this question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Callable

from actions.handlers.forms.flow import FlowField, Option
from actions.handlers.forms.last4 import digits_said
from actions.handlers.forms.said import Said
from bot.language.addresses import looks_like_address, read_address
from bot.language.finders.dates import months_back
from bot.language.names import read_name
from bot.language.normalise import normalise
from bot.language.numerals import to_number

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


@dataclass(frozen=True)
class Reading:
    """What a reader made of the words."""

    value: str | None = None
    wrong: str | None = None

    @property
    def nothing(self) -> bool:
        """True when the words were no answer to this question."""
        return self.value is None and self.wrong is None


NOTHING = Reading()


def read_answer(field: FlowField, said: Said, *, asked: bool = True) -> Reading:
    """Read `said` as an answer to `field`.

    ``asked`` is False when the field was not the one asked for: then only a value that cannot be anything else is taken.
    """
    return _READERS[field.type](field, said, asked)


def is_yes(said: Said) -> bool:
    """A plain yes, by words, by button or by the classifier."""
    return bool(YES.match(said.words[:30])) or (said.intent == "affirm" and (said.pressed or len(said.words) <= 8))


def is_no(said: Said) -> bool:
    """A plain no."""
    return bool(NO.match(said.words[:30])) or (said.intent == "deny" and (said.pressed or len(said.words) <= 8))


def _digits(said: Said) -> str:
    return re.sub(r"\D", "", normalise(said.words).text)


def _phone(field: FlowField, said: Said, asked: bool) -> Reading:
    found = said.value("phone")
    if found:
        return Reading(found)
    if not asked:
        return NOTHING
    digits = _digits(said)
    if 5 <= len(digits) <= 15:
        if len(digits) in (7, 8) and digits[0] not in "01":
            return Reading(wrong=f"{digits}像是座机号，请连区号一起告诉我，例如0512-{digits}；或者给我11位手机号")
        return Reading(wrong=f"手机号应该是11位、以1开头，我听到的是{len(digits)}位：{digits}")
    return NOTHING


def _account(field: FlowField, said: Said, asked: bool) -> Reading:
    found = said.value("account_no")
    if found:
        return Reading(found)
    if not asked:
        return NOTHING
    digits = _digits(said)
    # An account of 12 digits may begin with 0, and one of 10 digits may look like nothing else.
    if len(digits) in (10, 12, 13, 16):
        return Reading(digits)
    if len(digits) >= 5:
        hint = "这像是手机号，" if re.fullmatch(r"1[3-9]\d{9}", digits) else ""
        return Reading(wrong=f"{hint}户号一般是10位或13位数字，我看到的是{len(digits)}位")
    return NOTHING


def _last4(field: FlowField, said: Said, asked: bool) -> Reading:
    if not asked:
        tail = re.search(r"(?:尾号|后四位|末四位|后4位|末4位)[是为:：,， ]*(\d{4})(?!\d)", normalise(said.words).text)
        return Reading(tail.group(1)) if tail else NOTHING
    if said.value("account_no"):
        return NOTHING
    digits = digits_said(said.words)
    if len(digits) == 4:
        return Reading(digits)
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return Reading(digits[-4:])
    if digits:
        return Reading(wrong=f"只要预留手机号的最后4位数字，我看到的是{len(digits)}位")
    return NOTHING


def _ticket(field: FlowField, said: Said, asked: bool) -> Reading:
    found = said.value("ticket_no")
    if found:
        return Reading(found)
    if said.value("phone"):
        return NOTHING
    digits = _digits(said)
    if asked and len(digits) >= 14:
        return Reading("GD" + digits)
    if asked and re.search(r"gd\s*\d|\d{6,}", normalise(said.words).text, re.IGNORECASE):
        return Reading(wrong="工单号是GD开头、后面跟14位以上的数字，我看到的位数不够")
    return NOTHING


def _address(field: FlowField, said: Said, asked: bool) -> Reading:
    if said.pressed:
        return NOTHING
    if asked:
        found = read_address(said.words)
        if found:
            return Reading(found)
        if looks_like_address(said.words) or (
            2 <= len(said.words) <= 40 and re.search(r"[村镇乡路街区楼栋号院里组]", said.words)
        ):
            return Reading(wrong="这个地址还不够师傅找到门，请说到小区楼栋门牌，或者乡镇、村和组")
        return NOTHING
    found = said.value("address")
    return Reading(found) if found else NOTHING


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
    number = re.fullmatch(r"(\d{1,2})", _digits(said)) if asked else None
    if number and 1 <= int(number.group(1)) <= 12:
        return Reading(_latest(int(number.group(1)), said.now.date()))
    return NOTHING


def _latest(month: int, today: date) -> str:
    year = today.year if month <= today.month else today.year - 1
    return f"{year:04d}-{month:02d}"


def _date(field: FlowField, said: Said, asked: bool) -> Reading:
    found = said.value("date")
    return (
        Reading(found)
        if found
        else (
            Reading(said.words)
            if asked and re.search(r"今天|昨天|前天|刚才|刚刚|早上|晚上|上午|下午|月|号|日|点", said.words)
            else NOTHING
        )
    )


def _amount(field: FlowField, said: Said, asked: bool) -> Reading:
    found = said.value("amount") or (_digits(said) if asked else None)
    if not found:
        return NOTHING
    try:
        return Reading(f"{Decimal(found):.2f}")
    except InvalidOperation:
        return NOTHING


def _choice(field: FlowField, said: Said, asked: bool) -> Reading:
    pressed = said.value("choice")
    for option in field.options:
        if pressed == option.value:
            return Reading(option.value)
    words = said.words
    hits = _named(field, words)
    if len(hits) > 1:
        # 不是店铺，是工厂 names both and means one.
        hits = _named(field, _NOT_THAT.sub("", words)) or hits
    if not hits and asked and len(words) >= 2:
        hits = [o for o in field.options if words in o.title]
    if len(hits) == 1 and (asked or len(words) > 2):
        return Reading(hits[0].value)
    if asked and len(hits) > 1:
        return Reading(wrong="您说了" + "和".join(o.title for o in hits) + "，一次请选一个")
    if asked:
        numbered = re.fullmatch(r"(?:第)?([1-9一二三四五六七八九])(?:个|项|种)?", words)
        if numbered:
            at = "一二三四五六七八九".find(numbered.group(1)) + 1 or int(numbered.group(1))
            if at <= len(field.options):
                return Reading(field.options[at - 1].value)
    return NOTHING


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


def _number(field: FlowField, said: Said, asked: bool) -> Reading:
    text = normalise(said.words).text
    behind = "|".join(re.escape(unit) for unit in field.units)
    if not asked and not behind:
        return NOTHING
    figure = r"\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万点半]+"
    found = re.search(rf"({figure})(?:个|来|多)?(?:{behind})", text, re.IGNORECASE) if behind else None
    found = found or (re.search(rf"({figure})", text) if asked else None)
    number = to_number(found.group(1)) if found else None
    return Reading(f"{number:g}") if number is not None else NOTHING


def _text(field: FlowField, said: Said, asked: bool) -> Reading:
    words = said.words
    if not asked or not words:
        return NOTHING
    if len(re.sub(r"\W", "", words)) < max(field.least, 1):
        return Reading(wrong="请再说具体一点")
    return Reading(words)


_READERS: dict[str, Callable[[FlowField, Said, bool], Reading]] = {
    "phone": _phone,
    "account_no": _account,
    "phone_last4": _last4,
    "ticket_no": _ticket,
    "address": _address,
    "person_name": _name,
    "month": _month,
    "date": _date,
    "amount": _amount,
    "choice": _choice,
    "yes_no": _yes_no,
    "number": _number,
    "text": _text,
}


def default_value(field: FlowField, today: date) -> str | None:
    """The value a skipped field takes."""
    return months_back(today, 1) if field.default == "last_month" else field.default
