"""Numbers with a form of their own: ticket numbers, phones, account numbers.

The words beside a number decide where its length does not: ten digits announced as a phone are no account.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

import phonenumbers

from bot.language.finders.corrections import Said, corrected
from bot.language.found import Found
from bot.language.hearing import sound

ACCOUNT_LENGTHS = frozenset({10, 12, 13, 16})
TICKET_LENGTHS = range(14, 18)
_WINDOW = 12
_BESIDE = {
    "phone": re.compile(
        r"电话|手机|区号|联系(?:方式|我|人)|座机|固话|拨打?|打(?:给|我|他|她|这个|那个)?(?:的|电话)?[是:：,，]?(?=$)|"
        r"回电|致电|tel|phone",
        re.I,
    ),
    "account_no": re.compile(
        r"(?:户|护|互|沪|胡|糊)(?:号|头号?)|编号|客户号|用户号|缴费号|[账帐]户|[账帐]号|户口?(?=$)|这户|那户|"
        r"用电户|交费号|卡号(?=上)|(?:购?电|用电)卡(?:的?卡?号码?)?",
        re.I,
    ),
    "ticket_no": re.compile(
        r"工单(?:编?号)?|(?<!订)(?<!运)(?<!递)单号|公单|受理(?:编?号)?|单子|报修号|(?<![A-Za-z])G[ .]?D", re.I
    ),
    "other": re.compile(
        r"银行卡|卡号(?!上)|身份证|证件|订单号?|快递单?号?|运单号?|流水|工号|表号|资产|出厂|发票(?:代码|号)|信用代码|税号|验证码|"
        r"密码|QQ|qq|条码|车牌|邮编"
    ),
}
_AFTER = {
    "phone": re.compile(r"^[,，]?(?:这个?)?(?:就?是|系)?(?:我|我的|他的|她的)?(?:手机|电话|微信同号)"),
    "account_no": re.compile(r"^[,，]?(?:这个?|就?是|系)*(?:我|我家|我的)?(?:的)?(?:户|客户编号|用户编号)"),
    "ticket_no": re.compile(r"^[,，]?(?:这个?|那个?|就?是)*(?:工单|单子|单号|报修单|的?单)"),
}
_GD = re.compile(r"(?<![A-Za-z])G[ .\-,，]?D[ .\-:：,，]*(?:号?[是为]?)[ ,，:：]*$", re.I)
_GD_MISHEARD = re.compile(r"([一-鿿])([一-鿿])[ ,，:：是]?$")
_DAY = re.compile(r"20[2-4]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_WRITTEN_DATE = re.compile(r"(?:19|20)\d\d[-,，、 ](?:0?[1-9]|1[0-2])[-,，、 ](?:0?[1-9]|[12]\d|3[01])(?!\d)")
_PART_OF_OTHER = re.compile(r"[A-Za-z]$|\d[.:]$")
# 老号…, 原来留的…: with another number of its kind in the sentence it is the one that no longer holds.
_FORMER = re.compile(r"(?:原来|原先|以前|之前|先前|老|旧)的?(?:[留写填登记用]{1,2}的?|那个)?(?:户号|电话|手机)?(?:号码?)?[是为:：]?$")
_GIVEN_UP = re.compile(r"^[,，]?(?:这个?|那个?)?(?:已经|早就?)?(?:不用了|停[用机了]|作废|注销)")
_READ_OUT = re.compile(r"(?:(?:[报念]给你|我[报念]|记一?[下好]|听好)[^0-9]{0,4}|(?:号码?|[印写登报]的)是[:： ]?)$")
_MOBILE_IN_PARTS = re.compile(r"1[3-9]\d([,，、 ])\d{4}\1\d{4}")
_SHORT = 4
# 卡号 alone may be that of a bank card, which has 16 digits and more, or of the card for buying electricity.
_BANK_CARD = 16
_CARD_NUMBER = re.compile(r"(?<!行)(?<!用)卡号[是为:： ]*$")


def find_codes(text: str, today: date) -> list[Found]:
    """Tickets (``GD`` + 14–17 digits), phones (mobile, or land line with area code), accounts (10/12/13/16 digits)."""
    if sum(c.isdigit() for c in text) < min(ACCOUNT_LENGTHS) - 2:
        return []
    found = []
    for said in corrected(text, _is_some_code):
        found += _codes_of(said, text)
    return _in_force(found, text)


def _in_force(found: list[Found], text: str) -> list[Found]:
    """Without those that the sentence itself replaces by another of their kind."""
    kept: list[Found] = []
    for code in found:
        others = [other for other in found if other.entity == code.entity and other.value != code.value]
        former = _FORMER.search(text[max(0, code.start - _WINDOW) : code.start]) or _GIVEN_UP.search(text[code.end :])
        if not (others and former):
            kept.append(code)
    return kept


def _codes_of(said: Said, text: str) -> list[Found]:
    """The best way to cut the groups of `said` into codes: most digits explained, then most codes."""
    count = len(said.groups)
    best: list[tuple[int, int, list[Found]]] = [(0, 0, [])]
    for end in range(1, count + 1):
        choices = [best[end - 1]]
        for start in range(end):
            digits = "".join(said.groups[start:end])
            if not min(ACCOUNT_LENGTHS) <= len(digits) <= TICKET_LENGTHS[-1] + 1:
                continue
            span = said.spans[start][0], said.spans[end - 1][1]
            code = _code(digits, text, *span)
            if code:
                covered, codes, before = best[start]
                choices.append((covered + len(digits), codes - (end - start), [*before, code]))
        best.append(max(choices, key=lambda choice: choice[:2]))
    return best[-1][2]


def _code(digits: str, text: str, start: int, end: int) -> Found | None:
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    if after[:1].isdigit() or (after and after[0] in "Xx块元度"):
        return None
    gd = _ends_with_gd(before)
    if gd is not None and len(digits) in TICKET_LENGTHS:
        return Found("ticket_no", "GD" + digits, start - gd, end)
    if _PART_OF_OTHER.search(before) and not re.search(r"(?<![A-Za-z])no[.:]?$", before, re.I):
        return None
    kind = _announced(before, after)
    if kind == "other" and len(digits) < _BANK_CARD and _CARD_NUMBER.search(before):
        kind = "account_no"
    if kind == "other" or (kind is None and _loose(text, start, end)):
        return None
    value = _read(digits, kind)
    if value is None:
        return None
    entity, code = value
    if entity == "phone" and text[max(0, start - 1) : start] == "+":
        start -= 1
    return Found(entity, code, start, end)


def _loose(text: str, start: int, end: int) -> bool:
    """True for digits that only look like one number: a date, or figures listed with commas in a longer sentence."""
    inside = text[start:end]
    if _WRITTEN_DATE.match(inside):
        return True
    if _READ_OUT.search(text[:start]) or _MOBILE_IN_PARTS.fullmatch(inside):
        return False
    return bool(re.search("[,，、]", inside)) and len(text) - (end - start) > _SHORT


def _ends_with_gd(before: str) -> int | None:
    """The length of a ``GD`` that ends `before`, also one heard as 几滴 or 基地."""
    written = _GD.search(before)
    if written:
        return len(before) - written.start()
    heard = _GD_MISHEARD.search(before)
    if heard and sound(heard.group(1)) == ["ji"] and sound(heard.group(2)) == ["di"]:
        return len(before) - heard.start()
    return None


def _announced(before: str, after: str) -> str | None:
    """What the words beside a number call it; the nearest word before it counts, then those after it."""
    nearest: tuple[int, int, str] | None = None
    for kind, pattern in _BESIDE.items():
        for match in pattern.finditer(before):
            place = (match.end(), match.end() - match.start(), kind)
            nearest = max(nearest, place) if nearest else place
    if nearest:
        return nearest[2]
    return next((kind for kind, pattern in _AFTER.items() if pattern.search(after)), None)


def _read(digits: str, kind: str | None) -> tuple[str, str] | None:
    length = len(digits)
    dated = bool(_DAY.match(digits))
    if length in TICKET_LENGTHS and (kind == "ticket_no" or (dated and kind is None)):
        return "ticket_no", "GD" + digits
    phone = _phone(digits)
    if phone and not (kind == "account_no" and length in ACCOUNT_LENGTHS):
        return "phone", phone
    if length not in ACCOUNT_LENGTHS or kind == "phone":
        return None
    # 400 and 800 numbers are service lines, never accounts.
    if length == min(ACCOUNT_LENGTHS) and digits[:3] in ("400", "800") and kind != "account_no":
        return None
    return "account_no", digits


@lru_cache(maxsize=1024)
def _phone(digits: str) -> str | None:
    """The national number of a customer's phone, or None: mobile, or land line with its area code."""
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and re.fullmatch(r"1[3-9]\d{9}|[1-9]\d{9,10}", digits[len(prefix) :]):
            rest = digits[len(prefix) :]
            digits = rest if rest[0] == "1" and len(rest) == 11 else "0" + rest
            break
    if not re.fullmatch(r"1[3-9]\d{9}|0[1-9]\d{8,10}", digits):
        return None
    number = phonenumbers.parse(digits, "CN")
    return digits if phonenumbers.is_valid_number(number) else None


def _is_some_code(digits: str) -> bool:
    return (
        bool(_phone(digits))
        or len(digits) in ACCOUNT_LENGTHS
        or (len(digits) in TICKET_LENGTHS and bool(_DAY.match(digits)))
    )
