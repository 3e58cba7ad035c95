"""spaCy at work: one entity ruler for titles (陈女士), words that announce a name (户主是) and household appliances.

The pipeline is spaCy's blank Chinese one with its character segmenter: every character is a token, so that a pattern
can never be lost to a wrong word boundary. Longer patterns win, therefore 电视剧 listed as a plain word hides 电视.
Loads in well under a second; a sentence takes about 0.1 ms.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.language.surnames import COMPOUND_SURNAMES, USUAL_SURNAMES
from bot.language.wordlists import listed

APPLIANCES = {
    "电视": "电视机 电视 彩电 液晶电视 店视 电视屏幕",
    "冰箱": "电冰箱 冰箱 雪柜 冰像",
    "冰柜": "冰柜 冷柜 展示柜",
    "空调": "空调 空调机 空调主板 空条 冷气机",
    "洗衣机": "洗衣机 洗一机",
    "热水器": "热水器 电热水器 热水机",
    "路由器": "路由器 光猫",
    "电脑": "电脑 台式机 笔记本电脑 电脑主机 显示器",
    "电饭煲": "电饭煲 电饭锅",
    "电磁炉": "电磁炉",
    "微波炉": "微波炉",
    "油烟机": "油烟机 抽油烟机",
    "电风扇": "电风扇 风扇 吊扇",
    "水泵": "水泵 抽水机 潜水泵 抽水泵 增压泵",
    "机顶盒": "机顶盒",
    "音响": "音响 功放",
    "灯泡": "灯泡 灯管",
    "取暖器": "取暖器 电暖器 电暖气 小太阳 暖风机",
    "电热毯": "电热毯",
    "净水器": "净水器 净水机",
    "饮水机": "饮水机",
    "摄像头": "摄像头 监控",
    "洗碗机": "洗碗机",
    "烤箱": "烤箱",
    "豆浆机": "豆浆机",
    "电水壶": "电水壶 电热水壶 热水壶",
    "吹风机": "吹风机",
    "智能马桶": "智能马桶 马桶盖",
    "打印机": "打印机",
    "收银机": "收银机",
    "投影仪": "投影仪",
    "收音机": "收音机",
    "制氧机": "制氧机",
    "呼吸机": "呼吸机",
    "电机": "电动机 水泵电机",
    "增氧机": "增氧机",
    "孵化机": "孵化机 孵化器",
    "电梯": "电梯",
    "充电器": "充电器",
    "浴霸": "浴霸",
    "门铃": "门铃",
    "钢琴": "电钢琴",
}
"""Appliance → what customers call it, misheard forms included."""
_PLAIN_WORDS = listed(
    """
    电视剧 电视台 电视节目 看电视 电视塔 电视购物 空调费 空调房 空调补贴 空调外机线 电脑城 电脑版
    电脑上 电脑端 冰箱贴 监控中心 电梯口 电梯房 电梯费 呼吸机构 打印机构 水泵房 风扇叶 充电器材
    网络电视费
"""
)
_TITLES = listed("先生 女士 小姐 师傅 大姐 大哥 大爷 大妈 大娘 大叔 阿姨 老师 经理 老板 主任 队长")
SURE = frozenset(
    listed(
        """
        我叫 俺叫 我名叫 他叫 她叫 名叫 全名叫 户主 户主是 户主叫 户名 户名是 户名叫 户名写 姓名
        姓名是 名字是 名字叫 名字写 联系人 联系人是 联系人叫 本人 我爸叫 我妈叫 我爹叫 我娘叫
        我老公叫 我儿子叫 我女儿叫 原户主 原户主是 新户主 新户主是 大名 全名 开户人 开户人是 申请人
        申请人是 用户姓名
    """
    )
)
"""Announcements after which any surname is believed."""
_UNSURE = listed(
    """
    户主名字 名字 我是 俺是 本人是 报修人 报修人是 我爸 我爸是 我妈 我妈是 我爹 我娘 我爷爷
    我爷爷叫 我奶奶 我奶奶叫 我老公 我老婆 我老婆叫 我媳妇 我儿子 我女儿 我父亲 我父亲叫 我母亲
    我母亲叫 买主 房东叫 业主 业主是 业主叫 抬头写个人 写的是 写名字 改成 改为 换成 过户给 过到
    登记的是 开户的是 用户名 客户名 称呼 叫我 身份证上是 证上是 户口本上是 写成 客户经理 师傅
    会计 客服 班长 所长 电工 抄表员 营业员 柜台的 我女婿 我儿媳 儿媳妇 我弟弟 我弟 我哥 我哥哥
    我姐 我姐姐 我妹妹 我孙子 我爱人 我对象 我婆婆 我公公 我岳父 我岳母 我丈夫 我妻子 我外婆
    我外公 我姥姥 我姥爷 我老伴 房客 租客 经理 主任 队长 报装人 户主名叫 户主名字是 户主改成
    户主换成
"""
)


@dataclass(frozen=True)
class Mark:
    """What the ruler saw: ``appliance`` (value: its usual name), ``titled`` or ``announcing``."""

    label: str
    value: str
    text: str
    start: int
    end: int


class _Characters:
    """A token for each character. spaCy's own does the same and aligns words with the text at length, a fifth of a search."""

    def __init__(self, vocab: Any) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Any:
        from spacy.tokens import Doc

        words: list[str] = []
        spaces: list[bool] = []
        for character in text:
            if character == " " and words and not spaces[-1]:
                spaces[-1] = True
            else:
                words.append(character)
                spaces.append(False)
        return Doc(self._vocab, words=words, spaces=spaces)


@lru_cache(maxsize=1)
def ruler() -> Any:
    """The pipeline. Imported late: spaCy takes over a second, and the danger words must not wait for it."""
    import spacy

    logging.getLogger("spacy").setLevel(logging.ERROR)
    pipeline = spacy.blank("zh")
    pipeline.tokenizer = _Characters(pipeline.vocab)
    component = pipeline.add_pipe("entity_ruler")
    surname: list[list[dict[str, Any]]] = [[{"TEXT": {"IN": sorted(USUAL_SURNAMES)}}]]
    surname += [[{"TEXT": c} for c in name] for name in COMPOUND_SURNAMES]
    patterns: list[dict[str, Any]] = [
        {"label": "titled", "pattern": first + [{"TEXT": c} for c in title]} for first in surname for title in _TITLES
    ]
    patterns += [{"label": "announcing", "pattern": words} for words in (*SURE, *_UNSURE)]
    patterns += [
        {"label": "appliance", "pattern": word, "id": name}
        for name, said in APPLIANCES.items()
        for word in said.split()
    ]
    patterns += [{"label": "plain", "pattern": word} for word in _PLAIN_WORDS]
    component.add_patterns(patterns)
    return pipeline


@lru_cache(maxsize=512)
def marks(text: str) -> tuple[Mark, ...]:
    """What stands in the regular `text`, in order, without overlaps."""
    return tuple(
        Mark(span.label_, span.id_ or span.ent_id_ or span.text, span.text, span.start_char, span.end_char)
        for span in ruler()(text).ents
        if span.label_ != "plain"
    )
