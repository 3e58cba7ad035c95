"""Which account this customer has shown to be theirs: verified in this conversation, or linked to the chat user."""

from __future__ import annotations

from typing import Any

from actions.desk.customers import Account
from actions.handlers.context import OTHER_ACCOUNT
from actions.handlers.forms.said import Said
from actions.handlers.services import Services


def user_of(said: Said) -> str:
    """Who is chatting: the customer the channel names, else the conversation itself."""
    return said.customer_id or said.conversation_id


def trusted_account(services: Services, said: Said, memory: dict[str, Any]) -> Account | None:
    """The account this customer has verified or linked, unless another one is named in this very sentence."""
    if OTHER_ACCOUNT.search(said.words) and said.value("account_no") is None:
        return None
    account = own_account(services, said, memory)
    return account if account is not None and said.value("account_no") in (None, account.account_no) else None


def own_account(services: Services, said: Said, memory: dict[str, Any]) -> Account | None:
    """The same, whatever this sentence names."""
    verified = memory.get("verified") or {}
    account = None
    if verified.get("until", "") > said.now.isoformat():
        account = services.known(verified["account_no"])
    return account or services.bound_account(user_of(said))
