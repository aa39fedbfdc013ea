"""A day drawn to scale: five minutes a row, the same scale on days of 23 and 25 hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.web.axis import Axis

BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FIVE = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def _axis(*instants: datetime) -> Axis:
    axis = Axis.around(instants, zone=BERLIN)
    assert axis is not None
    return axis


def test_nothing_to_show_has_no_axis() -> None:
    assert Axis.around([], zone=BERLIN) is None


def test_the_axis_starts_and_ends_on_full_hours() -> None:
    axis = _axis(NINE + timedelta(minutes=15), FIVE + timedelta(minutes=5))
    assert (axis.starts_at, axis.ends_at) == (NINE, FIVE + timedelta(hours=1))


def test_an_end_on_the_hour_adds_no_empty_hour() -> None:
    assert len(_axis(NINE, FIVE).hours) == 8


def test_full_hours_are_those_of_the_wall_clock() -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")  # UTC+05:45
    axis = Axis.around([NINE, FIVE], zone=kathmandu)
    assert axis is not None
    assert {hour.astimezone(kathmandu).minute for hour in axis.hours} == {0}


def test_a_span_is_placed_by_five_minutes() -> None:
    start = NINE + timedelta(minutes=75)
    assert _axis(NINE, FIVE).offset(start, start + timedelta(minutes=45)) == "t16 d9"


def test_a_short_span_is_still_high_enough_to_read() -> None:
    assert _axis(NINE, FIVE).offset(NINE, NINE + timedelta(minutes=5)) == "t1 d3"


def test_what_lies_outside_is_cut_to_what_is_shown() -> None:
    axis = _axis(NINE, FIVE)
    early, late = NINE - timedelta(hours=3), FIVE + timedelta(hours=3)
    assert axis.offset(early, late) == "t1 d96"
    assert [axis.shows(at) for at in (early, NINE, FIVE, late)] == [False, True, False, False]


def test_a_day_of_25_hours_has_25_of_them() -> None:
    start = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    end = datetime(2026, 10, 25, 23, 0, tzinfo=UTC)
    assert len(_axis(start, end).hours) == 25
