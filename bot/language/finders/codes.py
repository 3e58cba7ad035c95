"""Numbers with a form of their own: ticket numbers, phones, account numbers."""

from __future__ import annotations

import re
from datetime import date

from bot.language.entities import Found

_TICKET = re.compile(r"(?<![A-Za-z0-9])GD[ \-]?(\d{14,17})(?!\d)", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\dA-Za-z.])\+?\d(?:[ \-·.,，、]?\d){9,17}(?![\d])")
_ACCOUNT_LENGTHS = {10, 12, 13, 16}


def find_codes(text: str, today: date) -> list[Found]:
    """Tickets (``GD`` + digits), phones (mobile, or land line with area code) and accounts (10/12/13/16 digits)."""
    found = [Found("ticket_no", "GD" + m.group(1), m.start(), m.end()) for m in _TICKET.finditer(text)]
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) == 13 and digits.startswith("86") and digits[2] == "1":
            digits = digits[2:]
        if re.fullmatch(r"1[3-9]\d{9}", digits) or re.fullmatch(r"0\d{9,11}", digits):
            found.append(Found("phone", digits, match.start(), match.end()))
        elif len(digits) in _ACCOUNT_LENGTHS:
            found.append(Found("account_no", digits, match.start(), match.end()))
    return found
