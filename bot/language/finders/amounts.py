"""Amounts of money as decimal strings with two places. Kilowatt hours, volts and counts of things are no money."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from bot.language.found import Found
from bot.language.numerals import NUMERAL, to_number

_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d{{1,2}})?|\d+(?:\.\d+)?[百千万]?\d?|{NUMERAL}+)"
_SMALL = r"[0-9零一二两三四五六七八九]"
# 一块电表, 两块光伏板: a piece of something; 一块交: together.
_PIECE = (
    r"(?!儿|电?表|板|地|屏|砖|田|肉|石|布|牌|电池|太阳|光伏|单相|三相|智能|新的?|旧的?|大的?|小的?|坏的?|去|来|办|"
    r"算|交|查|缴|跟|儿)"
)
_YUAN = re.compile(
    rf"(?P<sign>[¥￥]|RMB ?|人民币)?(?<![\d.第A-Za-z几数])(?P<number>{_NUMBER})(?P<about>来|多)?"
    rf"(?:(?:块{_PIECE}|元(?!旦|月|素|里|坊|庙|村|桥)|圆|蚊|"
    rf"塊)(?P<more>多)?(?:零(?=[一二三四五六七八九\d][毛角]))?(?P<tenths>{_SMALL}(?![{NUMERAL[1:-1]}个年月天次户度台]))?"
    rf"(?:[毛角](?P<cents>{_SMALL})?分?)?钱?(?:整)?)",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"[¥￥]\s?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?)(?![\d块元])")
_MAO = re.compile(
    rf"(?<![\d.{NUMERAL[1:-1]}])(?P<tenths>[1-9一两二三四五六七八九])(?:毛(?!病|巾|衣|线|刷|坯|孔)|角(?=钱|"
    rf"[一二三四五六七八九\d]))(?P<cents>{_SMALL}(?!{NUMERAL}(?!度)))?分?钱?"
)
_VERB = (
    r"(?:[交缴充存付扣收退欠差花转罚赔补](?:费|款|钱)?(?:了|过|我|你|他|您|它|值|进去?|上|出|给|我们|俺|的是|的|"
    r"是|个|掉|满|够|一共|总共|大概|才|就|清|完|起|都)*"
    r"|余额(?:还?有|是|剩|只剩|还剩|才)?|剩(?:下|了|余)?|还剩|电费(?:是|才|要|就|收了|花了|变成|涨到)?|(?:账|"
    r"帐)单(?:是|上)?|金额(?:是|为)?|一共|总共|涨到|涨成|变成|变到|都是|上个?月|这个?月|每个?月|一个月|往常|平时|"
    r"以前都?|收费|违约金|押金|才|就交|要)"
)
_MEASURE = (
    r"度|千瓦|瓦|伏|安|[wWvVkK]|平|米|公里|里|斤|吨|户|个|台|天|人|只|口|头|家|号|年|月|日|点|分钟|小时|次|趟|遍|"
    r"级|期|档|岁|倍|亩|间|栋|层|单元|组|队|张|份|字|位|条|根|把|盏|路|相|%|、?三|开|回|样|半|步"
)
_BARE = re.compile(
    rf"(?P<verb>{_VERB})(?:大概|差不多|将近|快|大约|约|近)?(?P<number>\d+(?:\.\d{{1,2}})?[百千万]?\d?|"
    rf"{NUMERAL}*[百千万十]{NUMERAL}*)"
    rf"(?:多|来|出头)?(?![\d.{NUMERAL[1:-1]}\-:/]|[多来几]?(?:{_MEASURE}))"
)
_SHORT = re.compile(
    rf"(?<![\d.第初几数{NUMERAL[1:-1]}])(?P<number>(?:[1-9]\d?(?:\.\d)?|"
    rf"[一二三四五六七八九两])[百千万][0-9零一二三四五六七八九十百千]*)(?P<more>多|来|"
    rf"出头)?(?![\d.{NUMERAL[1:-1]}]|[多来几]?(?:{_MEASURE}))"
)
_MONEY_TALK = re.compile(r"[交缴充存付扣收退欠赔花罚]|余额|电费|[账帐]单|钱|费|卡里|转账|金额|贵|块|元|[上这]个?月")
_VOLT_TALK = re.compile(
    r"电压|伏|[vV](?![a-zA-Z])|万用表|量了|量出|测出|测得|量[的得]|拿表|度数|用了|走了|读数|止码|示数|容量|千瓦|"
    r"变压器|水壶|功率"
)
_DIGIT_STRING = re.compile(r"[一二三四五六七八九两]{2,}")
_ALONE = re.compile(r"(?:就|是|大概|大约)*(?P<number>\d+\.\d{1,2})[吧的呀啊]*$")
_PLACES = Decimal("0.01")


def find_amounts(text: str, today: date) -> list[Found]:
    """Amounts with a unit (120块, 一百二十块五, ¥88.5, 两毛), and bare ones where money is spoken of (交了三百)."""
    found: list[Found] = []
    for finder in (_with_unit, _small_change, _after_verb, _bare):
        for amount in finder(text):
            if all(amount.end <= other.start or amount.start >= other.end for other in found):
                found.append(amount)
    return found


def _with_unit(text: str) -> list[Found]:
    found = []
    for pattern in (_SIGNED, _YUAN):
        for match in pattern.finditer(text):
            said = match.groupdict()
            number = _number(said["number"])
            if number is None or (
                said["number"] in ("一", "1") and said.get("tenths") is None and not _one_yuan(match, text)
            ):
                continue
            if said.get("tenths"):
                number += (to_number(said["tenths"]) or 0) * Decimal("0.1")
            if said.get("cents"):
                number += (to_number(said["cents"]) or 0) * Decimal("0.01")
            found.append(_amount(number, *match.span()))
    return found


def _one_yuan(match: re.Match[str], text: str) -> bool:
    """一块 is money only when the money is named or nothing follows."""
    if match.group().endswith(("钱", "元", "圆", "整", "蚊")) or match.group() == text:
        return True
    return text[match.end() : match.end() + 1] in ("", ",", "。") and text[: match.start()][-1:] in tuple(
        "交收扣退充欠差要是了共"
    )


def _small_change(text: str) -> list[Found]:
    found = []
    for match in _MAO.finditer(text):
        number = (to_number(match.group("tenths")) or Decimal(0)) * Decimal("0.1")
        number += (to_number(match.group("cents") or "0") or Decimal(0)) * Decimal("0.01")
        found.append(_amount(number, *match.span()))
    return found


def _after_verb(text: str) -> list[Found]:
    alone = _ALONE.match(text)
    if alone:
        return [_amount(Decimal(alone.group("number")), *alone.span("number"))]
    found = []
    for match in _BARE.finditer(text):
        number = _number(match.group("number"))
        if (
            number
            and not _VOLT_TALK.search(text[max(0, match.start() - 10) : match.start()])
            and not _too_long(match.group("number"))
        ):
            found.append(_amount(number, match.start("number"), match.end()))
    return found


def _bare(text: str) -> list[Found]:
    if not _MONEY_TALK.search(text) and len(text) > 6:
        return []
    found = []
    for match in _SHORT.finditer(text):
        number = _number(match.group("number"))
        if number and not _VOLT_TALK.search(text[max(0, match.start() - 10) : match.start()]):
            found.append(_amount(number, *match.span()))
    return found


def _too_long(words: str) -> bool:
    return len(words) > 7 and words.isdigit()


def _number(words: str) -> Decimal | None:
    # 三四百 is a range and 一二三 a list: neither is an amount.
    if _DIGIT_STRING.search(words) and not words.isdigit():
        return None
    return to_number(words.replace(",", ""))


def _amount(number: Decimal, start: int, end: int) -> Found:
    return Found("amount", str(number.quantize(_PLACES)), start, end)
