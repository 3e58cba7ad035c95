"""What kind of words a turn consists of: a question, a statement worth keeping, an insult, noise."""

from __future__ import annotations

import re

from actions.handlers.forms.heard import ASKS, UNKNOWN_ONLY
from actions.handlers.forms.said import Said

LONGEST_NOTE = 300
"""Characters kept of one addition."""
_NO_QUESTION = re.compile(
    r"凭(?:什么|啥)|(?:啥|什么|哪儿?|哪里|咋|怎么|多少|几)(?:也|都)|(?:没|不)(?:有)?(?:怎么|啥|什么|咋|多少|几)|什么的|多少有点|好几|几乎|没几"
)
"""Question words that ask nothing: 啥也不显示, 没怎么开空调."""
_MORE_QUESTIONS = re.compile(
    r"几(?:个|次|号)|多[大远高快宽重]|([一-鿿])不\1|[一-鿿]不[能得行]?[?？。]?$|(?:有|能|会|要|到|好|来).{0,4}没[?？。]?$|怎样|哪样|谁(?!都|也)"
)
"""Ways to ask beside those that are looked for everywhere (`ASKS`)."""
_GOES_ON = re.compile(
    r"^(?:那|就|我|来|给我|帮我|想|要|还是|直接|行|好|现在|,|，| )*(?:申请|办理?|报修?|登记|继续|开始|弄|搞)(?:一下|吧|了|啊|呗|嘛|下)+[。!！]*$"
)
_WISH = re.compile(
    r"^(?:你好|您好|喂|请问|麻烦|那个|我|要|想|帮我|给你们?|来|再|还|们|[,，。 ])*(?:打算|准备)?"
    r"(?:提(?:一?个)?|办理?|登记|申请)?(?:投诉|举报|表扬|反映|建议|意见|报修|点赞|感谢|夸)(?:一下子?|一个|下)?[,，:：。 ]*"
)
_INSULT = re.compile(
    r"(?:你们?|他们?)?(?:这)?(?:帮|群|些|个|伙|就是|都是|一?窝)*(?:死|臭|黑心|大)?"
    r"(?:骗子|强盗|流氓|垃圾|混蛋|王八蛋?|土匪|畜生|傻[逼叉比]|[他她你][妈马]的?|妈的|特么|神经病|狗屁|不要脸|坑人|骗人|忽悠人?|黑心|放屁|吸血鬼)"
    r"[!！,，。~ 的啊呀嘛吧]*"
)
_SMALL_WORDS = re.compile(
    r"^(?:好+|行|可以|嗯+|哦+|噢|是+|对+|不+|不是|不对|不行|没有|没|有|谢谢|多谢|辛苦了?|你好|您好|在吗|喂+|等一?下|等等|稍等|慢点|继续|确认|提交|"
    r"知道|明白|懂|收到|随便|都行|第[一二三四五六]个|[一二三四五六]|哈+|呵+|救命|算|返回|跳过|不留|不填|不用|没问题|都不对|请)"
    r"(?:[了啊呀吧呢哦嘛的哈哟您你啦]|的话)*$"
)
_PUNCTUATION = re.compile(r"[\W_]+")
_HAN = re.compile(r"[一-鿿]")
_TIME = re.compile(
    r"多久|(?:要|得|还要|还得|等)好久(?!了)|好久(?:来|到|能|才|修|可以)|多长时间|几天|几个工作日|多少天|(?:什么|啥|嘛|么)时候|几时|何时|几点|哪天|要等|等几|时限|限时"
)
_OF_ANOTHER_MATTER = re.compile(r"上班|下班|开门|关门|营业|峰|谷|电价|提前|通知|停电前|缴费|交费|抄表|出账|账单|限期|[天日时]内(?:要|得|必须|可以|能|就|都)?(?:报|提|申请|说|交)|期限")
LONG_QUESTION = 12
"""Characters up to which a question of time is about the business under way."""


def asks(words: str) -> bool:
    """Whether the words ask something."""
    plain = _NO_QUESTION.sub("", words)
    return bool(_PUNCTUATION.sub("", plain)) and bool(ASKS.search(plain) or _MORE_QUESTIONS.search(plain))


def goes_on(words: str) -> bool:
    """Whether the words only say to go on with it: 那我申请吧."""
    return bool(_GOES_ON.match(words))


def asks_how_long(words: str) -> bool:
    """Whether the words ask how long the business under way takes."""
    return len(words) <= LONG_QUESTION and bool(_TIME.search(words)) and not _OF_ANOTHER_MATTER.search(words)


def tells(said: Said) -> bool:
    """Whether the words are a statement that somebody who works on the matter would want to read."""
    core = _PUNCTUATION.sub("", said.words)
    han = len(_HAN.findall(core))
    if said.pressed or han < 2 or len(set(core)) < 2 or insults_only(said.words):
        return False
    return not _SMALL_WORDS.match(core) and not UNKNOWN_ONLY.match(said.words)


def insults_only(words: str) -> bool:
    """Whether nothing is left of the words without their insults."""
    return bool(_INSULT.search(words)) and len(_PUNCTUATION.sub("", without_insults(words))) < 4


def without_insults(words: str) -> str:
    """The words as they may stand on a ticket."""
    return _INSULT.sub("", words).strip(" ,，。!！")


def content_of_opening(words: str, least: int) -> str | None:
    """The opening sentence as content, when it tells a story and not only the wish. ``least``: characters beside the wish."""
    story = without_insults(words)
    told = _PUNCTUATION.sub("", _WISH.sub("", story))
    return story if len(told) >= least else None


def note_of(words: str) -> str:
    """An addition as it is kept."""
    return without_insults(words)[:LONGEST_NOTE]
