"""Personal data as it may be shown (domain facts 8.2)."""

from __future__ import annotations

import re


def phone(value: str) -> str:
    """138****1234."""
    return value[:3] + "****" + value[-4:] if len(value) >= 7 else "****"


def account_no(value: str) -> str:
    """The first four and the last four digits."""
    return value[:4] + "*" * max(2, len(value) - 8) + value[-4:]


def name(value: str) -> str:
    """Surname and stars; a company keeps its ends."""
    return value[0] + "*" * max(1, len(value) - 1) if len(value) <= 4 else value[:2] + "***" + value[-2:]


def address(value: str) -> str:
    """To road or village: what follows is left out."""
    found = re.match(r".*?(?:路|街|道|巷|镇|乡|村|弄|小区)", value)
    return (found.group() if found else value[: max(2, len(value) // 2)]) + "***"


def shown(kind: str, value: str) -> str:
    """A value of a field type (`forms.flow.FIELD_TYPES`) that the customer did not say in this conversation."""
    hide = {"phone": phone, "account_no": account_no, "person_name": name, "address": address}.get(kind)
    return hide(value) if hide else value
