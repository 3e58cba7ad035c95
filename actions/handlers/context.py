"""What a short turn means after what went before: 那上个月呢, 那另一个户号呢, 把它撤了, 啥时候来人.

Each function reads the memory and the words and says what is meant, or None when the turn stands on its own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from actions.handlers.forms.flow import Flow, FlowBook
from actions.handlers.forms.heard import ASKS
from actions.handlers.forms.said import Said

TOPIC = "topic"
"""Memory: topic of the article that the last reply rested on, or that explains the business just done."""

DROPPED = "dropped"
"""Memory: intent of the business that the customer gave up last."""

FILED = "filed"
"""Memory: the flow that made the last ticket."""
QUEUED = "asked_for_person"
"""Memory: the last thing wanted was a person."""

OTHER_ACCOUNT = re.compile(
    r"(?:另外?|别的?|其[他它]|换个?|第二个?)(?:的|那|外)?(?:一?[个户家])?(?:户号|户|账号|房子|家)|另一[个户家]"
)
_FILLERS = re.compile(
    r"那么?|还有|还是|接着|然后|再|往|就|请问|帮[我忙]|给我|麻烦|我|你|想|要|查[查询]?|看[看下]?|一下|下|也|的|了|呢|吗|吧|呀|啊|嘛|哦|噢|多少|几|钱|是|"
    r"怎么样|如何|户号|号码|月份?|份|同|期|年|时候|这|那|个|户|家|另外?|别|其[他它]|换|第二|前|后|去|上|一|数|房子|老(?:妈|爸|爹|娘|婆|公|人家?)|[妈爸爹娘哥姐弟妹]+|爷爷|奶奶|外公|外婆|公公|婆婆|岳[父母]|儿子|女儿|亲戚|朋友|[他她]|[\W_]"
)
_YEARS_AGO = re.compile(
    r"(大前|前|去|上)(?:一)?年(?:的)?(?:同月|同期|同一?个?月|这个月|那个月|这时候|这个时候|那时候)?"
)
_NOW = re.compile("现在|目前|最近|这个月|本月|今年|去年|全年|一共|总共|[一二三四五六七八九十\\d]+月")
_BEFORE = re.compile(r"前一个?月|前[个]?月|再前|往前|上一个月的?上")
_AFTER = re.compile(r"后一个?月|再后|往后|下一?个月")

_THAT_TICKET = re.compile(r"[那这它]|刚才|刚刚|上次|之前|先前|报的|单|工单")
_WITHDRAW = re.compile(r"撤|取消|不要了|不用来|不用修|不修了|别来了")
_WITHDRAWS_IT = re.compile(r"^(?:那|还是|把它|帮我|给我|麻烦)*(?:撤(?:了|销|掉|单)|取消)(?:它|了)?(?:[吧啊呀]|$|[,，。 ])")
"""撤了吧，不销了: said of what was filed just now."""
_URGE = re.compile(r"催|快点|快些|赶紧|赶快")
_COMING = re.compile(
    r"(?:有|派)?人.{0,2}(?:来|到)了?(?:吗|没|不|么|[?？])|(?:啥|什么|么子|哪个)时[候间]?.{0,4}(?:来|到|好|修)|几时.{0,2}(?:来|到|好)|几点.{0,3}(?:来|到|好)|"
    r"好久.{0,3}(?:来|到|好|修)|(?:要|还要|得|还得|等|还|再)(?:等)?(?:多久|好久|多长时间|多大会儿)|多久.{0,4}(?:来|到|好|修)|"
    r"师傅.{0,4}(?:来|到|出发|在哪|走)|来人(?:了)?(?:吗|没|不|么)|到哪了|还没(?:来|到|好|修)|怎么还(?:没|不)来|等(?:多久|好久|好长)"
)
"""Asks for the crew or the current: 大概啥时候来人, 有人来吗, 要等好久嘛."""
_PROGRESS = re.compile(
    r"怎么样|咋样|到哪|进度|进展|好了?没|处理|办得|办到|状态|多久|什么时候|啥时候|几时|情况|有人管|派[人了]"
)
_BARE_TICKET = re.compile(
    r"^(?:就是?|我)?(?:刚才|刚刚|上次|之前|那个|这个|那张|这张|我)*(?:报的|报修的?|登记的|提交的|那|这)*(?:个|张|那个|这个|那张)*(?:单子?|工单|报修)?[呢啊呀吧,，。?？]*$"
)
CREW_COMES = frozenset({"repair", "hazard", "power_quality", "meter_fault", "damage_claim"})
"""Businesses after whose filing 啥时候来 asks for somebody to come."""
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

FOLLOWS_ON = re.compile(r"^(?:那么?(?!个)|要是|如果|假如|假使|万一|可|但是?|不过|它)|(?:呢|呐)[?？。!！]*$")
"""How a sentence begins or ends that only goes on with the topic: 那要罚多少, 要是房主不在了, 销户呢."""
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
    before = dict(memory.get("last_values") or {})
    if last is not None and last.done.operation == "outage_info" and before.get("address") and _asks_of_outage(said):
        return last, {"address": str(before["address"])}
    if last is None or last.done.operation != "look_up" or not said.words or len(said.words) > 24:
        return None
    account = said.value("account_no")
    month = said.value("month") or _month_beside(said, before.get("month"))
    other = bool(OTHER_ACCOUNT.search(said.words))
    if not (account or other or (month and last.field("month"))) or not _bare(said):
        return None
    values = {"month": month or before.get("month")} if last.field("month") else {}
    if not other or account:
        values["account_no"] = account or before.get("account_no")
    return last, {name: value for name, value in values.items() if value}


_OF_OUTAGE = re.compile(
    r"^(?:那|是|要|会|又)*(?:几点|几时|什么时候|啥时候|多久|多长时间|停多久|停到|为什么|为啥|为何|啥原因|什么原因|因为(?:啥|什么))"
)


def _asks_of_outage(said: Said) -> bool:
    """几点停, 为啥停的 right after an outage was told: of the same place."""
    named = said.value("address") or said.value("account_no")
    return not named and not said.pressed and len(said.words) <= 12 and bool(_OF_OUTAGE.search(said.words))


def month_talked_of(said: Said, memory: dict[str, Any], flow: Flow, flows: FlowBook) -> dict[str, str]:
    """The month of the last look-up for a short wish that names none: 那用了多少度 after September's bill."""
    last = flows.named(memory.get("last_flow"))
    month = (memory.get("last_values") or {}).get("month")
    if last is None or last.done.operation != "look_up" or not month or flow.field("month") is None or said.value("month"):
        return {}
    if not said.words or said.pressed or len(said.words) > 14 or _NOW.search(said.words):
        return {}
    return {"month": str(month)}


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
    if memory.get(FILED) in CREW_COMES and _COMING.search(words):
        return "query_ticket"
    if _WITHDRAWS_IT.match(words):
        return "cancel_ticket"
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


