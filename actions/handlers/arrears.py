"""No power because of arrears: said as soon as the account is known, so that no crew is sent; the amount only after verification."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from actions.desk.customers import Account
from actions.handlers import masks
from actions.handlers.forms.last4 import spoken_last4
from actions.handlers.forms.said import Said
from actions.handlers.forms.step import Outcome
from actions.handlers.services import Services
from actions.handlers.words import button

ARREARS = "arrears"
"""Memory: the account that was found to be cut off for arrears when an outage was to be reported."""
_PAID = re.compile(r"(?:交|缴|付|充|还)(?:了|清|完|过)")
_NO_POWER = re.compile(r"(?:没|冇|断|停)(?:得)?(?:有)?电")
_WONDERS = re.compile(r"(?:是不是|是否|会不会|难道|莫非).{0,6}(?:欠|没交|没缴)")
_UNSURE_WHY = frozenset({"query_balance", "query_outage", "report_outage", "out_of_scope"})
_ASKS_SO = re.compile(r"欠费|欠钱|没交(?:电)?费|没钱了")


def look(services: Services, account: Account | None, memory: dict[str, Any]) -> Outcome:
    """Of an account that reports an outage: that it is cut off for arrears, which ends the report; who insists is let on."""
    if account is None or not account.disconnected:
        return Outcome()
    shown = masks.account_no(account.account_no)
    insists = memory.get(ARREARS) == account.account_no
    bubble = services.phrases.bubble("known_cut_off" if insists else "cut_off_no_crew", account=shown)
    bubble.buttons = [button("交电费", "/how_to_pay"), button("申请复电", "/request_reconnection"), button("还欠多少", "/query_balance")]
    kept = {ARREARS: account.account_no, "just_said": {"account_no": account.account_no}}
    if insists:
        return Outcome([bubble])
    bubble.buttons.append(button("不是欠费，照样报修", "/report_outage"))
    return Outcome([bubble], memory=kept, ended=True)


def asked_about(services: Services, said: Said) -> Outcome:
    """是不是欠费停的: the account number tells it."""
    return Outcome([services.phrases.bubble("maybe_arrears")]) if _ASKS_SO.search(said.words) and said.value("account_no") is None else Outcome()


def read(said: Said, memory: dict[str, Any]) -> Said:
    """Right after that was told: the last four digits are for the amount owed, and who has paid wants his power back."""
    if said.intent in _UNSURE_WHY and _NO_POWER.search(said.words) and _WONDERS.search(said.words):
        # 我家没电了 是不是欠费了: one report, whose account number tells why.
        return replace(said, intent="report_outage", confidence=1.0, doubt="none", pieces=())
    account = memory.get(ARREARS)
    if not account or not said.words or said.intent == "report_hazard":
        return said
    mine = (*said.entities, {"entity": "account_no", "value": account})
    last4 = spoken_last4(said.words)
    if last4 is not None and len(said.words) <= 12:
        return replace(said, text=f"户主手机尾号{last4}", intent="query_balance", confidence=1.0, doubt="none", entities=mine, pieces=())
    if _PAID.search(said.words) and said.intent in ("inform", "out_of_scope", "affirm", "query_payment", "payment_problem", "how_to_pay"):
        return replace(said, intent="request_reconnection", confidence=1.0, doubt="none", entities=mine, pieces=())
    return said
