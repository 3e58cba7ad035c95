"""The sentence with its values put out of sight: what it wants does not depend on which number or place is in it.

城东区人民路88号没电，电话13800138000 → 地址没电，电话号码. The classifier reads the gist, so that long addresses and numbers do
not drown the few words that carry the wish.
"""

from __future__ import annotations

from typing import Sequence

from bot.language.entities import Entity
from bot.language.normalise import Normalised

STANDS_FOR = {"account_no": "号码", "phone": "号码", "ticket_no": "工单号", "address": "地址"}


def gist(regular: Normalised, values: Sequence[Entity]) -> str:
    """The regular text with accounts, phones, tickets and addresses replaced by what they are."""
    hidden = sorted((v for v in values if v.entity in STANDS_FOR), key=lambda v: v.start)
    parts: list[str] = []
    at = 0
    for value in hidden:
        inside = [i for i, origin in enumerate(regular.origin) if value.start <= origin < value.end]
        if not inside or inside[0] < at:
            continue
        parts += [regular.text[at : inside[0]], STANDS_FOR[value.entity]]
        at = inside[-1] + 1
    return "".join([*parts, regular.text[at:]])
