"""Addresses and phone numbers told in pieces, or corrected in part: 3栋, then 2单元501; 不对，是五栋; 尾号是3333; 138, then 1234."""

from __future__ import annotations

import re

from actions.handlers.forms.flow import Flow, FlowField
from actions.handlers.forms.heard import CORRECTION
from actions.handlers.forms.numbers import digits_of
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.values import put
from bot.language.normalise import normalise

_NUMBER = r"(?:\d{1,4}|[一二两三四五六七八九十百]{1,4}|[A-Za-z甲乙丙丁东西南北])"
_PART = re.compile(
    rf"(?P<team>{_NUMBER}(?:组|队|社))|(?P<house>{_NUMBER}(?:栋|幢|座|号楼|号院))|(?P<number>{_NUMBER}(?:号|弄)(?!楼|院))|"
    rf"(?P<unit>{_NUMBER}(?:单元|门洞))|(?P<floor>{_NUMBER}(?:层|楼))|(?P<room>{_NUMBER}(?:室|房|户))"
)
_RANKS = ("team", "number", "house", "unit", "floor", "room")
_LEADING = re.compile(r"^(?:不对|不是|错了|说错了|搞错了|哦|噢|哎|啊|嗯|对了|还有|应该|改成|改为|就?是|在|我?家|我们|那个|[,，。、 ])+")
_LANDMARK = re.compile(r"^[,，、 ]*[\w ]{0,10}(?:边边?|旁边?|对面|后面|前面|门口|附近|那家|那栋|隔壁|上面|下面)[的呢啊嘛]*$")
_BESIDE = re.compile(r"^的?(?:对面|旁边?|后面|前面|隔壁|附近|边边?|斜对)")
_TAIL = re.compile(r"(?:尾号|最后(?:四位|几位)?|后四位|末四位|后4位|末尾)(?:数|号)?(?:应该)?(?:是|改成|为|:|：)?[,， ]*(\d{2,6})(?!\d)")
_SPELLS = re.compile(r"[\d\s\W]|电话|手机|号码?|我|念|给你|你|记|一下|嘛|是|就|的|前面|然后|再|后面|接着|完了|幺|喽|咯|呢|啊|了|嗯|来|好")
MOBILE = 11
LONGEST_PIECE = 8


def placed(flow: Flow, state: FlowState, said: Said) -> list[str]:
    """The address with the piece that these words add to it or correct in it; the names of the fields changed."""
    item = _known(flow, state, "address")
    if item is None or said.pressed or len(said.words) > 30:
        return []
    whole = state.values[item.name]
    words = normalise(said.words).text
    if (corrected := _exchanged(words, whole)) is not None:
        put(state, item, corrected)
        return [item.name]
    words = _rather(words)
    parts, rest = _parts(normalise(_LEADING.sub("", words)).text, whole)
    if not parts or (rest and not _LANDMARK.match(rest)):
        return []
    if rest and _BESIDE.match(rest):
        put(state, item, f"{whole}（{_LEADING.sub('', said.words).strip()}）")
        return [item.name]  # 十三号楼对面那栋 is beside another house
    corrects = CORRECTION.search(said.words) is not None
    for rank, text in parts:
        # 望江路88号桂花园, then 3号: another number than that of the street.
        another = _RANKS[rank] == "number" and not corrects
        whole = whole + text if another and any(_rank(p) == rank for p in _PART.finditer(whole)) else _with(whole, rank, text)
    whole += rest.strip(" ,，、")
    if whole == state.values[item.name]:
        return []
    put(state, item, whole)
    return [item.name]


_ANY_PART = re.sub(r"\?P<\w+>", "?:", _PART.pattern)
_THIS_NOT_THAT = re.compile(rf"(?:是|改成|改为)(?P<this>{_ANY_PART})[,， ]*不是(?:{_ANY_PART})")
_NOT_THAT_BUT = re.compile(rf"不是(?:{_ANY_PART})[,， ]*(?:而|应该)?是(?P<this>{_ANY_PART})")
_NOT_WORDS_BUT = re.compile(r"不是(?P<that>[^,，。不是]{2,12})[,， ]*(?:而|应该)?是(?P<this>[^,，。不是吗么呢?？]{2,12})[的啊呀哦。!！]*$")
_SHOULD_BE = re.compile(rf"(?:应该是|改成|改为|是)(?P<this>(?:{_ANY_PART})+)$")


def _exchanged(words: str, whole: str) -> str | None:
    """The address with what is said not to be in it exchanged: 不是第二排，是第三排; None when it does not hold that."""
    found = _NOT_WORDS_BUT.search(words)
    return whole.replace(found["that"], found["this"]) if found is not None and found["that"] in whole else None


def _rather(words: str) -> str:
    """What holds of 楼号说错了，是1栋不是2栋, of 不是2栋，是1栋 and of 楼号错了，应该是1栋: 1栋."""
    found = _THIS_NOT_THAT.search(words) or _NOT_THAT_BUT.search(words)
    if found is None and CORRECTION.search(words):
        found = _SHOULD_BE.search(words)
    return found["this"] if found else words


def _parts(text: str, whole: str) -> tuple[list[tuple[int, str]], str]:
    """The pieces at the beginning of the words, as rank and text, and what follows them."""
    found, at = [], 0
    while (part := _PART.match(text, at)) is not None:
        found.append((_RANKS.index(str(part.lastgroup)), part.group()))
        at = part.end()
        while at < len(text) and text[at] in " ,，、":
            at += 1
    bare = re.match(r"\d{3,4}(?!\d)", text[at:])
    inside = found[-1][0] if found else max((_rank(p) for p in _PART.finditer(whole)), default=0)
    if bare is not None and _RANKS.index("house") <= inside < _RANKS.index("room"):
        found.append((_RANKS.index("room"), bare.group()))
        at += bare.end()
    return found, text[at:]


def _rank(part: re.Match[str]) -> int:
    return _RANKS.index(str(part.lastgroup))


def _with(whole: str, rank: int, text: str) -> str:
    """The address with one piece in its place: instead of the one of its kind, else before the first of a finer kind."""
    there = list(_PART.finditer(whole))
    same = next((p for p in there if _rank(p) == rank), None)
    if same is not None:
        return whole[: same.start()] + text + whole[same.end() :]
    finer = next((p for p in there if _rank(p) > rank), None)
    at = finer.start() if finer is not None else len(whole)
    return whole[:at] + text + whole[at:]


def retailed(flow: Flow, state: FlowState, said: Said) -> list[str]:
    """The phone with the last digits that these words give anew; the names of the fields changed."""
    item = _known(flow, state, "phone")
    found = _TAIL.search(normalise(said.words).text)
    if item is None or found is None or said.value("phone"):
        return []
    phone = state.values[item.name]
    corrected = phone[: -len(found.group(1))] + found.group(1)
    if corrected == phone:
        return []
    put(state, item, corrected)
    return [item.name]


def spelled(asked: FlowField, state: FlowState, said: Said) -> str | None:
    """The digits of a mobile number told so far, when this turn only spells some of them; None when it does not."""
    digits = digits_of(said)
    if asked.type != "phone" or not 2 <= len(digits) <= LONGEST_PIECE or _SPELLS.sub("", normalise(said.words).text):
        return None
    joined = state.spelled + digits
    if not joined.startswith("1") or len(joined) > MOBILE:
        joined = digits
    state.spelled = joined if joined.startswith("1") else ""
    return state.spelled or None


def _known(flow: Flow, state: FlowState, kind: str) -> FlowField | None:
    return next((f for f in flow.fields if f.type == kind and f.name in state.values and f.name not in state.on_file), None)
