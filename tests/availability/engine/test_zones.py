"""Clocks that jump: boundaries, candidates, typed times, promises; and pinned rules."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.availability.engine import zones
from apps.availability.engine.series import drift_of, occurrences
from apps.availability.engine.zones import (
    Resolution,
    Status,
    boundary,
    candidates,
    link_time,
    resolve_typed,
    wall_at,
    wall_of,
)
from tests.availability.engine.searches import CHANGES

NEW_YORK = ZoneInfo("America/New_York")
SAMOA = ZoneInfo("Pacific/Apia")
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type,misc]


@settings(max_examples=300)
@given(st.sampled_from(CHANGES), st.integers(-2000, 3000))
def test_a_boundary_is_the_first_minute_that_reads_the_time_or_later(
    change: tuple[str, date], minute: int
) -> None:
    zone, on = ZoneInfo(change[0]), change[1]
    wall = wall_at(on, minute)
    guess = wall - zones.offset_at(zone, wall)
    nearby = range(guess - 4 * 3600, guess + 4 * 3600, 60)

    assert boundary(zone, wall) == next(it for it in nearby if wall_of(zone, it) >= wall)
    assert list(candidates(zone, wall)) == [it for it in nearby if wall_of(zone, it) == wall]


def test_a_whole_date_that_was_skipped_has_no_length() -> None:
    start, end = zones.day_bounds(SAMOA, date(2011, 12, 30))

    assert [start, end] == [utc(2011, 12, 30, 10), utc(2011, 12, 30, 10)]


def test_dates_are_iterated_not_added_up() -> None:
    days = list(zones.dates_between(SPRING - timedelta(days=1), SPRING + timedelta(days=1)))

    assert days == [date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9)]
    assert list(zones.dates_between(AUTUMN, SPRING)) == []


def test_a_promised_time_in_the_gap_moves_forward_and_says_so() -> None:
    found = zones.on_same_wall_time(zone=NEW_YORK, on=SPRING, at=time(2, 30))

    assert found == zones.Resolved(utc(2026, 3, 8, 7, 30), Resolution.SHIFTED_FORWARD)


def test_a_series_in_the_gap_keeps_all_its_meetings() -> None:
    dates = [SPRING - timedelta(days=7), SPRING, SPRING + timedelta(days=7)]
    meetings = occurrences(zone=NEW_YORK, dates=dates, at=time(2, 30), duration=3600)

    assert [(it.start, it.end, it.resolution) for it in meetings] == [
        (utc(2026, 3, 1, 7, 30), utc(2026, 3, 1, 8, 30), Resolution.EXACT),
        (utc(2026, 3, 8, 7, 30), utc(2026, 3, 8, 8, 30), Resolution.SHIFTED_FORWARD),
        (utc(2026, 3, 15, 6, 30), utc(2026, 3, 15, 7, 30), Resolution.EXACT),
    ]


@pytest.mark.parametrize(
    ("typed", "status", "instants"),
    [
        ("2026-11-01T01:30", Status.AMBIGUOUS, [(5, 30), (6, 30)]),
        ("2026-11-01T01:30-04:00", Status.OK, [(5, 30)]),
        ("2026-11-01T01:30-05:00", Status.OK, [(6, 30)]),
        ("2026-11-01T03:30", Status.OK, [(8, 30)]),
        ("2026-11-01T03:30-04:00", Status.OFFSET_MISMATCH, []),
    ],
)
def test_typed_times_are_accepted_asked_about_or_refused(
    typed: str, status: Status, instants: list[tuple[int, int]]
) -> None:
    found = resolve_typed(zone=NEW_YORK, typed=datetime.fromisoformat(typed))

    assert found.status == status
    assert list(found.instants) == [utc(2026, 11, 1, *it) for it in instants]


@given(st.sampled_from(CHANGES), st.integers(-3000, 3000))
def test_a_link_leads_back_to_its_own_instant(change: tuple[str, date], minute: int) -> None:
    zone = ZoneInfo(change[0])
    instant = boundary(zone, wall_at(change[1])) + minute * 60

    found = resolve_typed(zone=zone, typed=datetime.fromisoformat(link_time(zone, instant)))

    assert (found.status, found.instants) == (Status.OK, (instant,))


def test_a_kept_promise_is_no_drift_not_even_in_the_second_of_two_hours() -> None:
    promised = datetime(2026, 11, 1, 1, 30)  # noqa: DTZ001 - what the clock was promised to read

    assert drift_of(zone=NEW_YORK, promised=promised, stored=utc(2026, 11, 1, 5, 30)) is None
    assert drift_of(zone=NEW_YORK, promised=promised, stored=utc(2026, 11, 1, 6, 30)) is None


def test_labels_repeat_only_when_date_and_time_read_the_same() -> None:
    first, second = candidates(NEW_YORK, wall_at(AUTUMN, 60))
    next_day = boundary(NEW_YORK, wall_at(AUTUMN, 1440 + 60))

    assert zones.repeated_labels(NEW_YORK, [first, second, next_day]) == {first, second}
    assert zones.repeated_labels(NEW_YORK, [first, next_day]) == frozenset()
