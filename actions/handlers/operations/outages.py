"""What is known of outages at an address."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions.desk.customers import Account, Outage, OutageType
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


SOON = timedelta(hours=24)
"""A plan that begins within this time is told to whoever reports an outage before it begins."""


def before_filing(services: Services, address: str, account: Account | None, *, alone: bool = False) -> list[Bubble]:
    """What is already known of a report, told before it is filed; nothing here keeps anybody from filing.

    `alone`: the customer says that only this house is out, so that what others report is not his.

    `account` only when it is verified or linked. That it is cut off for arrears is told by `handlers.arrears`.
    """
    now, phrases = services.clock.now(), services.phrases
    here = [outage for outage in services.customers.outages_at(address, now) if outage.starts <= now + SOON]
    running = next((outage for outage in here if outage.starts <= now), None)
    if running is not None:
        planned = running.type is OutageType.PLANNED
        return [about_outage(services, running, now), phrases.bubble("known_plan" if planned else "known_outage")]
    told = [phrases.bubble("known_later", plan=about_outage(services, outage, now).text) for outage in here[:1]]
    if alone:
        return told
    number = account.account_no if account is not None else None
    incident = services.incidents.incident_at(address, number) if services.incidents is not None else None
    if incident is not None:
        restore = incident.lead.restore_at
        name = "known_incident" if restore is None or restore <= now else "known_incident_restore"
        told.append(phrases.bubble(name, restore=day_and_time(restore, now) if restore else ""))
    return told
