"""Which dates a series falls on (rule T5); clocks are the business of test_time_cases."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.availability.engine.series import (
    NoDates,
    NoEnd,
    SeriesRule,
    TooManyDates,
    read_rule,
    series_dates,
)

MONDAY = date(2026, 11, 23)


def rule(**parts: object) -> SeriesRule:
    facts: dict[str, object] = {
        "first_on": MONDAY,
        "weekdays": (1, 3),
        "starts_minute": 7 * 60,
        "duration_minutes": 60,
        "count": 4,
    }
    return SeriesRule(**{**facts, **parts})  # type: ignore[arg-type]


def test_several_weekdays_until_a_count() -> None:
    assert series_dates(rule()) == [
        date(2026, 11, 24),
        date(2026, 11, 26),
        date(2026, 12, 1),
        date(2026, 12, 3),
    ]


def test_until_a_date_that_is_included() -> None:
    assert series_dates(rule(count=None, until_on=date(2026, 12, 1))) == [
        date(2026, 11, 24),
        date(2026, 11, 26),
        date(2026, 12, 1),
    ]


def test_every_second_week() -> None:
    assert series_dates(rule(weekdays=(1,), every_weeks=2, count=3)) == [
        date(2026, 11, 24),
        date(2026, 12, 8),
        date(2026, 12, 22),
    ]


def test_a_closed_date_is_left_out_and_a_count_goes_on() -> None:
    thanksgiving = date(2026, 11, 26)

    assert series_dates(rule(count=3), closed={thanksgiving}) == [
        date(2026, 11, 24),
        date(2026, 12, 1),
        date(2026, 12, 3),
    ]


def test_a_series_without_an_end_is_refused() -> None:
    with pytest.raises(NoEnd):
        series_dates(rule(count=None))


@pytest.mark.parametrize("end", [{"count": 501}, {"count": None, "until_on": date(2031, 11, 23)}])
def test_more_than_five_hundred_dates_are_refused(end: dict[str, object]) -> None:
    with pytest.raises(TooManyDates):
        series_dates(rule(weekdays=tuple(range(7)), **end))


def test_five_hundred_are_not() -> None:
    assert len(series_dates(rule(weekdays=tuple(range(7)), count=500))) == 500


def test_a_series_of_closed_days_only_is_refused() -> None:
    with pytest.raises(NoDates):
        series_dates(rule(count=None, until_on=date(2026, 11, 24)), closed={date(2026, 11, 24)})


def test_a_cut_series_keeps_what_lies_before() -> None:
    assert series_dates(rule(count=40).ending_before(date(2026, 12, 1))) == [
        date(2026, 11, 24),
        date(2026, 11, 26),
    ]


def test_a_stored_rule_is_in_the_words_of_the_standard() -> None:
    assert rule().as_rrule() == "FREQ=WEEKLY;COUNT=4;BYDAY=TU,TH"


@given(
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    every=st.integers(1, 8),
    end=st.one_of(
        st.builds(lambda n: {"count": n}, st.integers(1, 60)),
        st.builds(
            lambda on: {"count": None, "until_on": on},
            st.dates(date(2026, 12, 31), date(2027, 6, 30)),
        ),
    ),
)
def test_what_is_stored_is_read_back_as_it_was(
    weekdays: set[int], every: int, end: dict[str, object]
) -> None:
    made = rule(weekdays=tuple(sorted(weekdays)), every_weeks=every, **end)

    read = read_rule(
        made.as_rrule(),
        first_on=made.first_on,
        starts_minute=made.starts_minute,
        duration_minutes=made.duration_minutes,
    )

    assert read == made
    assert series_dates(read) == series_dates(made)
