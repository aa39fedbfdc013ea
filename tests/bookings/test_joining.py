"""Who may join a class or a course, and when (rules B14, B15)."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.bookings.joining import (
    Joinable,
    Joining,
    JoinRules,
    Obstacle,
    may_join,
    sessions_left,
)

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
START = datetime(2026, 11, 24, 18, tzinfo=UTC)
CLASS = Joinable(starts=(START,), ends_at=START + HOUR, takes_place=True, seats_left=5)
COURSE = Joinable(
    starts=tuple(START + turn * WEEK for turn in range(8)),
    ends_at=START + 7 * WEEK + HOUR,
    takes_place=True,
    seats_left=5,
)
FREE = JoinRules(
    max_advance_minutes=None, min_notice_minutes=None, late_entry=False, max_participants=4
)
LATE = JoinRules(
    max_advance_minutes=None, min_notice_minutes=60, late_entry=True, max_participants=4
)


def obstacle(joinable: Joinable, rules: JoinRules, now: datetime, seats: int = 1) -> str | None:
    return may_join(joinable, rules=rules, seats=seats, now=now).obstacle


def test_a_class_is_open_until_it_begins() -> None:
    assert obstacle(CLASS, FREE, START - timedelta(seconds=1)) is None
    assert obstacle(CLASS, FREE, START) == Obstacle.STARTED
    assert obstacle(CLASS, FREE, START + HOUR) == Obstacle.OVER


def test_a_notice_closes_it_earlier() -> None:
    rules = JoinRules(
        max_advance_minutes=None, min_notice_minutes=120, late_entry=False, max_participants=4
    )

    assert obstacle(CLASS, rules, START - 2 * HOUR) is None
    assert obstacle(CLASS, rules, START - 2 * HOUR + timedelta(seconds=1)) == Obstacle.TOO_LATE


def test_it_opens_at_a_time_that_is_told() -> None:
    rules = JoinRules(
        max_advance_minutes=60, min_notice_minutes=None, late_entry=False, max_participants=4
    )

    assert may_join(CLASS, rules=rules, seats=1, now=START - 2 * HOUR) == Joining(
        Obstacle.TOO_EARLY, opens_at=START - HOUR, seats_left=5
    )
    assert obstacle(CLASS, rules, START - HOUR) is None


@pytest.mark.parametrize(
    ("left", "seats", "told"),
    [
        (0, 1, Joining(Obstacle.FULL)),
        (2, 3, Joining(Obstacle.TOO_MANY, seats_left=2)),
        (3, 3, Joining(seats_left=3)),
    ],
)
def test_a_party_that_is_too_large_is_told_how_many_places_there_are(
    left: int, seats: int, told: Joining
) -> None:
    joinable = Joinable((START,), START + HOUR, takes_place=True, seats_left=left)

    assert may_join(joinable, rules=FREE, seats=seats, now=START - HOUR) == told


def test_a_course_that_has_begun_is_closed_unless_the_owner_lets_people_in_late() -> None:
    after_the_third = START + 2 * WEEK + HOUR

    assert obstacle(COURSE, FREE, after_the_third) == Obstacle.STARTED
    assert obstacle(COURSE, LATE, after_the_third) is None
    assert sessions_left(COURSE, now=after_the_third) == 5


def test_late_entry_ends_when_the_last_session_begins() -> None:
    last = COURSE.starts[-1]

    assert obstacle(COURSE, LATE, last - HOUR) is None
    assert obstacle(COURSE, LATE, last) == Obstacle.STARTED
    assert obstacle(COURSE, LATE, last + HOUR) == Obstacle.OVER


def test_the_notice_of_a_course_counts_to_its_next_session() -> None:
    second = COURSE.starts[1]

    assert obstacle(COURSE, LATE, second - HOUR) is None
    assert obstacle(COURSE, LATE, second - timedelta(minutes=59)) == Obstacle.TOO_LATE
    assert obstacle(COURSE, LATE, second + timedelta(seconds=1)) is None


def test_what_was_cancelled_or_has_no_session_is_closed() -> None:
    off = Joinable((START,), START + HOUR, takes_place=False, seats_left=5)
    empty = Joinable((), START + HOUR, takes_place=True, seats_left=5)

    assert obstacle(off, FREE, START - HOUR) == Obstacle.CANCELED
    assert obstacle(empty, FREE, START - HOUR) == Obstacle.CANCELED
