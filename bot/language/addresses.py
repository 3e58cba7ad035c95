"""Chinese addresses without a gazetteer: their parts are known by their last words, their names by where others end.

``address_spans`` finds addresses inside a sentence; ``read_address`` reads an answer to “地址是哪里”.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.language import place_words as words
from bot.language.normalise import normalise

_NAMED = {
    "city": words.CITY, "district": words.DISTRICT, "town": words.TOWN, "community": words.COMMUNITY,
    "village": words.VILLAGE, "estate": words.ESTATE, "road": words.ROAD, "avenue": words.AVENUE,
    "landmark": words.LANDMARK,
}  # fmt: skip
_WEAK = {"hamlet": words.HAMLET, "estate_short": words.ESTATE_SHORT}
_LAST_RESORT = {"estate_any": words.ESTATE_ANY}
_NUMBERED = {
    "building": words.BUILDING, "unit": words.UNIT, "group": words.GROUP, "lane": words.LANE, "house": words.HOUSE,
    "floor": words.FLOOR,
}  # fmt: skip
# Only after another part: 501 alone is a number, 对面 alone is nowhere.
_FOLLOWING = {
    "room": words.ROOM, "phase": words.PHASE, "underground": words.UNDERGROUND, "crossing": words.CROSSING,
    "dwelling": words.DWELLING, "beside": words.PLACE_BESIDE, "that_one": words.THAT_ONE,
}  # fmt: skip


def _compiled(patterns: dict[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    return [(kind, re.compile(pattern)) for kind, pattern in patterns.items()]


_NAMED_PATTERNS, _WEAK_PATTERNS = _compiled(_NAMED), _compiled(_WEAK)
_LAST_PATTERNS = _compiled(_LAST_RESORT)
_NUMBERED_PATTERNS, _FOLLOWING_PATTERNS = _compiled(_NUMBERED), _compiled(_FOLLOWING)
_SHOPS = {"beside": re.compile(words.SHOP_BESIDE), "house": re.compile(words.SHOP_AT_DOOR)}
_JOINED_ROADS = re.compile("与|和|跟|、")
_BLANK = re.compile("[,，、 ]")
_IN = re.compile(r"(?:小区叫|小区是|在|住|搁|勒|喺|位于|位置|地址|地点|住址)(?:是|就是|为|:|：|就在|填|写|在)*$")
_OFFICE = re.compile("供电|电力|公司|政府|人(?!民)|局|的(?:供电|电力)|市民|那?里的电|电价|规定|政策")
_FAULT = re.compile("停电|没电|断电|断了|冒|火|掉|倒|漏电|触电|电线|电杆|变压器|电压|跳闸|一闪|报修")
_TOLD = re.compile(
    "有人|全村|全队|全组|停|没电|没得电|断电|冇电|电压|的线|来电|整个|几户|今天|昨|又|一直|电线|电杆|变压器|灯杆|"
    "路灯|电箱|红绿灯|着火|冒|漏"
)
_OUR_OFFICE = re.compile("(?![去进打投透跑两趟上镇乡县市村他她附你这那])[一-鿿]{2,3}(?:营业厅|供电所)")
_DOING = re.compile("开(?!发)|[偷用做办搞个里]")
_FAMILY_HAMLET = re.compile(
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戴莫孔向汤][庄屯寨坳坪湾沟岭店集]"
)
_FAMILY_PLACE = re.compile(r".{1,3}家.$")
_SURE = frozenset({"city", "district", "town", "community", "village", "estate", "road", "avenue"})
_DOORS = frozenset({"building", "unit", "house", "room", "floor", "group", "lane", "underground", "phase"})
_SPOTS = frozenset({"beside", "that_one", "crossing"})
# After a town any character may begin a village's name: 来龙村, 有为路.
_MAY_BEGIN = re.compile("[来有不才都会从太真看想那和能]")
_AREAS = frozenset({"city", "district", "town", "community"})
_ANY_SHOP = re.compile("[饭商酒面药网]店|商铺|店铺|门面|超市|宾馆|饭馆|酒楼|公司|物业|红绿灯|仓库|停车场")
_OF = re.compile("的(?:业主|住户|居民|租户|租客|商户|村民|房子|店)")
_KEPT_GENERIC = re.compile("(?:开发|高新|工业|工业新|新|牧|林|库|老城|新城|城|矿)区|农场|林场|牧场|.*园区?|桥头")


@dataclass(frozen=True)
class Part:
    """One part of an address: a road, a village, a house number."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def generic(self) -> bool:
        """True for words that only look like a name: 小区, 马路, 农村."""
        return self.kind in _ALL_NAMED and self.kind != "landmark" and bool(words.GENERIC.fullmatch(self.text))


