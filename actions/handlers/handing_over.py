"""A conversation given to a person, with everything written down; an enterprise's goes to its account manager."""

from __future__ import annotations

from actions.desk.customers import Account
from actions.desk.tickets import Priority
from actions.handlers.forms.said import Said
from actions.handlers.forms.step import Outcome
from actions.handlers.services import Services
from actions.handlers.trusted import user_of
from actions.handlers.words import Bubble


def hand_over(
    services: Services, said: Said, reason: str, summary: list[str], priority: str, account: Account | None = None
) -> Outcome:
    """Queue the conversation for a person; doing it again changes nothing. `account`: the customer's, when it is known."""
    waiting = services.handoffs.active(said.conversation_id)
    text = "\n".join(line for line in (*summary, *_manager(services, said, account)) if line)
    services.handoffs.open(said.conversation_id, reason, text, Priority(priority), said.now, f"{said.turn_id}:handoff")
    queue = [handoff.conversation_id for handoff in services.handoffs.waiting()]
    ahead = queue.index(said.conversation_id) if said.conversation_id in queue else 0
    name = "handed_over_already" if waiting is not None and priority != "emergency" else "handed_over"
    bubble: Bubble = services.phrases.bubble(name, waiting=f"前面还有{ahead}位，" if ahead > 0 else "")
    return Outcome([bubble], {"handoff": "queued"})


def _manager(services: Services, said: Said, account: Account | None) -> tuple[str, ...]:
    """The lines that say whose enterprise this is."""
    account = account or services.bound_account(user_of(said))
    if account is None or services.enterprises is None:
        return ()
    contract = services.enterprises.contract(account.account_no)
    return (f"企业客户：{contract.company}；客户经理：{contract.manager} {contract.manager_phone}",) if contract else ()
