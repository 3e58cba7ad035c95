"""Notices switched on and off in the conversation, for whoever has shown that the account is theirs."""

from __future__ import annotations

from actions.desk.notices import Topic
from actions.handlers import masks
from actions.handlers.operations.job import Job
from actions.handlers.words import Bubble

_CHANGES = {"on": True, "off": False}


def switched(job: Job) -> list[Bubble]:
    """Switch at once what the form says, and tell so; nothing, and nothing said, where a person has to look at the application first.

    That is: another way of receiving, or an account that is neither linked nor verified in this conversation.
    """
    account_no, wanted = job.values.get("account_no"), _CHANGES.get(job.values.get("change", ""))
    if job.services.notices is None or account_no is None or wanted is None or not _theirs(job, account_no):
        return []
    topic = job.values.get("topic", "both")
    topics = tuple(Topic) if topic == "both" else (Topic(topic),)
    with job.watch("action"):
        job.services.notices.choose(account_no, topics, wanted, by="customer")
    titles = {option.value: option.title for field in job.flow.fields if field.name == "topic" for option in field.options}
    said = "账单和停电通知" if topic == "both" else titles.get(topic, topic)
    change = "打开" if wanted else "关掉"
    return [job.services.phrases.bubble("notices_switched", account=masks.account_no(account_no), topic=said, change=change)]


def _theirs(job: Job, account_no: str) -> bool:
    proof = job.memory.get("verified") or {}
    verified = proof.get("account_no") if proof.get("until", "") > job.said.now.isoformat() else None
    user = job.said.customer_id or job.said.conversation_id
    return account_no in (verified, job.state.verified) or account_no in job.services.customers.bindings(user)
