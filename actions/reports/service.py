"""How the service itself does: what the assistant settles alone, at first contact, why it hands over, and how content people are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from actions.desk.surveys import LOW, REASONS
from actions.ports.sql.report_rows import ReportRows, Rows
from actions.reports.period import Period
from actions.reports.tables import Cell, Table, share, table
from actions.reports.words import KIND

CHANNEL = {"web": "网页", "wechat": "微信", "voice": "语音", "ivr": "电话按键", "api": "接口", "phone": "电话回访"}
CONTENT = 4
"""This score and better counts as content."""


def service_tables(rows: ReportRows, period: Period) -> list[Table]:
    """Every table of the service in the period that has rows."""
    begin, end = period.moments()
    asked = rows.surveys(begin, end)
    made = [
        contacts(rows.conversations(begin, end)), handovers(rows.handoff_reasons(begin, end)),
        csat(asked), scores(asked), survey_reasons(asked),
    ]  # fmt: skip
    return [each for each in made if each.rows]


def contacts(conversations: Rows) -> Table:
    """Containment and first-contact resolution, by channel."""
    rows: list[tuple[Cell, ...]] = []
    for channel in sorted({row[0] for row in conversations}):
        rows.append(_contact(CHANNEL.get(channel, channel), [row for row in conversations if row[0] == channel]))
    if len(rows) > 1:
        rows.append(_contact("合计", conversations))
    note = (
        "自助完成：没有转人工。首次解决：没有转人工，由此产生的工单没有被催办或重新处理，同一客户 7 天内没有再来；"
        "不登录的客户无法认出，按没有再来计。"
    )
    return table("contacts", "对话：自助完成与首次解决", "渠道 对话 自助完成 自助完成率 首次解决 首次解决率", rows, note=note, bars=2)


def _contact(name: str, some: Rows) -> tuple[Cell, ...]:
    alone = sum(not handed for _, handed, _, _ in some)
    at_once = sum(not (handed or chased or back) for _, handed, chased, back in some)
    return name, len(some), alone, share(alone, len(some)), at_once, share(at_once, len(some))


def handovers(reasons: Iterable[str]) -> Table:
    """Why conversations went to people."""
    # Reasons are ours, but for what an older version may have written: nothing long, nothing with a number, is shown.
    counted = Counter("其他" if len(reason) > 24 or re.search(r"\d{3}", reason) else reason for reason in reasons)
    total = sum(counted.values())
    return table("handovers", "转人工原因", "原因 次数 占比", [(reason, n, share(n, total)) for reason, n in counted.most_common()], bars=1)


def csat(asked: Rows) -> Table:
    """How many were asked, answered, and are content, by kind of ticket."""
    rows = [
        _content(name, some) for kind, name in KIND.items() if (some := [row for row in asked if row[0] == kind])
    ]
    if len(rows) > 1:
        rows.append(_content("合计", asked))
    note = f"满意：{CONTENT} 分及以上；低分：{LOW} 分及以下，工单重新处理并回访。占比是占已评价的。"
    return table("csat", "满意度", "类型 邀请 已评价 评价率 平均分 满意 满意率 低分 低分率", rows, note=note, bars=6)


def _content(name: str, some: Rows) -> tuple[Cell, ...]:
    scores_ = [row[1] for row in some if row[1] is not None]
    mean = str((Decimal(sum(scores_)) / len(scores_)).quantize(Decimal("0.01"), ROUND_HALF_UP)) if scores_ else "—"
    good, low = sum(score >= CONTENT for score in scores_), sum(score <= LOW for score in scores_)
    answered = len(scores_)
    return name, len(some), answered, share(answered, len(some)), mean, good, share(good, answered), low, share(low, answered)


def scores(asked: Rows) -> Table:
    """How often each score was given."""
    counted = Counter(row[1] for row in asked if row[1] is not None)
    total = sum(counted.values())
    rows = [(f"{score} 分", counted[score], share(counted[score], total)) for score in range(5, 0, -1)] if total else []
    return table("scores", "评分分布", "评分 次数 占比", rows, bars=1)


def survey_reasons(asked: Rows) -> Table:
    """What was named as the reason of a score."""
    counted = Counter((row[1], row[2]) for row in asked if row[2])
    rows = [(REASONS.get(reason, reason), f"{score} 分", n) for (score, reason), n in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]
    return table("survey_reasons", "评分原因", "原因 评分 次数", rows, bars=2)
