"""The state machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.desk.errors import IllegalMove
from actions.desk.lifecycle import ENDED, FINAL, ROAD, TABLE, allowed, next_status, reached, targets
from actions.desk.tickets import EventType, Kind, Status

KINDS, STATUSES, EVENTS = st.sampled_from(Kind), st.sampled_from(Status), st.sampled_from(EventType)
ROADS = {
    Kind.REPAIR: "dispatched acknowledged contacted en_route on_site resolved called_back closed",
    Kind.SERVICE_REQUEST: "dispatched acknowledged contacted en_route on_site resolved called_back closed",
    Kind.COMPLAINT: "dispatched acknowledged contacted resolved called_back closed",
    Kind.VIOLATION_REPORT: "dispatched acknowledged contacted resolved called_back closed",
    Kind.CONSULTATION: "resolved closed",
    Kind.OPINION: "dispatched acknowledged resolved closed",
    Kind.SUGGESTION: "dispatched acknowledged contacted resolved called_back closed",
    Kind.PRAISE: "dispatched acknowledged closed",
}


def walk(kind: Kind, road: str, status: Status = Status.ACCEPTED, *, reachable: bool = True) -> Status:
    for step in road.split():
        status = next_status(kind, status, EventType(step), reachable=reachable)
    return status


@pytest.mark.parametrize(("kind", "road"), ROADS.items())
def test_the_road_of_each_kind(kind: Kind, road: str) -> None:
    assert walk(kind, road) is Status.CLOSED


@pytest.mark.parametrize(
    ("kind", "road", "step"),
    [
        (Kind.REPAIR, "", "called_back"),
        (Kind.REPAIR, "", "resolved"),
        (Kind.REPAIR, "dispatched", "on_site"),
        (Kind.REPAIR, "dispatched acknowledged contacted en_route", "resolved"),
        (Kind.REPAIR, "dispatched acknowledged contacted en_route on_site", "withdrawn"),
        (Kind.REPAIR, "dispatched acknowledged contacted resolved", "closed"),
        (Kind.COMPLAINT, "dispatched acknowledged contacted", "en_route"),
        (Kind.COMPLAINT, "dispatched acknowledged contacted", "on_site"),
        (Kind.COMPLAINT, "dispatched acknowledged", "resolved"),
        (Kind.PRAISE, "dispatched acknowledged", "resolved"),
        (Kind.REPAIR, "", "accepted"),
        (Kind.REPAIR, "", "warned"),
        (Kind.REPAIR, "", "breached"),
        (Kind.REPAIR, "withdrawn", "dispatched"),
        (Kind.REPAIR, "withdrawn", "urged"),
        (Kind.REPAIR, "merged", "reopened"),
        (Kind.REPAIR, "dispatched acknowledged contacted resolved", "urged"),
    ],
)
def test_illegal_steps_say_what_is_possible(kind: Kind, road: str, step: str) -> None:
    status = walk(kind, road)
    with pytest.raises(IllegalMove) as refused:
        next_status(kind, status, EventType(step))
    assert set(refused.value.allowed) == set(allowed(kind, status))


def test_shortcuts_of_the_field() -> None:
    assert walk(Kind.REPAIR, "dispatched acknowledged en_route on_site resolved") is Status.RESOLVED
    assert walk(Kind.REPAIR, "dispatched acknowledged contacted resolved") is Status.RESOLVED


def test_round_trips() -> None:
    assert walk(Kind.REPAIR, "dispatched returned dispatched acknowledged") is Status.ACKNOWLEDGED
    done = walk(Kind.REPAIR, "dispatched acknowledged contacted resolved called_back closed reopened dispatched")
    assert done is Status.DISPATCHED


def test_who_left_no_phone_is_not_called() -> None:
    assert walk(Kind.COMPLAINT, "dispatched acknowledged resolved closed", reachable=False) is Status.CLOSED
    for kind in Kind:
        for status in Status:
            assert not targets(kind, status, reachable=False) & {Status.CONTACTED, Status.CALLED_BACK}


@given(KINDS, STATUSES, EVENTS, st.booleans(), st.booleans())
def test_what_is_allowed_is_what_works(
    kind: Kind, status: Status, event: EventType, reachable: bool, paused: bool
) -> None:
    if event in allowed(kind, status, reachable=reachable, paused=paused):
        after = next_status(kind, status, event, reachable=reachable, paused=paused)
        assert after is (event.target or status)
    else:
        with pytest.raises(IllegalMove):
            next_status(kind, status, event, reachable=reachable, paused=paused)


def test_while_it_waits_for_the_customer_no_step_is_taken() -> None:
    assert set(allowed(Kind.REPAIR, Status.CONTACTED, paused=True)) == {
        *(EventType.RESUMED, EventType.WITHDRAWN, EventType.MERGED),
        *(EventType.NOTED, EventType.URGED, EventType.ESCALATED),
    }
    assert EventType.RESUMED not in allowed(Kind.REPAIR, Status.CONTACTED)
    assert EventType.PAUSED not in allowed(Kind.REPAIR, Status.CLOSED)
    with pytest.raises(IllegalMove, match="contacted, paused"):
        next_status(Kind.REPAIR, Status.CONTACTED, EventType.EN_ROUTE, paused=True)


@given(KINDS, st.booleans())
def test_every_status_within_reach_leads_to_an_end(kind: Kind, reachable: bool) -> None:
    seen, ahead = set(), {Status.ACCEPTED}
    while ahead:
        status = ahead.pop()
        seen.add(status)
        ahead |= targets(kind, status, reachable=reachable) - seen
    assert {Status.CLOSED, Status.WITHDRAWN, Status.MERGED} <= seen
    for status in seen:
        assert status in ENDED or targets(kind, status, reachable=reachable)
    assert seen <= {Status.ACCEPTED, *(target for row in TABLE[kind].values() for target in row)}


@given(KINDS, st.lists(EVENTS, max_size=60))
def test_any_sequence_of_events_stays_within_the_table(kind: Kind, events: list[EventType]) -> None:
    status = Status.ACCEPTED
    for event in events:
        try:
            after = next_status(kind, status, event)
        except IllegalMove:
            continue
        assert status not in FINAL or event is EventType.NOTED
        assert after is status or after in TABLE[kind][status]
        status = after


def test_how_far_a_ticket_is() -> None:
    assert reached(Status.RESOLVED, Status.CONTACTED)
    assert reached(Status.ON_SITE, Status.ON_SITE)
    assert not reached(Status.EN_ROUTE, Status.ON_SITE)
    assert not any(reached(status, Status.ACCEPTED) for status in set(Status) - set(ROAD))
