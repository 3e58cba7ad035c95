"""Personal names: who may be called so, and reading a bare answer to “您贵姓”."""

from __future__ import annotations

import re

from bot.language.normalise import normalise
from bot.language.surnames import BY_SOUND, COMPOUND_SURNAMES, GIVEN_WORDS, NEVER_GIVEN, SURNAMES, USUAL_SURNAMES
from bot.language.words import segmenter

# Words that begin like a name and are none, whatever the dictionary says.
_WORDS = re.compile(
    r"^(?:安[全心静排装]|常[常年用在停没规见]|马[上路]|何[时必况地]|于是|任[何意]|成了|金额|余[额下电]|"
    r"高[压峰低价速兴层档铁血温考中手]|方[便法案式面向]|时[候间段常不]|明[天明白年显]|平[时常均台]|"
    r"全[部家都是村国]|"
    r"关[于键心系闭掉]|解[决绑除]|应该|温[度暖馨]|单[位子独元]|和[好平解]|元[月旦]|毛病|江[苏西边]|"
    r"白[天费跑色条白]|万[一能事]|连[续接着夜]|车[子位库间证]|房[子东租屋客产]|文[件化]|通[知电过]|强[烈制]|顾客|"
    r"项目|"
    r"麻[烦手]|尤其|许[多可久]|曾经|毕竟|雷[雨击电阵]|满意|古怪|商[店量铺户]|农[村民业]|官[网方]|包[括月年装]|"
    r"司机|师傅|原[来因先户]|班长|海[边鲜]|花[了钱园费]|权[限利]|普通|由于|智能|幸[好亏福]|富裕|干[嘛啥什活脆]|"
    r"米饭|简单|冷[库气死]|初[一二三四五六七八九十]|国[家网庆道]|游[客戏泳]|谷[电段]|宁[可愿]|尚[未且]|边[上远]|"
    r"钱[不多少包]|左[右边转]|方言|石[头油]|叶子|林[业区地场]|田[里地]|庄稼|程[序度]|焦[急味虑]|柴[油火]|封[条停]|"
    r"沙发|"
    r"段落|龙头|阳[台光]|东[西边]|牛[奶气逼]|黄[色金页]|大|老|小|莫得|辛苦|于你|常停|时停|贾[的]|谈|易[拉])"
)
_TITLE = r"(?:先生|女士|小姐|师傅|大姐|大哥|大爷|大妈|大娘|大叔|阿姨|叔叔|老师|经理|老板|主任|队长|总)"
DOTTED = re.compile(r"[一-鿿]{1,8}(?:[·•・‧∙][一-鿿]{1,8})+")
"""A name in parts: 阿依古丽·买买提."""
_BY_SOUND = re.compile(f"[{BY_SOUND}]{{2,8}}(?![一-鿿])|[{BY_SOUND}]{{3,8}}")
_COMPANY = re.compile("公司|经营部|[一-鿿]店|厂|中心|贸易|合作社|超市|饭店|商行|学校|医院|单位|物业|小区|村|局")
_FOLLOWS = re.compile(
    r"的|电话|手机|联系|户号|户名|身份证|地址|名下|那户|这户|家(?!乐|豪|俊|明|伟|辉|琪|欣|宝)|住|申请|报的|在|要|"
    r"想|是|改|换|过户|交|缴|查|办|来|去|给|用|有没|没有?|不|也|都|就|还|把|被|从|到|跟|和(?!平|谐)|与|说|问|打|"
    r"叫|让|帮|找|开|装|搬|买|卖|号码|尾号|先生|女士|小姐|师傅|老师|经理|阿姨|大爷|大妈|大哥|大姐"
    r"|非常|特别|很|真|耐心|修|态度|写|[啊呀哦噢吧嘛呢哈了哩]"
)
_LEAD = re.compile(
    r"^(?:(?:嗯|哦|啊|呃|好的?|行|对|是的?|你好|您好|那个)[,，。 ]+|开户的?人?是?|户主是?叫?|户名是?叫?|姓名是?|"
    r"名字是?叫?|联系人是?|本人是?叫?|业主是?|原户主是?|新户主是?|全名叫?|大名叫?|叫我|我?叫|名叫|他叫|她叫|"
    r"我是|俺是|咱是|我的名字是?|用的是|登记的是?|户口本上是|房产证上是|身份证上是|(?:我|俺|咱)(?:爸|妈|爹|娘|"
    r"老公|老婆|媳妇|儿子|女儿|爷爷|奶奶)(?:叫|的名字是?|名字是?)?|老伴叫?|房东叫?|就?写(?=.*就行)|"
    r"就?写(?=[一-鿿]{2,4}$)|叫我|[:：,， ])+"
)
_TAIL = re.compile(r"(?:[,，。.!！ ]+.*|(?:这个名字?|的名字?|就行|就可以|就好|吧|啊|呀|哦|呢|嘛|哈|了|的|哩)+)$")
_SURNAME_ANSWER = re.compile(
    rf"^(?:我|俺|咱|免贵|贵|小|鄙|本人)*姓(?P<surname>{'|'.join(COMPOUND_SURNAMES)}|[一-鿿])(?:的|啊|呀|哦|,|，|。|"
    rf"\s|$)"
)
_TITLED_ANSWER = re.compile(rf"^(?:我是|叫我?|我姓|姓)?([一-鿿]{{1,2}}{_TITLE})[啊呀哦吧。,，]*$")
_GIVEN = re.compile("[一-鿿]{1,2}")
_RUN = re.compile("[一-鿿]+")
_EVERYDAY = 200
"""A word this frequent in jieba's dictionary is a word before it is a name."""
_COMMON = 1500
_LONGEST_DOTTED = 20


