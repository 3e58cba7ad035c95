"""What finished flows do, by name (`done.operation` of a flow file). One module a business."""

from __future__ import annotations

from collections.abc import Callable

from actions.desk.customers import Account
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.operations import accounts, billing, enterprise, explaining, invoices, outages, profile, tickets
from actions.handlers.operations.job import Job
from actions.handlers.services import Services

OPERATIONS: dict[str, Callable[[Job], Outcome]] = {
    "file_ticket": tickets.file_ticket,
    "ticket_progress": tickets.progress,
    "add_papers": tickets.add_papers,
    "ticket_urge": tickets.urge,
    "ticket_withdraw": tickets.withdraw,
    "look_up": billing.look_up,
    "reconnect": billing.reconnect,
    "outage_info": outages.outage_info,
    "answer_topic": accounts.show_article,
    "bind_account": accounts.bind,
    "unbind_account": accounts.unbind,
    "show_profile": profile.show,
    "forget_profile": profile.forget,
    "bills_together": enterprise.bills_together,
    "basic_charge": enterprise.basic_charge,
    "power_factor": enterprise.power_factor,
    "account_manager": enterprise.account_manager,
    "file_invoices": invoices.file_invoices,
}
"""Name in a flow file → what it does."""

AFTER_VERIFICATION: dict[str, Callable[[Services, Flow, FlowState, Account], Outcome]] = {
    "before_reconnecting": billing.before_reconnecting,
    "explain_bill": explaining.explain_bill,
}
"""Name in a flow file (`first_look`) → what is told, or found to be needless, as soon as the account is verified."""
