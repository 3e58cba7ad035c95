"""Which lines of an article answer a question about it: for a customer who has just heard its answer and asks further."""

from __future__ import annotations

import re

import numpy as np

from knowledge_base.article import Article
from knowledge_base.lexical import Floats

LEAST = 0.30
"""Below this likeness (cosine and shared words) no line is more to the point than the whole article."""
NEXT = 0.93
"""A second line this near to the best one is told too."""
MOST = 2
_SHARED = 0.5
_OF_ITS_KIND = 0.12
"""What a line gains that holds the kind of thing asked for."""
_KINDS = (
    (re.compile("多少钱|要钱|花钱|收钱|交钱|收费|费用|免费"), re.compile("[元钱免]|收费|费用")),
    (re.compile("多久|几天|多长时间|什么时候|几点|多少天"), re.compile(r"\d+个?(?:工作日|[天日月年点]|小时|分钟)")),
    (re.compile("在哪|去哪|哪里|哪儿|上哪"), re.compile("营业厅|网站|App|柜台|终端|公众号|大厅|95598|小程序")),
)
"""Money, time and places: how they are asked for, and how a line tells them."""
_SAYS = re.compile(r"[。；：，！？]")
_SENTENCE_END = re.compile(r"(?<=[。！？；])")
_RESERVE = re.compile(r"^.{0,14}以当地供电公司(?:公布的)?为准。$")
"""What every article ends with answers no further question."""
_MARKS = re.compile(r"\*\*|^[-*\d.、\s]+|^#+.*$")


def lines(article: Article) -> list[str]:
    """The lines of an article's details, then the sentences of its answer; without marks, headings and tables."""
    body = [_MARKS.sub("", line).strip() for line in article.body.splitlines() if not line.lstrip().startswith(("#", "|"))]
    # 钓鱼、风筝、气球 alone is a heading.
    return [line for line in (*body, *_SENTENCE_END.split(article.answer)) if len(line) > 5 and _SAYS.search(line) and not _RESERVE.match(line)]


def of_kind_sought(question: str, text: str) -> bool:
    """Whether the text holds the kind of thing asked for: money, a time, a place; true when none of these is."""
    sought = [told for asks, told in _KINDS if asks.search(question)]
    return not sought or any(told.search(text) for told in sought)


def fitting(question: str, asked: Floats, texts: list[str], rows: Floats) -> list[str]:
    """The lines that answer `question` best, in the article's order, at most two; none when nothing fits.

    ``asked`` is the question's centred unit row, ``rows`` those of ``texts``.
    """
    if not texts:
        return []
    pairs = _pairs(question)
    shared = np.array([len(pairs & _pairs(text)) / max(1, len(pairs)) for text in texts])
    of_kind = np.array([of_kind_sought(question, text) for text in texts], dtype=float)
    likeness = rows @ asked + _SHARED * shared + _OF_ITS_KIND * of_kind
    order = np.argsort(-likeness)[:MOST]
    best = float(likeness[order[0]])
    if best < LEAST:
        return []
    if not of_kind[order].any():
        return []  # asked what it costs, a line that names no money says nothing
    chosen = [at for at in sorted(int(i) for i in order) if float(likeness[at]) >= NEXT * best]
    return [texts[at] for at in chosen]


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"\W", "", text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)}