def surname_of(words: str) -> str | None:
    """The surname that `words` begin with, or None."""
    if words[:2] in COMPOUND_SURNAMES:
        return words[:2]
    return words[0] if words and words[0] in SURNAMES else None


def is_name(words: str, *, announced: bool = False, asked: bool = False) -> bool:
    """Whether `words` may be a full name.

    ``announced`` names (我叫…) may be everyday words too (高明, 温暖); answers to a question (``asked``) less common ones.
    """
    if DOTTED.fullmatch(words):
        return len(words) <= _LONGEST_DOTTED
    surname = surname_of(words)
    if surname is None:
        return announced and bool(_BY_SOUND.fullmatch(words))
    given = words[len(surname) :]
    if not _GIVEN.fullmatch(given) or any(c in NEVER_GIVEN for c in given) or _WORDS.match(words):
        return False
    if announced:
        return True
    return not _is_word(words, given, _COMMON if asked else _EVERYDAY) and (
        surname in USUAL_SURNAMES or len(surname) > 1
    )


def name_at(text: str, start: int, *, announced: bool = True) -> tuple[int, int] | None:
    """The span of the name that begins at `start` of a regular text, or None."""
    dotted = DOTTED.match(text, start)
    if dotted:
        return dotted.span()
    run = _RUN.match(text, start)
    if run is None:
        return None
    said = run.group()
    surname = surname_of(said)
    by_sound = _BY_SOUND.match(said) if announced else None
    if by_sound and (surname is None or by_sound.end() > 3):
        return start, start + by_sound.end()
    if surname is None:
        return None
    least, longest = len(surname) + 1, len(surname) + 2
    stop = _FOLLOWS.search(said, least)
    end = stop.start() if stop else len(said)
    if end > longest:
        # Nothing known follows: the segmenter says whether one or two characters belong to the name.
        if _COMPANY.search(said[:end]):
            return None
        first = len(segmenter().lcut(said)[0])
        end = first if least <= first <= longest else longest
    for size in (min(end, longest), least):
        if is_name(said[:size], announced=announced):
            return start, start + size
    return None


def read_name(text: str) -> str | None:
    """The name in a bare answer to “怎么称呼您” (王敏, 我是张三丰, 免贵姓李), or None."""
    regular = normalise(text).text
    surname = _SURNAME_ANSWER.match(regular)
    if surname:
        return surname.group("surname") if surname_of(surname.group("surname")) else None
    titled = _TITLED_ANSWER.match(regular)
    if titled and surname_of(titled.group(1)) and titled.group(1)[0] != "谢":
        return titled.group(1)
    rest = _LEAD.sub("", regular)
    announced = rest != regular
    said = rest if is_name(rest, asked=True) else _TAIL.sub("", rest)
    if (
        (said in USUAL_SURNAMES and said != "谢")
        or is_name(said, asked=True)
        or (announced and is_name(said, announced=True))
    ):
        return said
    if (
        re.fullmatch("[老小阿][一-鿿]", said)
        and said[1] in USUAL_SURNAMES
        and said not in ("小时", "小白", "老师", "阿姨")
    ):
        return said
    if _BY_SOUND.fullmatch(said) and said not in ("特斯拉", "阿巴阿巴") and (announced or len(said) > 2):
        return said
    return None


def _is_word(words: str, given: str, everyday: int) -> bool:
    """高压, 温暖, 关消息: in everyday use, so no name unless it is announced as one."""
    frequency = segmenter().FREQ
    return bool(
        (frequency.get(words) or 0) >= everyday
        or (len(given) > 1 and given not in GIVEN_WORDS and (frequency.get(given) or 0) >= _COMMON)
    )
