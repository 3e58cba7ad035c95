"""Bills of several months at once: 八月和九月一共多少, 上半年, 今年哪个月最多. Listed, added up, the highest named."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from actions.desk.customers import Account
from actions.handlers import masks
from actions.handlers.forms.flow import Flow, FlowBook
from actions.handlers.forms.said import Said
from actions.handlers.operations.job import Job
from actions.handlers.operations.months import months_in
from actions.handlers.words import Bubble

_WHOLE_YEAR = re.compile(r"(?:今|去|前|本)年(?:以来|到现在|到目前|至今|的|我家|我们?|家里|电费|用电|[,， ])*(?:一共|总共|总计|合计|累计|共|加起来|每个?月|各月|全部|都|哪个月|平均|用了?多少)|(?:哪|几)个?月(?:份)?.{0,6}(?:最|高|多)|平均(?:每个?|一个)月|每个月")
_OF_SUMS = re.compile(
    r"那么?|还有|再|就|请问|帮我?|给我|我家?|家里|你|想|查[查询]?|看[看下]?|一下|一?共|总共|总计|合计|累计|加(?:起来|一起)?|平均|最[多少高低]|每个?月|各月|全部|[今去前本]年|以来|到现在|至今|"
    r"上半年|下半年|全年|第?[一二三四1-4]季度|最近|近|过去|这|前|上|几?个?月(?:份)?|[\d一二两三四五六七八九十]+|和|跟|与|到|至|还|、|是|用了?|交了?|花了?|电费?|费用|度数?|多少|几|钱|哪个?|的|呢|吗|呀|啊|了|吧|年|[\W_]"
)


def several_months(words: str, today: date) -> tuple[str, ...]:
    """The months meant when they are several; empty for one or none."""
    months = months_in(words, today)
    if len(months) < 2 and _WHOLE_YEAR.search(words):
        year = next((name for name in ("去年", "前年") if name in words), "今年")
        months = months_in(f"{year}全年", today)
    return months if len(months) > 1 else ()


def summed_up(said: Said, memory: dict[str, Any], flows: FlowBook) -> tuple[Flow, dict[str, str]] | None:
    """这三个月一共: the last look-up again, over several months; None when the turn says anything else."""
    last = flows.named(memory.get("last_flow"))
    if last is None or last.done.settings.get("what") not in ("bill", "usage") or not said.words or said.value("account_no"):
        return None
    if not several_months(said.words, said.now.date()) or _OF_SUMS.sub("", said.words):
        return None
    kind = flows.begun_by("query_usage") if "度" in said.words else last
    account = (memory.get("last_values") or {}).get("account_no")
    return (kind or last), {"account_no": account} if account else {}


def listed(job: Job, account: Account) -> Bubble | None:
    """The bills of the months that were asked for in this run, with their sum; None when it asked for one month."""
    words = next((w for w in (job.said.words, *job.state.said) if several_months(w, job.said.now.date())), "")
    months = several_months(words, job.said.now.date())
    bills = [bill for month in months if (bill := job.services.customers.bill(account.account_no, month)) is not None]
    if len(bills) < 2:
        return None
    phrases, what = job.services.phrases, str(job.settings["what"])
    most = max(bills, key=lambda bill: (bill.kwh, bill.month) if what == "usage" else (bill.amount, bill.month))
    total, kwh = sum((bill.amount for bill in bills), Decimal(0)), sum(bill.kwh for bill in bills)
    lines = [phrases.text("month_line", month=_name(bill.month), kwh=bill.kwh, amount=f"{bill.amount:.2f}") for bill in bills]
    return phrases.bubble(
        "months_together", account=masks.account_no(account.account_no), count=len(bills), lines="\n".join(lines),
        kwh=kwh, total=f"{total:.2f}", mean=f"{total / len(bills):.2f}", mean_kwh=round(kwh / len(bills)), most=_name(most.month),
    )  # fmt: skip


def _name(month: str) -> str:
    return f"{month[:4]}年{int(month[5:])}月"
