"""How a ticket stands, in words: its status, since when, and how long the way usually takes."""

from __future__ import annotations

from actions.desk.tickets import EventType, Ticket, TicketClock

STATUSES = {
    "accepted": "已受理",
    "dispatched": "已派单",
    "acknowledged": "处理人已接单",
    "contacted": "已与您联系",
    "en_route": "人员正在赶来",
    "on_site": "人员已到现场",
    "resolved": "已处理完",
    "called_back": "已回访",
    "closed": "已办结",
    "withdrawn": "已撤销",
    "returned": "正在改派",
    "reopened": "重新处理中",
    "merged": "已并入同一起停电",
}
WAITS = "等您补材料，还没开始办"


def status_of(ticket: Ticket) -> str:
    """How the ticket stands, in a word; one that is kept open for papers has not begun."""
    return WAITS if ticket.waits_for else STATUSES[ticket.status.value]


_REMARKS = frozenset({EventType.NOTED, EventType.URGED})


def when(ticket: Ticket) -> tuple[str, str]:
    """The status, and when something was last done about it: what the customer himself added is no step."""
    last = next((event for event in reversed(ticket.events) if event.type not in _REMARKS), ticket.events[-1])
    return status_of(ticket), f"{last.at.month}月{last.at.day}日{last.at:%H:%M}"


def minutes(clock: TicketClock) -> str:
    """The length of a limit in words: 45分钟, 2小时."""
    whole = round((clock.due_at - clock.started_at).total_seconds() / 60)
    return f"{whole // 60}小时" if whole % 60 == 0 else f"{whole}分钟"


def arrival(ticket: Ticket) -> str:
    """How long crews usually take to be there; empty when nobody is awaited. Never promised to the minute (domain facts X5)."""
    clock = next((c for c in ticket.clocks if c.step == "arrive" and c.finished_at is None), None)
    return minutes(clock) if clock is not None else ""
