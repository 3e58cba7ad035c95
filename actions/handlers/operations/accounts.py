"""Linking accounts to a chat user, and businesses whose first step is an article."""

from __future__ import annotations

from actions.handlers import masks
from actions.handlers.articles import answer_topic
from actions.handlers.forms.step import Outcome
from actions.handlers.operations.job import Job


def show_article(job: Job) -> Outcome:
    """Answer with the article the flow names; the customer's words may point to a nearer one."""
    words = " ".join(job.state.said).lower()
    topic = next((t for key, t in job.settings.get("by_words", {}).items() if key in words), job.settings["topic"])
    with job.watch("knowledge"):
        found = answer_topic(job.services, topic) or answer_topic(job.services, job.settings["topic"])
    if found is None:
        return Outcome([job.services.phrases.bubble("no_answer")])
    back = ["/" + intent for intent in job.flow.intents]
    found.bubbles[0].buttons = [b for b in found.bubbles[0].buttons if b["payload"] not in back]
    found.bubbles[0].buttons += [b for b in job.settings.get("buttons", []) if b not in found.bubbles[0].buttons]
    return found


def bind(job: Job) -> Outcome:
    """Link the verified account to this chat user."""
    verified = job.state.verified
    if verified is None:
        raise PermissionError("an account was to be bound without verification")
    user = job.said.customer_id or job.said.conversation_id
    with job.watch("action"):
        job.services.customers.bind(user, verified, job.said.now)
    return Outcome([job.services.phrases.bubble("bound", account=masks.account_no(verified))])


def unbind(job: Job) -> Outcome:
    """Remove the link to the account named, or to the only one there is."""
    user = job.said.customer_id or job.said.conversation_id
    with job.watch("action"):
        linked = job.services.customers.bindings(user)
        wanted = job.values.get("account_no") or (linked[0] if len(linked) == 1 else None)
        if not linked:
            return Outcome([job.services.phrases.bubble("nothing_bound")])
        if wanted is None or wanted not in linked:
            shown = "、".join(masks.account_no(number) for number in linked)
            return Outcome([job.services.phrases.bubble("which_to_unbind", accounts=shown)], ask_again="account_no")
        job.services.customers.unbind(user, wanted)
    return Outcome([job.services.phrases.bubble("unbound", account=masks.account_no(wanted))])
