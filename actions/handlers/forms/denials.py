"""What is named only to be ruled out: 我不要发票, 不是电压低，是电费高, 我没开峰谷啊."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.handlers.forms.flow import FlowBook
from actions.handlers.forms.said import Said

_DECLINES = re.compile(
    r"^(?:我|都|也|又|就|可|真|们)*(?:没(?:有)?(?:说|想|打算)(?:过)?(?:要)?|不(?:是)?(?:想|要|打算|准备|需要)|别|不用)(?:再)?(?:给我|帮我|替我|跟我)?"
    r"(?:转|接|找|办|开|要|绑|销|过户|报修|投诉|举报|申请|装|登记|人工|发票)[^,，。?？]{0,8}(?:[啊呀哦嘛吧的]|$)[。!！]*$"
)
_HAS_NOT = re.compile(r"^(?:我们?|咱|家|厂里?|店里?|都|也|可|又|根本|从来|压根|就|还)*没(?:有|得)?(?:开|装|办|申请|签|用|绑|订)?(?:过|通)?[^,，。?？]{2,7}?[啊呀哦嘛呢的]*[。!！]*$")
_BUT = re.compile(r"怎么|咋|停电通知|短信|通知|推送|[吗呢?？]|来了|修了|用了|收到|电了?$")
_RULED_OUT = re.compile(
    r"^(?:我们?|这|这个|可|又|也|都|先|现在)*(?:不是(?:要|想|来|说)?|不(?:想|要|用)?(?=投诉|举报|报修|办|查|开|过户|销户|申请|问|转人工))(?!不是)[^?？吗]{1,12}$"
)
_ONLY_ASKS = re.compile("问问|问一下|问下|想问|请问|是问|问的|怎么|咋|多少|什么|哪|吗|呢|了解")
_TO_HAVE = frozenset({"apply_pv", "apply_ev_charger", "apply_new_service", "change_tariff_plan", "change_capacity", "bind_account", "transfer_account", "close_account"})
"""Wishes for something that one may as well not have: 我家没有光伏 wants none."""


def declines(said: Said) -> bool:
    """我不要发票, 不要给我转人工, 我没说要销户: names a business only to say that it is not wanted."""
    return not said.pressed and len(said.words) <= 16 and bool(_DECLINES.match(said.words)) and not _BUT.search(said.words)


def has_none(said: Said) -> bool:
    """我家没有光伏, 我没开峰谷啊: names something only to say that one has it not."""
    if said.pressed or said.intent not in _TO_HAVE or said.entities or len(said.words) > 16:
        return False
    return bool(_HAS_NOT.match(said.words)) and not _BUT.search(said.words)


def without_ruled_out(said: Said, flows: FlowBook) -> Said:
    """不是电压低，是电费高: the turn without the wish that it begins by ruling out; itself when it rules out none."""
    if said.pressed or said.intent == "report_hazard" or len(said.pieces) < 2:
        return said
    first, *rest = said.pieces
    if not _RULED_OUT.match(first.text) or first.intent == "report_hazard":
        return said
    named = next((f for f in flows.flows.values() if f.intents and f.title[-2:] in first.text), None)
    ruled_out = named or flows.begun_by(first.intent)
    if ruled_out is None:
        return said
    meant = rest[0]
    if (meant.intent in ruled_out.intents or flows.begun_by(meant.intent) is None) and _ONLY_ASKS.search(meant.text):
        meant = replace(meant, intent="faq", confidence=1.0)  # 我不投诉，就问问投诉电话
    if flows.begun_by(meant.intent) is None and meant.intent != "faq":
        return said  # 不是我家停电，是我们厂 corrects, and says no other wish
    return replace(
        said,
        text="，".join(piece.text for piece in rest),
        intent=meant.intent,
        confidence=meant.confidence,
        doubt="none",
        ranking=((meant.intent, meant.confidence),),
        entities=tuple(entity for piece in rest for entity in piece.entities),
        pieces=tuple(rest) if len(rest) > 1 else (),
    )