_ALL_NAMED = frozenset(_NAMED) | frozenset(_WEAK) | frozenset(_LAST_RESORT)


def address_spans(text: str, *, answer: bool = False) -> list[tuple[int, int]]:
    """Where addresses stand in the regular `text`. ``answer`` takes what is an address only because one was asked for."""
    return [(parts[0].start, parts[-1].end) for parts in _addresses(text, answer=answer)]


def _addresses(text: str, *, answer: bool = False) -> list[list[Part]]:
    return [list(parts) for parts, held in seen_parts(text, answer=answer) if held]


@lru_cache(maxsize=16)
def seen_parts(text: str, *, answer: bool = False) -> tuple[tuple[tuple[Part, ...], bool], ...]:
    """Runs of parts that look like an address in the regular `text`, in order, and whether each is held for one.

    The last few texts are remembered: every reader of a sentence asks.
    """
    masked = words.BARRIERS.sub(
        lambda m: "_" * len(m.group()), words.PROTECTED.sub(lambda m: "国" * len(m.group()), text)
    )
    seen: list[tuple[tuple[Part, ...], bool]] = []
    at = 0
    while at < len(text):
        said = _parts_from(masked, text, at) if masked[at] != "_" else []
        parts = _trimmed(said, answer=answer)
        if parts and _specific(parts, text, answer=answer):
            seen.append((tuple(parts), True))
            at = parts[-1].end
        else:
            if said:
                seen.append((tuple(said), False))
            at = said[0].end if said else at + 1
    return tuple(seen)


def _parts_from(masked: str, text: str, start: int) -> list[Part]:
    parts: list[Part] = []
    at = start
    while at < len(text):
        part = _part_at(masked, text, at, parts)
        if part is None and parts and _BLANK.match(text, at):
            part = _part_at(masked, text, at + 1, parts)
            if part and part.kind not in _DOORS:
                part = None
        if part is None and parts and parts[-1].kind == "road" and _JOINED_ROADS.match(text, at):
            part = _part_at(masked, text, at + 1, parts)
            if part and part.kind not in ("road", "landmark"):
                part = None
        if part is None or part.end <= at:
            break
        parts.append(part)
        at = part.end
    return parts


def _part_at(masked: str, text: str, at: int, before: list[Part]) -> Part | None:
    for kind, pattern in _NUMBERED_PATTERNS:
        match = pattern.match(masked, at)
        if match:
            return Part(kind, text[at : match.end()], at, match.end())
    if before:
        for kind, pattern in _FOLLOWING_PATTERNS:
            match = pattern.match(text, at)
            if match:
                return Part(kind, text[at : match.end()], at, match.end())
        if before[-1].kind in _SHOPS:
            match = _SHOPS[before[-1].kind].match(masked, at)
            if match:
                return Part("landmark", text[at : match.end()], at, match.end())
    if before and before[-1].kind in _AREAS and _MAY_BEGIN.match(text, at):
        masked = masked[:at] + "国" + masked[at + 1 :]
    named = _named(_NAMED_PATTERNS, masked, text, at)
    # The shortest: 滨江区 before 滨江区望江路; but 铁路新村 before 铁路. Among doubtful endings the longest: 安居里.
    found = min(named, key=lambda part: (part.generic, part.end)) if named else None
    if found is None:
        weak = _named(_WEAK_PATTERNS, masked, text, at) or _named(_LAST_PATTERNS, masked, text, at)
        found = max(weak, key=lambda part: (not part.generic, part.end)) if weak else None
    if found and before and found.generic and not (found.kind == "landmark" or _KEPT_GENERIC.fullmatch(found.text)):
        return None
    return found


