"""Ticket numbers: `GD` + day (YYYYMMDD) + sequence of that day (5 digits, more when needed) + check digit.

Sixteen characters up to 99,999 tickets a day, one more for each further digit. The check digit is ISO/IEC 7064
MOD 11,10 over all digits before it, so any single wrong digit is noticed: a number read out over the phone and
misheard names no other customer's ticket.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from actions.desk.errors import InvalidTicketNo

_FORM = re.compile(r"GD([0-9]{8})([0-9]{5}|[1-9][0-9]{5,})([0-9])")


@dataclass(frozen=True, slots=True)
class TicketNo:
    """A ticket number taken apart. `str()` gives it whole."""

    day: date
    sequence: int

    def __post_init__(self) -> None:
        """Raise ValueError when `sequence` is not positive."""
        if self.sequence < 1:
            raise ValueError(f"sequence {self.sequence}: counting starts at 1")

    def __str__(self) -> str:
        """The number as customers see it."""
        digits = f"{self.day:%Y%m%d}{self.sequence:05d}"
        return f"GD{digits}{check_digit(digits)}"


def parse_ticket_no(text: str) -> TicketNo:
    """Read a ticket number; full-width characters, small letters and spaces are forgiven. Raises InvalidTicketNo."""
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    found = _FORM.fullmatch(plain)
    if found is None:
        raise InvalidTicketNo(f"{text!r} does not look like a ticket number")
    day, sequence, check = found.groups()
    if check_digit(day + sequence) != check:
        raise InvalidTicketNo(f"{text!r}: the check digit does not fit")
    try:
        return TicketNo(date(int(day[:4]), int(day[4:6]), int(day[6:])), int(sequence))
    except ValueError as error:
        raise InvalidTicketNo(f"{text!r}: {error}") from error


def check_digit(digits: str) -> str:
    """The ISO/IEC 7064 MOD 11,10 check digit of a string of ASCII digits."""
    product = 10
    for digit in digits:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)
