"""Reading an answer: the customer's words as the value that a field asks for, or the reason why not.

A reader returns a `Reading`. ``value`` set: understood. ``wrong`` set: it was meant as an answer but cannot be right; the
reason is told and the question asked again. Neither: the words were no answer to this question.
"""

from __future__ import annotations

import re
from typing import Callable

from actions.handlers.forms.assent import is_no, is_yes
from actions.handlers.forms.choices import read_choice
from actions.handlers.forms.days import read_day, read_month
from actions.handlers.forms.flow import FlowField
from actions.handlers.forms.free_text import read_text
from actions.handlers.forms.numbers import (
    read_account,
    read_amount,
    read_email,
    read_last4,
    read_number,
    read_phone,
    read_tax_no,
    read_ticket,
)
from actions.handlers.forms.place_answers import read_place
from actions.handlers.forms.reading import NOTHING, Reading
from actions.handlers.forms.said import Said
from bot.language.names import read_name


def read_answer(field: FlowField, said: Said, *, asked: bool = True) -> Reading:
    """Read `said` as an answer to `field`.

    ``asked`` is False when the field was not the one asked for: then only a value that cannot be anything else is taken.
    """
    return _READERS[field.type](field, said, asked)


def _name(field: FlowField, said: Said, asked: bool) -> Reading:
    if _FORMER_HOLDER.search(said.words):
        return NOTHING
    found = said.value("person_name") or (read_name(said.words) if asked else None)
    return Reading(found) if found else NOTHING


_FORMER_HOLDER = re.compile(r"(?:原来?|原先|以前|之前|老|旧|前一?个?|上一?[个家任])的?(?:那个)?(?:户主|房主|业主|主人|房东)(?:是|叫|名字)")
"""原来户主叫孙秀英 names who goes, and no applicant."""


def _yes_no(field: FlowField, said: Said, asked: bool) -> Reading:
    if not asked:
        return NOTHING
    if is_yes(said):
        return Reading("yes")
    return Reading("no") if is_no(said) else NOTHING


_READERS: dict[str, Callable[[FlowField, Said, bool], Reading]] = {
    "phone": read_phone,
    "account_no": read_account,
    "phone_last4": read_last4,
    "ticket_no": read_ticket,
    "address": read_place,
    "person_name": _name,
    "month": read_month,
    "date": read_day,
    "amount": read_amount,
    "choice": read_choice,
    "yes_no": _yes_no,
    "number": read_number,
    "text": read_text,
    "email": read_email,
    "tax_no": read_tax_no,
}
