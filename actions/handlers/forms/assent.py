"""Yes, no and 不知道: plain answers by words, by button, or by the classifier."""

from __future__ import annotations

import re

from actions.handlers.forms.heard import ASKS
from actions.handlers.forms.said import Said

YES = re.compile(
    r"^(?:这回|这下|这次|现在|嗯|那|行了|好了|[,，、 ])*(?:对+|是+|是的|对的|嗯+|恩+|好+|好的|好嘞|好呀|可以|可以的|行|行的|行吧|中|要得|确认|确定|没错|没有错|没问题|没有问题|正确|提交|同意|ok|okay|yes|"
    r"系|係|系啊|对头|是这样|就这样|就是|要|要的|需要|有|有的|确认提交|赶紧|赶快|报吧|提交吧|办吧|晓得了|得)[了啊呀吧呢哦噢嘛的哈喽啦]*(?:[,，。!！~ ]*(?:谢谢|麻烦.*|快点.*|对的|是的|没错|确认|提交))*[。!！~,，. ]*$",
    re.IGNORECASE,
)
NO = re.compile(
    r"^(?:不+|不是|不是的|不对|不行|不要|不用|不用了|不需要|没有|没|没得|冇|唔係|不系|否|no|错了|有错|不正确|不同意|别|算了不)[了啊呀吧呢哦噢嘛的哈啦]*[。!！~,，. ]*$",
    re.IGNORECASE,
)
UNKNOWN = re.compile(
    r"不知道|不晓得|晓不得|不清楚|不记得|记不得|记不住|忘了|忘记|忘掉|找不到|没记|唔知|勿晓得|不造|想不起|没有户号|没带|不会看|哪里看|在哪看|哪儿看|怎么看"
)
CLEAR_NO_YES = re.compile(r"有|错|不|没|无|改|[?？\d]|吗|呢$|要是|怎么|咋|多久")
"""In an answer that the classifier alone takes for a yes: rather not one."""
_ALL_WELL = re.compile(r"没(?:有)?(?:什么问题|问题|错|毛病|意见)")


def is_yes(said: Said) -> bool:
    """A plain yes, by words, by button or by the classifier."""
    classified = said.intent == "affirm" and (said.pressed or (len(said.words) <= 8 and not ASKS.search(said.words)))
    return bool(YES.match(said.words[:30])) or classified  # 咋办 says yes to nothing


def confirms(said: Said) -> bool:
    """A yes that files: clear words or the button. 有 is not one: beside a button 有错要改 it may well mean that something is wrong."""
    if said.pressed:
        return said.intent == "affirm"
    if re.fullmatch(r"(?:有|要|需要|是有|有的)[了啊呀吧呢的,，。!！ ]*", said.words):
        return False
    classified = said.intent == "affirm" and said.confidence >= CLEARLY and len(said.words) <= 8
    return bool(YES.match(said.words[:30])) or (classified and not CLEAR_NO_YES.search(_ALL_WELL.sub("", said.words)))


CLEARLY = 0.8
"""Confidence from which the classifier's yes is one without the words for it."""


def is_no(said: Said) -> bool:
    """A plain no."""
    return bool(NO.match(said.words[:30])) or (said.intent == "deny" and (said.pressed or len(said.words) <= 8))
