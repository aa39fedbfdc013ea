"""Why is nothing on offer: the owner's diagnosis lifts one rule at a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.availability.engine.diagnosis import why_no_times
from apps.availability.engine.inputs import (
    DateRule,
    Hours,
    Limits,
    Requirement,
    ResourceFacts,
    Search,
    Shape,
    WeeklyRange,
    compute_limits,
)
from apps.availability.engine.reasons import Change, ChangeKind, Reason, ReasonCode, why_not
from apps.availability.engine.slots import find_slots
from tests.availability.engine.test_slots import (
    ANNA,
    BERLIN,
    HOUR,
    MONDAY,
    SALON,
    STATION,
    TUESDAY,
    at,
    team,
    weekly,
)

FULL = team(ResourceFacts(ANNA, busy=((at(8), at(13)),)))


def why(search: Search) -> list[Reason]:
    return list(why_no_times(search, first=MONDAY, last=MONDAY))


def test_a_day_for_which_too_few_people_came_says_that_and_not_that_it_is_taken() -> None:
    called_off = replace(SALON, limits=Limits(called_off=((at(0), at(23)),)))
    full = replace(called_off, resources=FULL)

    assert find_slots(called_off, first=MONDAY, last=MONDAY) == []
    assert why(called_off) == [Reason(ReasonCode.TOO_FEW_PEOPLE)]
    assert [it.code for it in why(full)] == [ReasonCode.BUSY]
    assert Reason(ReasonCode.TOO_FEW_PEOPLE) in why_not(called_off, start=at(9), primary_id=None)


def test_a_day_with_times_needs_no_diagnosis() -> None:
    assert why(SALON) == []


@pytest.mark.parametrize("requirements", [(), (Requirement(1, ()),), (Requirement(1, (77,)),)])
def test_nobody_assigned_comes_first(requirements: tuple[Requirement, ...]) -> None:
    assert why(replace(SALON, requirements=requirements)) == [
        Reason(ReasonCode.NO_ASSIGNED_RESOURCES)
    ]


def test_people_without_hours_are_named() -> None:
    search = replace(SALON, resources=team(ResourceFacts(ANNA, Hours())))

    assert why(search) == [Reason(ReasonCode.NO_WORKING_HOURS, ANNA)]


def test_a_full_day_is_busy_and_a_nearly_full_one_lacks_room_for_the_buffer() -> None:
    gap = team(ResourceFacts(ANNA, busy=((at(8), at(10)), (at(11), at(13)))))
    buffered = replace(SALON, resources=gap, shape=Shape(HOUR, HOUR, 0, 15 * 60))

    assert why(replace(SALON, resources=FULL)) == [Reason(ReasonCode.BUSY)]
    assert why(buffered) == [Reason(ReasonCode.BUFFER_TOO_SHORT)]


def test_a_day_past_and_a_day_far_ahead_blame_the_policy() -> None:
    past = compute_limits(now=at(12), zone=BERLIN)
    far = compute_limits(now=at(9) - 48 * HOUR, zone=BERLIN, max_advance_minutes=24 * 60)
    beyond = compute_limits(now=at(9) - 48 * HOUR, zone=BERLIN, horizon_days=1)
    missed = Change(ChangeKind.SHORTEN_NOTICE, 61)
    opens = Change(ChangeKind.OPENS_AT, at=at(9) - 24 * HOUR)
    next_day = Change(ChangeKind.OPENS_AT, at=at(0) - 24 * HOUR)

    assert why(replace(SALON, limits=past)) == [Reason(ReasonCode.TOO_LATE, change=missed)]
    assert why(replace(SALON, limits=far)) == [Reason(ReasonCode.TOO_EARLY, change=opens)]
    assert why(replace(SALON, limits=beyond)) == [
        Reason(ReasonCode.BEYOND_HORIZON, change=next_day)
    ]


def test_a_full_day_in_the_past_is_both() -> None:
    past = compute_limits(now=at(12), zone=BERLIN)
    found = why(replace(SALON, resources=FULL, limits=past))

    assert [reason.code for reason in found] == [ReasonCode.TOO_LATE, ReasonCode.BUSY]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"service_hours": weekly((13 * 60, 14 * 60))}, ReasonCode.SERVICE_NOT_OFFERED_THEN),
        (
            {"business_hours": weekly((540, 720), location_id=2), "location_id": 1},
            ReasonCode.NOT_AT_LOCATION,
        ),
        (
            {"business_hours": Hours(weekly((540, 720)).weekly, (DateRule(MONDAY, ()),))},
            ReasonCode.BUSINESS_CLOSED,
        ),
        ({"business_hours": Hours((WeeklyRange(1, 540, 720),))}, ReasonCode.BUSINESS_CLOSED),
        (
            {"shape": Shape(3 * HOUR, HOUR, 0, 900, buffers_within_hours=True)},
            ReasonCode.BUFFER_TOO_SHORT,
        ),
    ],
    ids=["service", "location", "holiday", "weekday", "buffer"],
)
def test_the_rule_that_hides_the_times_is_blamed(
    changes: dict[str, object], code: ReasonCode
) -> None:
    assert why(replace(SALON, **changes)) == [Reason(code)]  # type: ignore[arg-type]


def test_a_service_longer_than_the_day_says_by_how_much() -> None:
    change = Change(ChangeKind.SHORTEN_DURATION, 30)

    assert why(replace(SALON, shape=Shape(3 * HOUR + 1800, HOUR))) == [
        Reason(ReasonCode.DURATION_TOO_LONG, change=change)
    ]


def test_people_who_are_away_are_named_and_a_closed_station_too() -> None:
    away = Hours((WeeklyRange(1, 540, 720),))
    people = team(ResourceFacts(ANNA), ResourceFacts(STATION, away))
    both = (Requirement(1, (ANNA,)), Requirement(2, (STATION,)))
    search = replace(SALON, resources=people, requirements=both)

    assert why(search) == [Reason(ReasonCode.RESOURCE_NOT_WORKING, STATION)]
    assert why_no_times(search, first=MONDAY, last=TUESDAY) == ()


def test_people_and_rooms_that_never_work_at_the_same_time_are_outside_hours() -> None:
    people = team(ResourceFacts(ANNA), ResourceFacts(STATION, weekly((13 * 60, 16 * 60))))
    both = (Requirement(1, (ANNA,)), Requirement(2, (STATION,)))

    assert why(replace(SALON, resources=people, requirements=both)) == [
        Reason(ReasonCode.OUTSIDE_HOURS)
    ]


def test_one_person_asked_for_twice_is_one_too_few() -> None:
    twice = (Requirement(1, (ANNA,)), Requirement(2, (ANNA,)))
    sunday = MONDAY - timedelta(days=1)

    found = why_no_times(replace(SALON, requirements=twice), first=sunday, last=MONDAY)
    assert found == (Reason(ReasonCode.NO_ASSIGNED_RESOURCES),)
