"""The record standard: what a new ticket must carry, by kind, and in which form. Checked before anything is stored.

A wrong or missing phone number is what most contact breaches come from (paper 001), so it is checked here and not later.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import phonenumbers

from actions.desk.categories import category_of_business
from actions.desk.errors import InvalidTicket, InvalidTicketNo
from actions.desk.numbers import parse_ticket_no
from actions.desk.places import Place, area_of
from actions.desk.tickets import Kind, NewTicket, Priority

REQUIRED: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.REPAIR: ("description", "contact_phone", "address"),
        Kind.SERVICE_REQUEST: ("description", "contact_phone"),
        # The rest may be anonymous: recorded all the same, the caller is told that it may not be solvable (domain facts 4.3).
        Kind.COMPLAINT: ("description",),
        Kind.VIOLATION_REPORT: ("description",),
        Kind.CONSULTATION: ("description",),
        Kind.OPINION: ("description",),
        Kind.SUGGESTION: ("description",),
        Kind.PRAISE: ("description",),
    }
)

LONGEST: Mapping[str, int] = MappingProxyType(
    {
        "description": 4000,
        "address": 300,
        "contact_name": 60,
        "contact_phone": 20,
        "account_no": 16,
        "channel": 20,
        "conversation_id": 128,
        "business": 60,
    }
)
"""Characters at most."""

_ACCOUNT_NO = re.compile(r"\d{10}|\d{12}|\d{13}|\d{16}")
_CALLABLE = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


def check(new: NewTicket, places: Iterable[Place] = ()) -> NewTicket:
    """`new` made whole: trimmed, phone and account number in their plain form, area filled in, and for a service request the category.

    Raises InvalidTicket naming every field that is missing, invalid or too long.
    """
    new = _trimmed(new)
    required = REQUIRED[new.kind]
    if new.priority is Priority.EMERGENCY:
        # Danger to life is dispatched on a place alone; the phone is noted when it comes.
        required = tuple(field for field in required if field != "contact_phone")
    problems = [(field, "missing") for field in (*required, "channel") if not getattr(new, field)]
    problems += [(field, "too_long") for field, most in LONGEST.items() if len(getattr(new, field) or "") > most]
    phone = account_no = parent = None
    if new.contact_phone:
        phone = plain_phone(new.contact_phone)
        problems += [] if phone else [("contact_phone", "invalid")]
    if new.account_no:
        account_no = plain_account_no(new.account_no)
        problems += [] if account_no else [("account_no", "invalid")]
    if new.parent_ticket_no:
        try:
            parent = str(parse_ticket_no(new.parent_ticket_no))
        except InvalidTicketNo:
            problems.append(("parent_ticket_no", "invalid"))
    if problems:
        raise InvalidTicket(problems)
    return replace(
        new,
        contact_phone=phone,
        account_no=account_no,
        parent_ticket_no=parent,
        area=new.area or area_of(new.address, places),
        category=new.category or _category(new),
    )


def plain_phone(text: str) -> str | None:
    """A Chinese mobile or fixed-line number as its digits (13800138000, 051266668888), or None when it cannot be called.

    +86, spaces, dashes and full-width digits are forgiven; a fixed line needs its area code. Source of what is valid:
    package `phonenumbers`.
    """
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), "CN")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != _CHINA or not phonenumbers.is_valid_number(number) or number.extension:
        return None
    if phonenumbers.number_type(number) not in _CALLABLE:
        return None
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return re.sub(r"\D", "", national)


def plain_account_no(text: str) -> str | None:
    """An account number (户号) as its 10, 12, 13 or 16 digits (domain facts 5.2), or None. Spaces and dashes are forgiven."""
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
    return plain if _ACCOUNT_NO.fullmatch(plain) and plain.isascii() else None


_CHINA = 86


_OPTIONAL = ("account_no", "contact_name", "contact_phone", "address", "business", "parent_ticket_no")


def _trimmed(new: NewTicket) -> NewTicket:
    # The conversation id is not ours to trim: it is a key.
    optional: dict[str, Any] = {name: (getattr(new, name) or "").strip() or None for name in _OPTIONAL}
    return replace(new, description=new.description.strip(), channel=new.channel.strip(), **optional)


def _category(new: NewTicket) -> tuple[str, ...]:
    # What a complaint or a repair is about the desk's classifier reads from the description.
    return category_of_business(new.business) if new.kind is Kind.SERVICE_REQUEST else ()
