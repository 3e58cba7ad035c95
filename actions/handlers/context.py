"""What a short turn means after what went before: 那上个月呢, 那另一个户号呢, 把它撤了, 那要多久呢.

Each function reads the memory and the words and says what is meant, or None when the turn stands on its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from actions.handlers.forms.flow import Flow, FlowBook
from actions.handlers.forms.said import Said

TOPIC = "topic"
"""Memory: title of the article that the last reply rested on, or that explains the business just done."""

OTHER_ACCOUNT = re.compile(
    r"(?:另外?|别的?|其[他它]|换个?|第二个?)(?:的|那|外)?(?:一?[个户家])?(?:户号|户|账号|房子|家)|另一[个户家]"
)
_FILLERS = re.compile(
    r"那么?|还有|还是|接着|然后|再|往|就|请问|帮[我忙]|给我|麻烦|我|你|想|要|查[查询]?|看[看下]?|一下|下|也|的|了|呢|吗|吧|呀|啊|嘛|哦|噢|多少|几|钱|是|"
    r"怎么样|如何|户号|号码|月份?|份|同|期|年|时候|这|那|个|户|家|另外?|别|其[他它]|换|第二|前|后|去|上|一|数|房子|[\W_]"
)
_YEARS_AGO = re.compile(
    r"(大前|前|去|上)(?:一)?年(?:的)?(?:同月|同期|同一?个?月|这个月|那个月|这时候|这个时候|那时候)?"
)
_BEFORE = re.compile(r"前一个?月|前[个]?月|再前|往前|上一个月的?上")
_AFTER = re.compile(r"后一个?月|再后|往后|下一?个月")

_THAT_TICKET = re.compile(r"[那这它]|刚才|刚刚|上次|之前|先前|报的|单|工单")
_WITHDRAW = re.compile(r"撤|取消|不要了|不用来|不用修|不修了|别来了")
_URGE = re.compile(r"催|快点|快些|赶紧|赶快")
_PROGRESS = re.compile(
    r"怎么样|咋样|到哪|进度|进展|好了?没|处理|办得|办到|状态|多久|什么时候|啥时候|几时|情况|有人管|派[人了]"
)
_BARE_TICKET = re.compile(
    r"^(?:就是?|我)?(?:刚才|刚刚|上次|之前|那个|这个|那张|这张|我)*(?:报的|报修的?|登记的|提交的|那|这)*(?:个|张|那个|这个|那张)*(?:单子?|工单|报修)?[呢啊呀吧,，。?？]*$"
)
_NO_WISH = frozenset(
    {
        "cancel",
        "cancel_ticket",
        "goodbye",
        "repeat",
        "inform",
        "out_of_scope",
        "query_ticket",
        "urge_ticket",
        "deny",
        "affirm",
    }
)

_FOLLOWS_ON = re.compile(r"^(?:那么?(?!个)|要是|如果|假如|假使|万一|可|但是?|不过|它)|(?:呢|呐)[?？。!！]*$")
"""How a sentence begins or ends that only goes on with the topic: 那要罚多少, 要是房主不在了, 销户呢."""
_SHORT, _GOES_ON = 12, 24
"""Characters within which any question, or one that says it goes on, may be about the topic before it."""
MIN_SUBJECT = 2
_ASKED = re.compile(
    r"要不要|要什么|要多久|需要|怎么|如何|多久|几天|几点|能不能|可不可以|收不收|有没有|是什么|是否|什么|多少|哪里|在哪|谁|、|，|时限|流程$|规定$|材料$"
)
_LEADING = re.compile(r"^(?:那么?|然后|还有|这个|那个|它|请问|嗯|哦|[\W_])+")
_TRAILING = re.compile(r"(?:呢|啊|呀|嘛|吧|哦|[\W_])+$")
_BARE_QUESTION = re.compile(
    r"(?:我|我们|都|大概|一般|总共|一共|还)?(?:需要|得|要|需|会|用)?(?:"
    r"多久|多长时间|几天|几个工作日|多少天|什么时候(?:能?好|能?办完|到账|生效)?|啥时候(?:能好)?|"
    r"钱吗?|花钱吗?|花?多少钱?|收费[吗不]?|收多少钱?|费用(?:多少|怎么算)?|免费吗?|交钱吗?|"
    r"(?:准备|带|提供|交)?(?:什么|啥|哪些)(?:材料|资料|证件|手续|东西)?|(?:材料|资料|手续|证件)(?:要|有)?(?:什么|啥|哪些)?|带(?:什么|啥)|"
    r"(?:在|去|上)?(?:哪|哪里|哪儿|什么地方|啥地方)(?:办|弄|申请|查|看|交|开)?|怎么(?:办|办理|申请|弄|交|查|算|开|操作)|咋(?:办|弄|申请|算)|"
    r"(?:能|可以)?(?:在)?(?:网上|手机上?|线上)(?:能|可以)?(?:办|弄|申请|查|交)?(?:吗|不)?|(?:本人|自己)(?:去|来|到场)?吗?|谁(?:出钱|承担|负责|出|付)?|有(?:什么|啥)(?:条件|要求|规定)|为什么|为啥|凭什么"
    r")(?:的|了)?"
)


def continued(said: Said, memory: dict[str, Any], flows: FlowBook) -> tuple[Flow, dict[str, str]] | None:
    """那上个月呢: the last look-up again, with another month or another account; what was not named stays."""
    last = flows.named(memory.get("last_flow"))
    if last is None or last.done.operation != "look_up" or not said.words or len(said.words) > 24:
        return None
    before = dict(memory.get("last_values") or {})
    account = said.value("account_no")
    month = said.value("month") or _month_beside(said, before.get("month"))
    other = bool(OTHER_ACCOUNT.search(said.words))
    if not (account or other or (month and last.field("month"))) or not _bare(said):
        return None
    values = {"month": month or before.get("month")} if last.field("month") else {}
    if not other or account:
        values["account_no"] = account or before.get("account_no")
    return last, {name: value for name, value in values.items() if value}


def _bare(said: Said) -> bool:
    """Whether nothing is left of the words without their values and the small words around them."""
    rest = said.words
    for entity in said.entities:
        rest = rest.replace(str(entity.get("text") or entity.get("value")), "")
    rest = _BEFORE.sub("", _AFTER.sub("", _YEARS_AGO.sub("", rest)))
    return not _FILLERS.sub("", rest)


def _month_beside(said: Said, last: str | None) -> str | None:
    """A month told by its distance from the one looked up last: 前年同月, 再往前一个月."""
    if not last:
        return None
    year, month = map(int, last.split("-"))
    ago = _YEARS_AGO.search(said.words)
    if ago:
        back = {"去": 1, "上": 1, "前": 2, "大前": 3}[ago.group(1)]
        year = min(said.now.year - back, year - 1)
        return f"{year:04d}-{month:02d}"
    step = -1 if _BEFORE.search(said.words) else 1 if _AFTER.search(said.words) else 0
    if not step:
        return None
    whole = year * 12 + month - 1 + step
    return f"{whole // 12:04d}-{whole % 12 + 1:02d}"


def about_last_ticket(said: Said, memory: dict[str, Any]) -> str | None:
    """The intent of a turn that points at the last ticket without naming it: 把它撤了, 催一下那个, 刚才报的那个."""
    words = said.words
    if not memory.get("last_ticket") or not words or len(words) > 18 or said.value("ticket_no") or said.value("phone"):
        return None
    if said.intent not in _NO_WISH and said.doubt == "none":
        return None
    points = _THAT_TICKET.search(words)
    if _WITHDRAW.search(words) and (points or re.fullmatch(r".{0,3}撤[了销掉吧单]*", words)):
        return "cancel_ticket"
    if not points:
        return None
    if _URGE.search(words):
        return "urge_ticket"
    return "query_ticket" if _PROGRESS.search(words) or _BARE_TICKET.match(words) else None


def bare_question(words: str) -> str | None:
    """The core of a question that says nothing of what it is about (那要多久呢 → 要多久); None for any other."""
    core = _TRAILING.sub("", _LEADING.sub("", words.strip()))
    plain = core.removesuffix("吗")
    return core if plain and (_BARE_QUESTION.fullmatch(core) or _BARE_QUESTION.fullmatch(plain)) else None


def subject(title: str) -> str:
    """What an article is about, without the question its title asks: 过户要什么材料 → 过户."""
    head = _ASKED.split(title, maxsplit=1)[0].rstrip("的，、 ")
    return head if len(head) >= MIN_SUBJECT else title


def in_context(said: Said, memory: dict[str, Any]) -> Said | None:
    """A bare question right after an answer, asked as it was meant: about the topic of that answer."""
    core = bare_question(said.words) if said.words else None
    title = memory.get(TOPIC)
    return replace(said, text=f"{title}，{core}", intent="faq", doubt="none") if core and title else None


def follow_up(said: Said, memory: dict[str, Any], sure: Callable[[str], float]) -> Said | None:
    """A question that leaves out what it is about (那要罚多少), with the topic before it; None when it stands on its own.

    ``sure``: how sure the knowledge base is (0–1) to answer a question. The reading that it can answer better is the one meant.
    """
    title = memory.get(TOPIC)
    core = _TRAILING.sub("", _LEADING.sub("", said.words)) if title else ""
    goes_on = _FOLLOWS_ON.search(said.words) is not None
    if not core or len(core) > (_GOES_ON if goes_on else _SHORT):
        return None
    if said.intent != "faq" and not goes_on:
        return None
    if said.intent not in ("faq", "out_of_scope", "inform") and said.doubt == "none":
        return None
    whole = f"{title}，{core}"
    if sure(whole) <= sure(said.words):
        return None
    return replace(said, text=whole, intent="faq", doubt="none")
