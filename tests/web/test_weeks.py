"""Weeks begin where the business's locale begins them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.classes.forms import read_week
from apps.kernel.spans import days_in_order, week_name, week_start
from apps.web.formatting import week_starts_of

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6


@pytest.mark.parametrize(
    ("locale", "first"),
    [
        ("en-GB", MONDAY),
        ("en_GB", MONDAY),
        ("de-DE", MONDAY),
        ("en-US", SUNDAY),
        ("es-US", SUNDAY),
        ("de-US", SUNDAY),  # a locale that CLDR does not list: the territory decides
        ("en-DE", MONDAY),
        ("pt-BR", SUNDAY),
        ("pt", SUNDAY),
        ("fr-CA", SUNDAY),
        ("he-IL", SUNDAY),
        ("ar-EG", SATURDAY),
        ("dv-MV", FRIDAY),
        ("nonsense!", MONDAY),
        ("", MONDAY),
    ],
)
def test_the_territory_says_where_weeks_begin(locale: str, first: int) -> None:
    assert week_starts_of(locale) == first


def test_a_week_has_the_name_of_the_monday_in_it() -> None:
    sunday = date(2026, 11, 22)
    names = [week_name(sunday + timedelta(days=n), week_starts=SUNDAY) for n in (-1, 0, 6, 7)]
    assert names == ["2026-W47", "2026-W48", "2026-W48", "2026-W49"]
    assert week_name(sunday, week_starts=MONDAY) == "2026-W47"


@given(on=st.dates(date(2025, 6, 1), date(2028, 6, 1)), week_starts=st.integers(MONDAY, SUNDAY))
def test_the_name_of_a_week_leads_back_to_it(on: date, week_starts: int) -> None:
    name = week_name(on, week_starts=week_starts)
    first = read_week(name, today=on, week_starts=week_starts)
    assert first is not None
    assert first == week_start(on, week_starts=week_starts)
    assert first.weekday() == week_starts
    assert first <= on < first + timedelta(days=7)


def test_weekdays_come_in_the_order_of_a_week() -> None:
    assert days_in_order(week_starts=SUNDAY) == [6, 0, 1, 2, 3, 4, 5]
