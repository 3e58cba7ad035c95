"""Names of people inside a sentence."""

from __future__ import annotations

import re
from datetime import date

from bot.language.found import Found
from bot.language.names import DOTTED, is_name, name_at, read_name, surname_of
from bot.language.ruler import SURE, marks
from bot.language.surnames import COMPOUND_SURNAMES, USUAL_SURNAMES

_ANY_SURNAME = rf"(?:{'|'.join(COMPOUND_SURNAMES)}|[一-鿿])"
_SURNAME = (
    re.compile(
        rf"(?:我|俺|免贵|户主|业主|联系人|他|她|[,，]|"
        rf"^)(?:免贵)?姓(?!名)(?P<name>{_ANY_SURNAME})(?=[的,，。啊呀住家想要\d]|先生|女士|电话|$)"
    ),
    re.compile(rf"姓(?!名)(?P<name>{_ANY_SURNAME})的(?=师傅|[人小大老,，]|同志|态度|客服|营业|$)"),
)
_BEFORE_DOTTED = re.compile(r"^.*(?:我叫|名字是|姓名是|户名是?|户主是?|联系人是?|姓名|名字|叫|是|给|为|成)")
_BARE = (
    # 曹雪梅申请的过户, 孙志强名下那户, 赵春梅家的
    re.compile(
        r"(?:^|[,，。 查给替帮])(?P<name>[一-鿿]{2,4}?)(?=(?:名下|申请的|报的|办的|那户|家的|这个户|的户|户上|"
        r"写成))"
    ),
    re.compile(r"^(?P<name>[一-鿿]{2,4})[,，、 ]+(?=\d|电话|手机|户号|尾号|地址|[一-鿿]{1,2}是姓|[一-鿿]{1,2}字|中间)"),
    re.compile(r"[,，。](?P<name>[一-鿿]{3})[。]?$"),
    re.compile(r"(?:由|从|把|将)(?P<name>[一-鿿]{2,4}?)(?=改|变更|换成|过户|转|的名)"),
    re.compile(
        r"(?:转给|过给|改给|变更为|变更成|更名为|换给|转到|过到)(?P<name>[一-鿿]{2,4}?)(?=$|[,，。]|名下|的|头上|"
        r"吧)"
    ),
    re.compile(r"(?:[,，]|名)叫(?P<name>[一-鿿]{2,4})(?=$|[,，。])"),
    re.compile(
        r"(?:表扬|夸|感谢|谢谢|投诉)(?:一?下|你们的?|那个|这个)*(?P<name>[一-鿿]{3})(?=师傅|同志|客服|经理|这个人)"
    ),
    re.compile(r"写(?P<name>[一-鿿]{2,4}?)(?=就行|就好|就可以|吧|的名字)"),
)
_FAMILIAR = re.compile(
    r"(?:联系人|找|叫我|我是|称呼我?|替)(?:是|叫)?(?P<name>[老小][一-鿿])(?=[,，。啊就]|$|电话|\d|申请)"
)
# 方师傅 in 地方师傅, 谢大姐 in 谢谢大姐: a surname that is or ends a word counts only where a name can begin.
_MAY_BE_WORD = frozenset("方钟谢安时常和高包成单明宁车古花温白江")
_NAME_MAY_BEGIN = re.compile(r"(?:^|[,，。 ]|是|找|叫|姓|给|让|问|跟|请|那个|和|的|你好|您好)$")
_AFTER_NAME = tuple(",，。( 申的交那开名非很特真耐修态写打")
_GAP = re.compile(r"[:：是为叫,， ]{0,2}")
_LONGEST_BARE = 8


def find_names(text: str, today: date) -> list[Found]:
    """Names that are announced (我叫王敏, 户主是欧阳建国), titled (陈女士), dotted, or stand alone."""
    spans: list[tuple[int, int]] = []
    for mark in marks(text):
        if mark.label == "announcing":
            spans += _announced(text, mark.end, sure=mark.text in SURE)
        elif mark.label == "titled" and _begins_here(text, mark.start):
            spans.append((mark.start, mark.end))
    spans += [_dotted(m) for m in DOTTED.finditer(text)]
    spans += [m.span("name") for pattern in _SURNAME for m in pattern.finditer(text) if surname_of(m.group("name"))]
    spans += [m.span("name") for pattern in _BARE for m in pattern.finditer(text) if is_name(m.group("name"))]
    spans += [m.span("name") for m in _FAMILIAR.finditer(text) if m.group("name")[1] in USUAL_SURNAMES]
    if not spans and len(text) <= _LONGEST_BARE:
        name = read_name(text)
        if name and name in text and (name != text or is_name(name) or not is_name(name, asked=True)):
            spans.append((text.index(name), text.index(name) + len(name)))
    # 姓孙，孙大伟: the whole name says more than the surname.
    spans = [span for span in spans if span[0] < span[1]]
    spans = [s for s in spans if s[1] - s[0] > 1 or not any(text[a] == text[s[0]] and b - a > 1 for a, b in spans)]
    found: list[Found] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not found or start >= found[-1].end:
            found.append(Found("person_name", text[start:end], start, end))
    return found


def _begins_here(text: str, at: int) -> bool:
    if text[at] not in _MAY_BE_WORD:
        return True
    greeted = text[at] == "谢" and at == 0
    return not greeted and bool(_NAME_MAY_BEGIN.search(text[:at]))


def _dotted(match: re.Match[str]) -> tuple[int, int]:
    before = _BEFORE_DOTTED.match(match.group())
    return match.start() + (before.end() if before else 0), match.end()


def _announced(text: str, at: int, *, sure: bool) -> list[tuple[int, int]]:
    gap = _GAP.match(text, at)
    span = name_at(text, gap.end() if gap else at, announced=sure)
    # 我是许文军，…: without a sure announcement the name must end where a name ends.
    if span is None or not (sure or span[1] == len(text) or text[span[1]] in _AFTER_NAME):
        return []
    return [span]
