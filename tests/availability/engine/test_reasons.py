"""Why not this one: each rule that can be in the way names itself and the smallest way out."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.availability.engine.diagnosis import why_no_times
from apps.availability.engine.free import fits, is_still_free
from apps.availability.engine.inputs import (
    DateRule,
    Hours,
    Requirement,
    ResourceFacts,
    Search,
    Shape,
    WeeklyRange,
    compute_limits,
)
from apps.availability.engine.reasons import (
    Change,
    ChangeKind,
    Reason,
    ReasonCode,
    why_not,
    why_not_fit,
)
from apps.availability.engine.slots import find_slots
from apps.availability.engine.zones import boundary, wall_at
from tests.availability.engine.searches import QUESTIONS, Question
from tests.availability.engine.test_against_brute_force import EXAMPLES, THOROUGH, bounds

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 10, 5)
ANNA, BEN, STATION = 1, 2, 9
WEEK = tuple(WeeklyRange(weekday, 9 * 60, 17 * 60) for weekday in range(5))
HOUR = 3600


def at(hour: int, minute: int = 0, *, on: date = MONDAY) -> int:
    return boundary(BERLIN, wall_at(on, hour * 60 + minute))


SALON = Search(
    zone=BERLIN,
    business_hours=Hours(WEEK),
    resources={ANNA: ResourceFacts(ANNA)},
    requirements=(Requirement(1, (ANNA,)),),
    shape=Shape(duration=HOUR, step=HOUR // 2),
)


def staffed(hours: Hours | None = None, busy: tuple[tuple[int, int], ...] = ()) -> Search:
    return replace(SALON, resources={ANNA: ResourceFacts(ANNA, hours, busy)})


def why(search: Search, start: int) -> list[Reason]:
    return list(why_not(search, start=start, primary_id=ANNA))


def test_a_time_on_offer_has_no_reason() -> None:
    assert why(SALON, at(9)) == []


def test_a_time_that_ends_after_closing_says_by_how_much() -> None:
    opening = (at(9), at(17))
    change = Change(ChangeKind.EXTEND_END, 30)

    assert why(SALON, at(16, 30)) == [Reason(ReasonCode.OUTSIDE_HOURS, None, opening, change)]


def test_a_time_before_a_persons_own_opening_names_the_person() -> None:
    late = Hours(tuple(WeeklyRange(weekday, 11 * 60, 17 * 60) for weekday in range(5)))
    change = Change(ChangeKind.EXTEND_START, 45)

    assert why(staffed(hours=late), at(10, 15)) == [
        Reason(ReasonCode.OUTSIDE_HOURS, ANNA, (at(11), at(17)), change)
    ]


def test_a_time_around_a_short_opening_needs_it_longer_at_both_ends() -> None:
    hours = Hours((WeeklyRange(0, 9 * 60, 13 * 60), WeeklyRange(0, 18 * 60 + 10, 18 * 60 + 40)))
    change = Change(ChangeKind.EXTEND_BOTH, 30)

    assert why(staffed(hours=hours), at(18)) == [
        Reason(ReasonCode.OUTSIDE_HOURS, ANNA, (at(18, 10), at(18, 40)), change)
    ]


def test_somebody_who_left_cannot_be_confirmed() -> None:
    assert why_not_fit(SALON, start=at(9), resource_ids=[ANNA, BEN]) == (
        Reason(ReasonCode.NO_ASSIGNED_RESOURCES, BEN),
    )


def test_a_taken_time_shows_what_is_there_and_the_nearest_time_on_offer() -> None:
    busy = (at(10), at(11))
    change = Change(ChangeKind.MOVE, -60, at(9))

    assert why(staffed(busy=(busy,)), at(10)) == [Reason(ReasonCode.BUSY, ANNA, busy, change)]


def test_a_taken_time_on_a_full_day_has_nowhere_to_move() -> None:
    busy = (at(9), at(17))

    assert why(staffed(busy=(busy,)), at(10)) == [Reason(ReasonCode.BUSY, ANNA, busy)]


@pytest.mark.parametrize(("before", "after", "minutes"), [(20, 0, 20), (0, 15, 15), (10, 15, 15)])
def test_a_buffer_that_meets_a_neighbour_says_how_much_shorter_it_must_be(
    before: int, after: int, minutes: int
) -> None:
    busy = ((at(9), at(10)), (at(11), at(12)))
    search = replace(staffed(busy=busy), shape=Shape(HOUR, HOUR, before * 60, after * 60))
    first = busy[0] if before else busy[1]
    change = Change(ChangeKind.SHORTEN_BUFFER, minutes)

    assert why(search, at(10)) == [Reason(ReasonCode.BUFFER_TOO_SHORT, ANNA, first, change)]


def test_a_buffer_that_must_fit_into_the_hours_says_how_much_is_missing() -> None:
    search = replace(SALON, shape=Shape(HOUR, HOUR, 0, 900, buffers_within_hours=True))
    change = Change(ChangeKind.SHORTEN_BUFFER, 15)

    assert why(search, at(16)) == [
        Reason(ReasonCode.BUFFER_TOO_SHORT, ANNA, (at(9), at(17)), change)
    ]


def test_a_time_between_two_grid_points_moves_to_the_nearer_one() -> None:
    change = Change(ChangeKind.MOVE, -10, at(10))

    assert why(SALON, at(10, 10)) == [Reason(ReasonCode.OFF_GRID, ANNA, change=change)]


def test_a_closed_day_is_the_business_closed() -> None:
    sunday = MONDAY - timedelta(days=1)

    assert why(SALON, at(10, on=sunday)) == [Reason(ReasonCode.BUSINESS_CLOSED)]


def test_a_holiday_closes_people_with_hours_of_their_own() -> None:
    closed = Hours(WEEK, (DateRule(MONDAY, ()),))
    search = replace(staffed(hours=Hours(WEEK)), business_hours=closed)

    assert why(search, at(10)) == [Reason(ReasonCode.BUSINESS_CLOSED)]


@pytest.mark.parametrize("weekly", [WEEK, None])
def test_a_persons_day_off_is_theirs_not_the_businesss(
    weekly: tuple[WeeklyRange, ...] | None,
) -> None:
    search = staffed(hours=Hours(weekly, (DateRule(MONDAY, ()),)))

    assert why(search, at(10)) == [Reason(ReasonCode.RESOURCE_NOT_WORKING, ANNA)]


def test_a_service_with_hours_of_its_own_is_not_offered_outside_them() -> None:
    mornings = Hours(tuple(WeeklyRange(weekday, 9 * 60, 12 * 60) for weekday in range(5)))
    search = replace(SALON, service_hours=mornings)

    assert why(search, at(14)) == [Reason(ReasonCode.SERVICE_NOT_OFFERED_THEN)]


def test_a_person_at_the_other_location_is_not_here() -> None:
    elsewhere = Hours(tuple(replace(it, location_id=2) for it in WEEK))
    search = replace(staffed(hours=elsewhere), location_id=1)

    assert why(search, at(10)) == [Reason(ReasonCode.NOT_AT_LOCATION, ANNA)]


def test_a_person_without_any_hours_has_no_working_hours() -> None:
    assert why(staffed(hours=Hours()), at(10)) == [Reason(ReasonCode.NO_WORKING_HOURS, ANNA)]


def test_a_person_who_works_on_some_dates_only_does_not_follow_the_business() -> None:
    """Their week is empty, which is not the same as none: that Sunday is closed is no reason."""
    sunday, dates = MONDAY - timedelta(days=1), (DateRule(MONDAY, ((9 * 60, 12 * 60),)),)
    not_working = [Reason(ReasonCode.RESOURCE_NOT_WORKING, ANNA)]

    assert why(staffed(hours=Hours((), dates)), at(10, on=sunday)) == not_working
    assert why(staffed(hours=Hours(None, dates)), at(10, on=sunday)) == [
        Reason(ReasonCode.BUSINESS_CLOSED)
    ]


def test_a_service_longer_than_every_window_says_by_how_much() -> None:
    search = replace(SALON, shape=Shape(9 * HOUR, HOUR))
    change = Change(ChangeKind.SHORTEN_DURATION, 60)

    assert why(search, at(9)) == [Reason(ReasonCode.DURATION_TOO_LONG, None, change=change)]


def test_a_person_who_does_not_do_the_service_is_not_assigned() -> None:
    assert list(why_not(SALON, start=at(9), primary_id=BEN)) == [
        Reason(ReasonCode.NO_ASSIGNED_RESOURCES)
    ]


def test_limits_say_when_it_was_too_late_and_when_it_opens() -> None:
    now = at(8)
    near = compute_limits(now=now, zone=BERLIN, min_notice_minutes=90)
    late = Change(ChangeKind.SHORTEN_NOTICE, 30)
    far = compute_limits(now=now, zone=BERLIN, max_advance_minutes=60)
    opens = Change(ChangeKind.OPENS_AT, at=at(11))
    horizon = compute_limits(now=now - 7 * 24 * HOUR, zone=BERLIN, horizon_days=6)
    next_day = Change(ChangeKind.OPENS_AT, at=at(0, on=MONDAY - timedelta(days=6)))

    assert why(replace(SALON, limits=near), at(9)) == [Reason(ReasonCode.TOO_LATE, change=late)]
    assert why(replace(SALON, limits=far), at(12)) == [Reason(ReasonCode.TOO_EARLY, change=opens)]
    assert why(replace(SALON, limits=horizon), at(12)) == [
        Reason(ReasonCode.BEYOND_HORIZON, change=next_day)
    ]


def test_everybodys_reason_is_told_the_closest_to_bookable_first() -> None:
    busy = (at(9), at(17))
    off = Hours(WEEK, (DateRule(MONDAY, ()),))
    team = {ANNA: ResourceFacts(ANNA, off), BEN: ResourceFacts(BEN, None, (busy,))}
    search = replace(SALON, resources=team, requirements=(Requirement(1, (ANNA, BEN)),))

    assert list(why_not(search, start=at(10), primary_id=None)) == [
        Reason(ReasonCode.BUSY, BEN, busy),
        Reason(ReasonCode.RESOURCE_NOT_WORKING, ANNA),
    ]


def test_a_taken_wash_station_is_named_though_the_stylist_is_free() -> None:
    busy = (at(10), at(11))
    team = {ANNA: ResourceFacts(ANNA), STATION: ResourceFacts(STATION, None, (busy,))}
    both = (Requirement(1, (ANNA,)), Requirement(2, (STATION,)))
    search = replace(SALON, resources=team, requirements=both)
    change = Change(ChangeKind.MOVE, -30, at(9))

    assert why(search, at(9, 30)) == [Reason(ReasonCode.BUSY, STATION, busy, change)]


def test_one_person_cannot_fill_two_requirements() -> None:
    twice = replace(SALON, requirements=(Requirement(1, (ANNA,)), Requirement(2, (ANNA,))))

    assert why(twice, at(9)) == [Reason(ReasonCode.NO_ASSIGNED_RESOURCES)]
    assert find_slots(twice, first=MONDAY, last=MONDAY) == []


@settings(THOROUGH, max_examples=EXAMPLES // 2)
@given(QUESTIONS, st.data())
def test_reasons_are_given_exactly_when_a_start_is_not_on_offer(
    question: Question, data: st.DataObject
) -> None:
    search = question.search
    low, high = bounds(question)
    people = st.sampled_from([None, *search.requirements[0].resource_ids])
    listed = {slot.start for slot in find_slots(search, first=question.first, last=question.last)}
    starts = st.integers(low // 60, high // 60 - 1).map(lambda minute: minute * 60)

    for start in data.draw(st.lists(starts, max_size=10)) + sorted(listed)[:2]:
        person = data.draw(people)
        free = is_still_free(search, start=start, primary_id=person)
        reasons = why_not(search, start=start, primary_id=person)
        assert (reasons == ()) == (free is not None)
        for change in [it.change for it in reasons if it.change]:
            if change.kind is ChangeKind.MOVE:
                assert change.at is not None
                assert is_still_free(search, start=change.at, primary_id=None) is not None


@settings(THOROUGH, max_examples=EXAMPLES // 2)
@given(QUESTIONS, st.data())
def test_misfits_have_reasons_and_fits_have_none(question: Question, data: st.DataObject) -> None:
    low, high = bounds(question)
    ids = [1, data.draw(st.sampled_from(sorted(question.search.resources)))]
    for minute in data.draw(st.lists(st.integers(low // 60, high // 60 - 1), max_size=10)):
        reasons = why_not_fit(question.search, start=minute * 60, resource_ids=ids)
        assert (reasons == ()) == fits(question.search, start=minute * 60, resource_ids=ids)


@settings(THOROUGH, max_examples=EXAMPLES // 2)
@given(QUESTIONS)
def test_an_empty_picker_always_has_a_reason_and_a_filled_one_never(question: Question) -> None:
    search, first, last, dates_in = question

    reasons = why_no_times(search, first=first, last=last, dates_in=dates_in)

    listed = find_slots(search, first=first, last=last, dates_in=dates_in)
    assert (reasons == ()) == bool(listed)