def _named(patterns: list[tuple[str, re.Pattern[str]]], masked: str, text: str, at: int) -> list[Part]:
    matches = ((kind, pattern.match(masked, at)) for kind, pattern in patterns)
    return [Part(kind, text[at : match.end()], at, match.end()) for kind, match in matches if match]


def _trimmed(parts: list[Part], *, answer: bool) -> list[Part]:
    """Without vague words at either end: 88号门口 is 88号, 小区3栋 is 3栋."""
    while parts and parts[0].generic and not _KEPT_GENERIC.fullmatch(parts[0].text):
        parts = parts[1:]
    while not answer and len(parts) > 1 and _ends_vaguely(parts[-2], parts[-1]):
        parts = parts[:-1]
    return parts


def _ends_vaguely(before: Part, last: Part) -> bool:
    if last.kind in ("beside", "that_one"):
        return before.kind in _DOORS | {"dwelling"} or last.text in ("里面", "里头")
    # 一层饭店, 路口红绿灯: the thing that is out of order, no longer the place.
    return before.kind in _DOORS | {"crossing"} and bool(_ANY_SHOP.fullmatch(last.text))


def _specific(parts: list[Part], text: str, *, answer: bool) -> bool:
    kinds = [part.kind for part in parts]
    if any(part.kind in _SURE and not part.generic for part in parts):
        areas_only = all(kind in ("city", "district", "town") for kind in kinds)
        return not (areas_only and _OFFICE.match(text, parts[-1].end))
    placed = answer or bool(_IN.search(text[: parts[0].start])) or bool(_OF.match(text, parts[-1].end))
    for index, part in enumerate(parts):
        if not part.generic and _doubtful_holds(parts, index, text, placed=placed):
            return True
    doors = [kind for kind in kinds if kind in _DOORS]
    return len(doors) >= (1 if answer else 2) and len(doors) == len(kinds)


def _doubtful_holds(parts: list[Part], index: int, text: str, *, placed: bool) -> bool:
    """Whether a part whose last word proves little (X湾, X里, X店) is an address in its company."""
    part = parts[index]
    following = parts[index + 1].kind if index + 1 < len(parts) else ""
    told = index == 0 and _happens_there(parts, text)
    if part.kind == "hamlet":
        family = bool(_FAMILY_PLACE.fullmatch(part.text)) and index == 0
        return placed or family or following in _DOORS | _SPOTS or told
    if part.kind == "estate_any":
        return not _DOING.search(part.text)
    if part.kind == "estate_short":
        return following in _DOORS or (placed and len(part.text) > 2)
    if part.kind == "landmark":
        # 学校 and 菜市场 are everywhere, 实验小学 is one.
        named = len(part.text) > 3 and not _DOING.search(part.text)
        if following in _SPOTS | {"dwelling"}:
            return placed or named or len(parts) > 2 or bool(_FAULT.search(text))
        if (following in _DOORS | {"landmark"} and (named or told)) or (named and told):
            return True
        numbered = index > 0 and parts[index - 1].kind in _DOORS | _SPOTS
        return numbered or (named and (placed or bool(_OUR_OFFICE.fullmatch(part.text))))
    return False


def _happens_there(parts: list[Part], text: str) -> bool:
    """牛角湾停电了: a name at the head of a clause, of which something is told."""
    start, end = parts[0].start, parts[-1].end
    headed = start == 0 or text[start - 1] in ",，。!、 "
    named = end - start > 2 or bool(_FAMILY_HAMLET.fullmatch(text[start:end]))
    return headed and named and bool(_TOLD.match(text, end))


