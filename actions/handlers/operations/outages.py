"""What is known of outages at an address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actions.desk.customers import Outage, OutageType
from actions.handlers.forms.step import Outcome
from actions.handlers.operations.job import Job
from actions.handlers.services import Services
from actions.handlers.words import Bubble, button


def day_and_time(at: datetime, now: datetime) -> str:
    """A moment as people say it: 今天17:00, 明天8:00, 11月25日8:00."""
    days = (at.date() - now.date()).days
    day = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}.get(days, f"{at.month}月{at.day}日")
    return f"{day}{at.hour}:{at:%M}"


def about_outage(services: Services, outage: Outage, now: datetime) -> Bubble:
    """One known outage in words."""
    if outage.type is OutageType.PLANNED:
        return services.phrases.bubble(
            "outage_planned",
            area=outage.area,
            reason=outage.reason,
            starts=day_and_time(outage.starts, now),
            ends=day_and_time(outage.ends or outage.estimated_restore or outage.starts, now),
        )
    restore = outage.estimated_restore or outage.ends
    # A time that has passed is no promise any more.
    name = "outage_fault" if restore and restore > now else "outage_fault_open"
    return services.phrases.bubble(
        name, area=outage.area, reason=outage.reason, restore=day_and_time(restore, now) if restore else ""
    )


def outage_info(job: Job) -> Outcome:
    """Answer whether and why power is off at an address, and until when."""
    now = job.services.clock.now()
    with job.watch("action"):
        found = job.services.customers.outages_at(job.values["address"], now)
    if not found:
        bubble = job.services.phrases.bubble("outage_none", address=job.values["address"])
        bubble.buttons = [button("停电报修", "/report_outage")]
        return Outcome([bubble], memory={"last_address": job.values["address"]})
    bubbles = [about_outage(job.services, outage, now) for outage in found[:2]]
    bubbles[-1].buttons.append(button("停电报修", "/report_outage"))
    return Outcome(bubbles, memory={"last_address": job.values["address"]})


def known_at(services: Services, address: str) -> dict[str, Any] | None:
    """The outage that explains why there is no power at an address now, with its words; None when there is none."""
    now = services.clock.now()
    for outage in services.customers.outages_at(address, now):
        if outage.starts <= now and not outage.is_over(now):
            return {"outage": outage, "bubble": about_outage(services, outage, now)}
    return None
