"""Ticket numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.desk.errors import InvalidTicketNo
from actions.desk.numbers import TicketNo, check_digit, parse_ticket_no

NUMBERS = st.builds(TicketNo, st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 10_000_000))


def test_form() -> None:
    first = str(TicketNo(date(2026, 11, 22), 1))
    assert (len(first), first[:-1]) == (16, "GD2026112200001")
    assert len(str(TicketNo(date(2026, 11, 22), 99_999))) == 16
    assert len(str(TicketNo(date(2026, 11, 22), 100_000))) == 17


def test_the_check_digit_is_that_of_the_standard() -> None:
    # ISO/IEC 7064 MOD 11,10: the standard's example 0794 5, and 8609574271 9, that of the German tax number, which uses it.
    assert check_digit("0794") == "5"
    assert check_digit("8609574271") == "9"


@given(NUMBERS)
def test_what_is_written_is_read(number: TicketNo) -> None:
    assert parse_ticket_no(str(number)) == number


@given(NUMBERS, st.data())
def test_a_wrong_digit_is_noticed(number: TicketNo, data: st.DataObject) -> None:
    text = str(number)
    place = data.draw(st.integers(2, len(text) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != text[place]]))
    with pytest.raises(InvalidTicketNo):
        parse_ticket_no(text[:place] + digit + text[place + 1 :])


@given(NUMBERS, NUMBERS)
def test_no_two_share_a_number(one: TicketNo, other: TicketNo) -> None:
    assert (str(one) == str(other)) == (one == other)


def test_careless_writing_is_forgiven() -> None:
    number = TicketNo(date(2026, 11, 22), 1)
    text = str(number)
    for written in (text.lower(), f" {text[:6]} {text[6:]} ", "".join(chr(ord(c) + 0xFEE0) for c in text)):
        assert parse_ticket_no(written) == number


@pytest.mark.parametrize("text", ["", "GD", "XX2026112200001", "GD20261122", "GD2026112200001٣", "3201556677"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(InvalidTicketNo):
        parse_ticket_no(text)


def test_no_day_no_sequence_no_number() -> None:
    for digits in ("2026133100001", "2026112200000", "20261122012345"):
        with pytest.raises(InvalidTicketNo):
            parse_ticket_no(f"GD{digits}{check_digit(digits)}")
    with pytest.raises(ValueError, match="sequence"):
        TicketNo(date(2026, 11, 22), 0)