_CLAUSE = re.compile(r"[,，。;；!！?？~\n]+")
_LEAD = re.compile(
    r"^(?:(?:反正|也就|其实|嗯|哦|噢|啊|呃|那个?|就|好的?|行|对|你好|您好|师傅|同志|麻烦你?|请|唔该|听好|记一下|记好|"
    r"(?:我|俺|咱|阿拉|侬|我们|俺们|咱们|我老家|老家|我妈|我爸|我奶奶|我爷爷|父母|老人)?(?:的)?(?:家|屋头|屋里|"
    r"屋企|店|店里|厂|厂里|公司|单位|这边|这里|这儿|这|人)?(?:是?住在?|搁|住勒|住喺|在|勒|喺|位于|就在|位置|来)(?:是|"
    r"就是|在)?|"
    r"(?:我|俺|咱|阿拉|我们|俺们)(?:家|屋头|屋里|屋企|们?村|们?小区|们?这)?(?:的)?(?=是|就|门牌)|"
    r"(?:具体|详细|用电|安装|装表|报修|家庭|大概|准确|门牌)?(?:的)?(?:地址|地点|位置|住址|地方|"
    r"门牌号?)(?:就)?(?:是|在|为|写|填|:|没有)?(?:在)?|就写|就填|写|填|就是|是|应该是|大概是?|可能是?|"
    r"(?:你|你们)?(?:来|到|去|上)(?!福|安|凤|宾|广|海|饶|虞|坝|河|湾|庄|街|塘|元|城|杭)|给|帮我?|说|告诉你|登记|"
    r"这里是|这边是|这是|住在?|搁|在|位于|喺|勒|小区叫|小区名?是?|我说|讲|不是|从|往|:)[,，:： ]*)+"
)
_TAIL = re.compile(
    r"(?:(?:停电|没电|没得电|冇电|断电|跳闸|没有电|缺电|电压|来电|有电|报修|要?修|坏|烧|着火|起火|冒|打火|漏电|"
    r"触电|爆|电线|电杆|电表|电话|手机|联系|户号|姓名|户名|我叫|我姓|我是|快点?来|快来|赶紧|赶快|麻烦|谢谢|多谢|"
    r"唔该|来人|派人"
    r"|几栋|几单元|几号|门牌|没有门牌|怎么|咋|为什么|什么|多久|吗|吧?[?？]|已经|现在|今天|昨天|突然|全部|整个|"
    r"整栋|单元我|到时|你们|师傅|行不行|可以|好找|很好找|你看|知道|晓得|对(?=的|吧|$)|别(?=问|的|再)|不要|"
    r"不是).*)$"
)
_TAIL_PARTICLES = re.compile(
    r"(?:的?(?:这边|这里|这儿|这块|那边|那里|那儿|那块|这一带|一带|附近的?人?)|啊|呀|哦|噢|呢|吧|嘛|哈|了|的话|哩|"
    r"咯|啦|喔|哎|欸|嘞|就行|就好|(?<=[路街道巷])上|就是了?|(?<![馆饭菜家])的)+$"
)
_NO_ADDRESS = re.compile(
    r"^(?:好的?|行|可以|嗯+|对|是的?|不是|不知道|不晓得|晓不得|不清楚|不记得|忘了|没有|不用|算了|谢谢|你好|喂|"
    r"在吗?|什么|啥|转人工|人工|等一?下?|等等|稍等|快点?|快来|停电了?|没电了?|跳闸了?|取消|退出|返回|"
    r"重来)[了啊呀吧呢哦的]*$"
)
_QUESTION = re.compile(
    r"多久|多少|几点|几时|什么|怎么|咋|为啥|吗|吗$|能不能|可不可以|行不行|哪里|哪儿|在哪|谁|是不是|[?？]|干嘛|"
    r"凭什么|要不要|何时|有没有|呢$"
)
_PARTICLES = "啊呀哦噢呢吧嘛哈了的哩咯啦喔哎嘞 .、"
_DESCRIBED = re.compile(r"(?:的)?(?:[开卖修做]?[一-鿿]{1,4}的(?:[一-鿿]{1,3})?|[一-鿿]{1,3}[房屋店楼铺院])")
_VAGUE = frozenset({"city", "district", "town"})
_HOUSE_ONLY = re.compile(
    r"^(?:我|俺|咱|你|他)?(?:家|家里|屋里|村里|小区|楼上|楼下|隔壁|村|店里|厂里|公司|单位|这里|这边|这儿|这|那边|"
    r"门口|路边|楼道|整栋楼|楼里|院子里?|外面|屋头)+$"
)
_LONGEST = 60


