"""Where one sentence may hold several wishes: 停电了还有电费也不对 → 停电了 | 电费也不对.

Only cuts; whether the pieces are wishes of their own is told by understanding each, and decided where the dialogue is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 5
"""More pieces than this are a story, not a list of wishes."""
LEAST = 6
"""Sentences shorter than this hold one wish."""

# 还有多少, 另外一户, 另外交钱, 同时在线 belong to the wish itself.
_WORDS = (
    r"还有就是|还有一?(?:个事|件事|点)|还有(?!多少|多久|几|没|钱|余额|电费?没|什么|啥|剩|谁|哪|吗|另外|个?问题|人|一)"
    r"|顺便|顺带|顺手|另外(?!一|的|那|个|户|两|几|要?[交收付掏])|此外|除此之外|以及|对了(?=.)"
    r"|同时(?=我|也|还|想|要|帮|给|麻烦|请)|(?:然后|接着)(?=我|再|还|想|要|帮|给|麻烦|请)"
    r"|也(?=给我|帮|想|投诉|开[个具张一]|办[个一理])"
    r"|(?:再|并且?|还)(?=给我|帮|查|开[个具张一]|办[个一理]|问[下一]|报[个修]|登记|申请|投诉"
    r"|想|要(?!多|不|什么|啥|带|交|几|收|等|钱|花))"
)
_MARKS = r"[，,。．；;！!？?、\n]+|\s+"
_BETWEEN = re.compile(rf"(?:{_MARKS})*(?:{_WORDS})(?:就是|呢|啊|也|还|再|[，,、：: ])*")
_MARK = re.compile(_MARKS)
# 我家停电了 我要投诉 还要查电费: in a list of wishes one may follow another without a word between them.
_WISH_AFTER_MARK = re.compile(
    r"(?:[，,。；;！!\n]+|\s+)(?=(?:我(?:还|也)?(?:要|想)|帮我|给我|麻烦)(?:查|报修|报一下|投诉|举报|办|申请|开|交|催|转|改|绑|问))"
)
_ADDED = re.compile(
    r"(?:(?:顺便|顺带|另外(?!一|的|那|个|户|两|几|要?[交收付掏])|还有就是|还有(?=我|帮|给)|此外|[哎哦]?对了|话说)[,，、!！ ]*)+(?=.)"
)
_BY_THE_WAY = re.compile(r"^(?:对了|话说|哎对了|哦对了)[,，、!！ ]*(?=.)")
_EDGE = " ，,。；;！!？?、\n"
_EMPTY = re.compile(r"^[\W_呃嗯哦啊那个就是]*$")
# What begins a wish and holds none: 我也想装充电桩 is not cut after 我.
_OPENING = re.compile(
    r"^(?:我们?|咱们?|俺们?|你们?|他们?|她|大家|能不能|能|可不可以|可否|请|麻烦|帮我|那|先|我先|想|我想|要|我要|我家|家里)?$"
)


@dataclass(frozen=True)
class Clause:
    """A piece of a sentence. ``joint``: what stood before it, ``word`` (还有, 顺便) or ``mark`` (a comma)."""

    text: str
    joint: str


def clauses(text: str) -> list[Clause]:
    """The pieces of a sentence that looks compound, in order; empty when it does not.

    A sentence that adds to an earlier one (另外帮我查下电费) is one piece, joined by a word.

    Pieces joined by a word are kept whole, commas inside them included, unless a new wish begins there (我要投诉); a sentence without such a word is cut at its marks.
    """
    whole = text.strip()
    added = _ADDED.match(whole)
    if len(whole) < LEAST or whole.startswith("/"):
        return []
    if added is not None and len(_by_words(whole[added.end() :])) == 1:
        return [Clause(whole[added.end() :].strip(_EDGE), "word")]
    whole = _BY_THE_WAY.sub("", whole)
    by_words = _by_words(whole)
    # Without a joining word what follows a mark may be the same wish: 停电三天了，我要投诉.
    listed = [piece for part in by_words for piece in _WISH_AFTER_MARK.split(part)] if len(by_words) > 1 else []
    for joint, cut in (("word", listed), ("mark", _MARK.split(whole))):
        pieces = [piece.strip(_EDGE) for piece in cut if not _EMPTY.match(piece.strip(_EDGE))]
        if len(pieces) > 1:
            return [Clause(piece, joint) for piece in pieces] if len(pieces) <= MOST else []
    return []


def _by_words(text: str) -> list[str]:
    pieces, at = [], 0
    for found in _BETWEEN.finditer(text):
        if _OPENING.match(text[at : found.start()]):
            continue
        pieces.append(text[at : found.start()])
        at = found.end()
    return [*pieces, text[at:]]
