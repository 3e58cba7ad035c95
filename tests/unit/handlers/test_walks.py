"""Thousands of customers who do anything at any time: no form may lose one of them."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.handlers.walking import EXAMPLES, MOVES, WORDS, walk
from tests.unit.handlers.worlds import FLOWS

NAMES = sorted(FLOWS.flows)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(NAMES), st.one_of(st.just("开始"), WORDS), st.lists(MOVES, min_size=1, max_size=16))
def test_no_walk_loses_the_customer(flow: str, opening: str, moves: list[tuple[str, Any, float]]) -> None:
    walk(flow, opening, moves)
