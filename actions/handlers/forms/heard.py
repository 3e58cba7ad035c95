"""Turns that are no answer: giving up, skipping, asking why, correcting, asking something. What tells them, by their words."""

from __future__ import annotations

import re

from actions.handlers.forms.flow import FlowField
from actions.handlers.forms.said import Said

CANCEL = re.compile(
    r"^(?:那就|那|唉|哎呀?|嗯|还是|要不|我|行了|好了)*[,，、 ]*(?:算了|不弄了|不办了|不报了|不查了|不投诉了|不举报了|取消|退出|停止|别弄了|别办了|不搞了|不整了|"
    r"不想弄了|不想办了|返回|先不办|先不报|先这样|不麻烦了|唔搞喇|勿办了)"
)
_DROPS = re.compile(
    r"^(?:那就?|唉|哎呀?|嗯|我|还是|要不|算了|行了|[,，、 ])*(?:先|暂时|暂且|就)?不(?:想|打算|用|准备)?(?:销户?|装|过户?|转|改|开|关|绑|解绑|换|增容?|减容?|停|加|退|赔|索赔|验|测|订|查|报修?|举报|投诉|申请|登记|弄|整|搞|催|撤|说)了[吧啊呀嘛呢的]*[。!！]*$"
)
"""先不销了: the business named by its verb, and dropped."""
_ENDS = re.compile(r"^(?:那就?|还是|我|就)*(?:先|暂时)?(?:算了|不(?:办|弄|报|投诉|举报|搞|整)了)[吧啊呀嘛呢]*$")
SKIP = re.compile(r"不留|匿名|不方便|没有|冇|不想|跳过|不填|不用|不说|保密|不告诉|无所谓|随便|登记过|登过|之前给过")
ANONYMOUS = re.compile(
    r"匿名|不(?:想|要|用)?留(?:名|姓名|名字|电话|号码|联系方式)|不留|保密|不(?:想|要|愿意?)?(?:透露|公开)"
)
WHY = re.compile(
    r"为什么要|为啥要|为什么问|问这个|要这个|要.{0,4}干(?:嘛|啥|什么)|干(?:嘛|啥|什么)(?:用|要)|做什么用|有什么用|咋还要|凭什么"
)
CORRECTION = re.compile(r"(?<!对)不对|(?<!是)不是|错了|说错|搞错|写错|改成|改为|改一下|应该是|更正|纠正|换成|弄错")
ASKS = re.compile(
    r"[?？]|吗|好久(?:来|到|能|才|修|可以)|(?:要|得|还要|还得)好久(?!了)|呢$|怎么|咋|多久|多少|什么|啥|几天|几点|哪|能不能|可不可以|要不要|是不是|为什么|为啥|点解|几时|收费|要钱"
)
UNKNOWN_ONLY = re.compile(
    r"^(?:这个|那个|我|真|也|都|就|还|,|，|。|啊|呀|嗯)*(?:不知道|不晓得|晓不得|不清楚|不记得|记不得|记不住|忘了|忘记了?|说不准|不懂|搞不清楚?|唔知)[了啊呀呢哦嘛的。!！~ ]*$"
)
"""Nothing but not knowing, which even a free text does not take for its content."""
_REDO = "(?:说|填|写|报|弄|搞)?(?:错了?|不对|不正确|有误|有问题)|要改|改一下|想改|换一个|换一下|得改"
REDO = re.compile(_REDO)
"""A field is to be said anew."""
PUT_OFF = re.compile(
    r"^.{0,6}(?:先存(?:着|一下|起来|上)|(?:等|待)(?:一?会儿?|下)再|晚点(?:儿)?再|回头再|明天再|明儿再|下次再|改天再|过几天再|先放着|先放一放|以后再|稍后再|有空再)"
)
"""The form is to be kept for later."""
_NO_NEED = re.compile(r"^(?:那就?|行了|好了)?[,， ]*(?:不用了|不需要了|不要了|没事了)")
_ONLY_ASKED = re.compile(
    r"^(?:我)?(?:就是?|只是?|是|不过是?)(?:先|随便|来)?(?:想)?(?:问一?[下问哈]|打听|了解|咨询)(?:一下|下)?(?:[,，。 ]|而已|$)"
    r"|(?:现在|这会儿|目前|我家)(?:还|也|又)?没(?:有)?(?:停电?|断电?|坏)[啊呀的了]*$|^(?:没停电?|电没停)[啊呀的]*$"
)
"""我是问一下，现在没停: there is nothing to report."""
_LAST_CLAUSE = re.compile(r"[,，。；;！!~ ]+")
_LONGEST_END = 30


STOPS = 0.55
"""Confidence from which words without a word of stopping are taken for one."""
_HELPLESS = re.compile(r"记不住|记不得|找不到|不会|不懂|停了|没电|断了|烦|急|老是|总是")
"""Words of who struggles or tells, and does not stop."""


def gives_up(said: Said, asked: FlowField | None) -> bool:
    """Whether the customer wants to stop, and not only to skip the question asked."""
    if (CANCEL.match(said.words) or _DROPS.match(said.words)) and len(said.words) <= 14 and not CORRECTION.search(said.words):
        return True
    if not CORRECTION.search(said.words) and len(said.words) <= _LONGEST_END:
        # 不急，我先问问儿子，先不办了: the reason comes first.
        last = [clause for clause in _LAST_CLAUSE.split(said.words) if clause][-1:]
        if _ONLY_ASKED.search(said.words) or any(_DROPS.match(clause) or _ENDS.match(clause) for clause in last):
            return True
    if asked is not None and not asked.required and SKIP.search(said.words):
        return False
    if said.intent == "cancel" and (said.pressed or said.confidence >= STOPS) and not _HELPLESS.search(said.words):
        return asked is None or asked.type != "text" or len(said.words) <= 12
    # 不用了 to a required question is the end of it; to an optional one it only skips.
    return bool(_NO_NEED.match(said.words)) and (asked is None or asked.required)


def stops(said: Said) -> bool:
    """Whether the customer stops in so many words, or by the button: 已经停了 in danger is no end of it."""
    if said.pressed:
        return said.intent == "cancel"
    return bool(CANCEL.match(said.words)) and len(said.words) <= 14


def calls_wrong(item: FlowField, said: Said, names: tuple[str, ...]) -> bool:
    """Whether the customer says that this field is wrong: 电话说错了, 改一下地址, or its button."""
    if said.value("choice") == f"fix:{item.name}":
        return True
    name = "|".join(map(re.escape, names))
    return bool(
        re.search(
            rf"(?:{name})(?:也|都|刚才|那个|我)*(?:{_REDO})|(?:改一下|修改|更正|改)(?:一下)?(?:{name})", said.words
        )
    )


def puts_off(said: Said) -> bool:
    """Whether the customer wants to go on another time."""
    return bool(PUT_OFF.match(said.words)) and len(said.words) <= 16


def names_field(item: FlowField, said: Said) -> bool:
    """Whether the customer names this field: by button, in full (联系电话) or in short (电话)."""
    if said.value("choice") == f"fix:{item.name}":
        return True
    return bool(said.words) and (item.label in said.words or (len(said.words) >= 2 and said.words in item.label))
