"""Readers of numbers and of what looks like one: phones, accounts, tickets, sums, sizes, mailboxes, tax numbers."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from actions.handlers.forms.flow import FlowField
from actions.handlers.forms.last4 import digits_said
from actions.handlers.forms.reading import NOTHING, Reading
from actions.handlers.forms.said import Said
from bot.language.normalise import normalise
from bot.language.numerals import to_number


def digits_of(said: Said) -> str:
    """All digits of the words."""
    return re.sub(r"\D", "", normalise(said.words).text)


_RUN = re.compile(r"\d(?:[\s-]?\d){4}")
"""Digits that stand together as those of a number do, and not as in 12月1号到3月1号."""


def read_phone(field: FlowField, said: Said, asked: bool) -> Reading:
    """A telephone number."""
    found = said.value("phone")
    if found:
        return Reading(found)
    if not asked:
        return NOTHING
    digits = digits_of(said)
    if 5 <= len(digits) <= 15 and _RUN.search(normalise(said.words).text):
        if len(digits) in (7, 8) and digits[0] not in "01":
            return Reading(wrong=f"{digits}像是座机号，请连区号一起告诉我，例如0512-{digits}；或者给我11位手机号")
        return Reading(wrong=f"手机号应该是11位、以1开头，我听到的是{len(digits)}位：{digits}")
    return NOTHING


def read_account(field: FlowField, said: Said, asked: bool) -> Reading:
    """An account number."""
    found = said.value("account_no")
    if found:
        return Reading(found)
    if not asked:
        return NOTHING
    digits = digits_of(said)
    # An account of 12 digits may begin with 0, and one of 10 digits may look like nothing else.
    if len(digits) in (10, 12, 13, 16):
        return Reading(digits)
    if len(digits) >= 5 and _RUN.search(normalise(said.words).text):
        hint = "这像是手机号，" if re.fullmatch(r"1[3-9]\d{9}", digits) else ""
        return Reading(wrong=f"{hint}户号一般是10位或13位数字，我看到的是{len(digits)}位")
    return NOTHING


def read_last4(field: FlowField, said: Said, asked: bool) -> Reading:
    """The last four digits of the phone on file."""
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


def read_ticket(field: FlowField, said: Said, asked: bool) -> Reading:
    """A ticket number."""
    found = said.value("ticket_no")
    if found:
        return Reading(found)
    if said.value("phone"):
        return NOTHING
    digits = digits_of(said)
    if asked and len(digits) >= 14:
        return Reading("GD" + digits)
    if asked and re.search(r"gd\s*\d|\d{6,}", normalise(said.words).text, re.IGNORECASE):
        return Reading(wrong="工单号是GD开头、后面跟14位以上的数字，我看到的位数不够")
    return NOTHING


def read_amount(field: FlowField, said: Said, asked: bool) -> Reading:
    """A sum of money, in yuan."""
    found = said.value("amount")
    if not found and asked and not said.value("phone") and not said.value("account_no"):
        figure = re.search(r"\d+(?:\.\d+)?", normalise(said.words).text)
        found = figure.group() if figure and len(figure.group()) <= LONGEST_SUM else None
    if not found:
        return NOTHING
    try:
        return Reading(f"{Decimal(found):.2f}")
    except InvalidOperation:
        return NOTHING


LONGEST_SUM = 9


def read_number(field: FlowField, said: Said, asked: bool) -> Reading:
    """A count or a size, with or without its unit."""
    text = normalise(_without_codes(said)).text
    behind = "|".join(re.escape(unit) for unit in field.units)
    if not asked and not behind:
        return NOTHING
    figure = r"\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万点半]+"
    said_so = re.finditer(rf"({figure})(?:个|来|多)?(?P<half>半)?(?:{behind})", text, re.IGNORECASE) if behind else ()
    found = None
    for match in said_so:
        # Of two figures the one that is not the old one: 原来8千瓦，想改成15千瓦.
        if found is None or not _OLD.search(text[max(0, match.start() - 4) : match.start()]):
            found = match
    found = found or (re.search(rf"({figure})", text) if asked else None)
    number = to_number(found.group(1)) if found else None
    if number is not None and found is not None and found.groupdict().get("half"):
        number += Decimal("0.5")  # 七个半千瓦
    return Reading(f"{number:g}") if number is not None else NOTHING


def _without_codes(said: Said) -> str:
    """The words without what is a number of another kind: 红星村二组20号 are no 20 kW."""
    words = said.words
    for entity in said.entities:
        if entity["entity"] in ("address", "account_no", "phone", "ticket_no"):
            words = words.replace(str(entity.get("text") or entity.get("value")), " ")
    return words


_OLD = re.compile(r"原来|现在|本来|以前|目前|原先|之前")


def read_email(field: FlowField, said: Said, asked: bool) -> Reading:
    """A mailbox."""
    found = re.search(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", said.words)
    if found:
        return Reading(found.group())
    return (
        Reading(wrong="邮箱里要有“@”，例如 name@qq.com")
        if asked and re.search(r"[a-z]{2}\.com", said.words)
        else NOTHING
    )


def read_tax_no(field: FlowField, said: Said, asked: bool) -> Reading:
    """A tax number."""
    plain = re.sub(r"[\s-]", "", normalise(said.words).text).upper()
    found = re.search(r"(?<![0-9A-Z])(?=[0-9A-Z]*\d)(?:[0-9A-Z]{18}|[0-9A-Z]{15}|[0-9A-Z]{20})(?![0-9A-Z])", plain)
    named = "税号" in said.words or "识别号" in said.words
    if found and (asked or named or re.search("[A-Z]", found.group())):
        return Reading(found.group())
    if (asked or named) and (near := re.search(r"[0-9A-Z]{8,25}", plain)):
        return Reading(wrong=f"税号一般是18位，我看到的是{len(near.group())}位")
    return NOTHING