def bare_address(text: str) -> tuple[int, int] | None:
    """The span of a regular `text` that is nothing but an address with the usual words around it, or None."""
    if len(text) > _LONGEST or _NO_ADDRESS.match(text):
        return None
    clause = _CLAUSE.split(text, maxsplit=1)[0]
    cleaned = _cleaned(clause)
    start = text.find(cleaned)
    if len(cleaned) < 3 or start < 0 or text[start + len(cleaned) : len(clause)].strip(_PARTICLES):
        return None
    addresses = _addresses(cleaned, answer=True)
    parts = addresses[0] if addresses else []
    if not parts or parts[0].start > 0 or not _stands_alone(parts):
        return None
    rest = cleaned[parts[-1].end :]
    if rest and not (parts[-1].kind in _SPOTS | {"landmark"} and _DESCRIBED.fullmatch(rest)):
        return None
    return start, start + len(cleaned)


def _stands_alone(parts: list[Part]) -> bool:
    kinds = {part.kind for part in parts}
    named = any(part.kind in _ALL_NAMED - {"landmark", "estate_short"} and not part.generic for part in parts)
    if named or (kinds & _SPOTS and "landmark" in kinds):
        return True
    return kinds <= _DOORS - {"house", "group"} or ("estate_short" in kinds and bool(kinds & _DOORS))


def read_address(text: str) -> str | None:
    """The address in an answer to “地址是哪里”, without the words around it.

    None when the words are no address, or when nobody could find even the village, the road or the landmark by them.
    """
    regular = normalise(text).text
    if not regular or len(regular) > 4 * _LONGEST or _NO_ADDRESS.match(regular):
        return None
    kept: list[str] = []
    found_any = False
    for clause in _CLAUSE.split(regular):
        cleaned = _cleaned(clause)
        if not cleaned:
            if found_any:
                break
            continue
        parts = [part for address in _addresses(cleaned, answer=True) for part in address]
        if not parts:
            if found_any:
                break
            continue
        found_any = True
        kept.append(_cut(cleaned, parts))
    joined = "".join(kept)
    return joined[:_LONGEST] if joined and findable(joined) else None


def looks_like_address(text: str) -> bool:
    """True when an address was meant, also one that is not enough to go by (南湖镇, 二单元)."""
    regular = normalise(text).text
    if not regular or _NO_ADDRESS.match(regular):
        return False
    return any(_addresses(cleaned, answer=True) for clause in _CLAUSE.split(regular) if (cleaned := _cleaned(clause)))


def _cleaned(clause: str) -> str:
    clause = clause.strip(" .、:：-“”\"'()《》")
    clause = _LEAD.sub("", clause)
    if _QUESTION.search(clause) and not re.search(
        r"(?:号|栋|室|单元|楼|路|村|组).{0,6}(?:停电|没电)?.{0,3}(?:[?？]|吗|呢)$", clause
    ):
        return ""
    clause = _TAIL.sub("", clause)
    clause = _TAIL_PARTICLES.sub("", clause)
    return "" if _HOUSE_ONLY.match(clause) else clause


def _cut(clause: str, parts: list[Part]) -> str:
    """From the first part on; what describes the place further (卖鱼的摊位, 红砖房) stays, a story does not."""
    start, end = parts[0].start, parts[-1].end
    rest = clause[end:]
    if rest and (len(rest) > 12 or re.search(r"[我你他她了过]|\d{7}", rest)):
        return clause[start:end]
    return clause[start:]


def findable(address: str) -> bool:
    """Whether somebody could find the place by `address`: it names more than a town, or says beside what it is."""
    for parts in _addresses(address, answer=True):
        named = [part for part in parts if part.kind in _ALL_NAMED and not part.generic]
        if any(part.kind not in _VAGUE for part in named):
            return True
        if any(part.kind == "landmark" for part in parts) and any(part.kind in _SPOTS for part in parts):
            return True
        if any(part.kind in _SPOTS for part in parts) and len(address) > 5:
            return True
    return False
