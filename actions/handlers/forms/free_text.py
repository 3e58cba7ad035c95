"""The answer in the customer's own words: what of them is content, and what belongs to other fields."""

from __future__ import annotations

import re

from actions.handlers.forms.assent import confirms
from actions.handlers.forms.flow import FlowField
from actions.handlers.forms.reading import NOTHING, Reading
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import goes_on, insults_only, without_insults


def read_text(field: FlowField, said: Said, asked: bool) -> Reading:
    """The words without insults, when they hold content of their own."""
    words = said.words
    if not words:
        return NOTHING
    if (marked := _marked(field, words)) is not None:
        return Reading(marked)
    if not asked:
        return NOTHING
    if field.marks and not re.sub(_OTHER_VALUES, "", words):
        return NOTHING  # 税号9132… is no 抬头
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
_OTHER_VALUES = r"纳税人识别号|统一社会信用代码|税号|[0-9A-Z]{15,20}|[\w.+-]+@[\w.-]+|邮箱|发到|是|为|[\W_]"
_ORGANISATION = re.compile(r"(?:^|[^一-鿿])([一-鿿（）()]{2,24}(?:有限公司|公司|餐饮店|店|厂|馆|中心|学校|医院|合作社|商行|超市|经营部|事务所|工作室|幼儿园))(?![一-鿿])")


def _marked(field: FlowField, words: str) -> str | None:
    """The value that follows one of the field's marks: 抬头是安澜市好再来餐饮店，税号…."""
    if not field.marks:
        return None
    marks = "|".join(map(re.escape, field.marks))
    found = re.search(rf"(?:{marks})(?:就|名称|名字)?(?:是|为|写|开|填|:|：)?[,， ]*([^,，。;；\s]+)", words)
    value = found.group(1) if found else ""
    if len(value) < max(field.least, 4):
        named = _ORGANISATION.search(words)
        value = named.group(1) if named else ""
    return value or None


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