_THANKS = re.compile(
    r"^(?:(?:谢谢|多谢|谢了|感谢|唔该|好的?|行|嗯+|哦+|噢|知道了?|晓得了?|明白了?|收到|可以|麻烦了?)[啊哈呀了您你嘛哦吧]*[,，。!！ ]+)+(?=.{2,})"
)
_BEGIN_IT = re.compile(
    r"^(?:(?:行|好|好的|嗯|哦|可以|那|那就|就|要)[吧啊的了]*[,，。 ]*)*(?:我)?(?:现在|马上|这就|就)*(?:给我|帮我|替我|我)?(?:就|来|要|想)?"
    r"(?:办|申请|登记|报|弄|验|约|开|改|订|办理)(?:一下|一个|上|了)?[吧嘛呗哈啦了啊]*[。!！]*$"
)
_AFTER_ALL = re.compile(r"^(?:那|我|要不)*(?:还是|又想|重新|继续|接着)(?:给我|帮我|我)?(?:办|报|查|投诉|举报|申请|登记|弄|要|销|装|过户?|改|开|绑|换|退|验|停|转)[户一下了]*[吧嘛呗啊]*[。!！]*$")


def without_thanks(said: Said) -> Said:
    """谢谢啊 那要等好久嘛: the question, when thanks or a yes only come before one."""
    polite = _THANKS.match(said.words)
    rest = said.words[polite.end() :] if polite else ""
    if not rest or said.pressed or not ASKS.search(rest) or said.intent not in ("thank", "affirm", "goodbye", "greet", "inform", "out_of_scope", "faq"):
        return said
    return replace(said, text=rest, intent="faq", confidence=min(said.confidence, 0.5), doubt="none", pieces=())


def wants_it_begun(said: Said, memory: dict[str, Any], leads_to: str | None) -> str | None:
    """The intent that a bare “行，那我现在办” or “还是报吧” means: what the last answer leads to, or what was given up."""
    words = said.words
    if not words or said.pressed or len(words) > 14 or said.entities:
        return None
    dropped = memory.get(DROPPED)
    if dropped and (_AFTER_ALL.match(words) or (_BEGIN_IT.match(words) and said.intent != "deny")):
        return str(dropped)
    return leads_to if leads_to and (_BEGIN_IT.match(words) or _AFTER_ALL.match(words)) else None


def core_of(words: str) -> str:
    """A sentence without the words that only join it to what went before: 那要罚多少呢 → 要罚多少."""
    return _TRAILING.sub("", _LEADING.sub("", words.strip()))


_QUEUE = re.compile(
    r"^(?:人呢|人咧|有人(?:吗|没|在吗)|还没(?:到|人|接)|(?:那|你们)?(?:人工|客服|真人)(?:客服)?(?:怎么)?(?:还|都)?(?:没|在|来|有|到|接|忙|呢)|(?:我)?前[面边](?:还)?有?(?:几|多少)|(?:我)?排(?:队)?(?:到)?(?:第)?(?:几|哪|多久|好久))"
)


def asks_how_long(said: Said) -> bool:
    """等多久啊, 人呢: while waiting for somebody."""
    return bool(_COMING.search(said.words) or _QUEUE.match(said.words)) and len(said.words) <= 14


def bare_question(words: str) -> str | None:
    """The core of a question that says nothing of what it is about (那要多久呢 → 要多久); None for any other."""
    core = core_of(words)
    plain = re.sub("[吗不么没]$", "", core)
    return core if plain and (_BARE_QUESTION.fullmatch(core) or _BARE_QUESTION.fullmatch(plain)) else None


def subject(title: str) -> str:
    """What an article is about, without the question its title asks: 过户要什么材料 → 过户."""
    head = _ASKED.split(title, maxsplit=1)[0].rstrip("的，、 ")
    return head if len(head) >= MIN_SUBJECT else title
