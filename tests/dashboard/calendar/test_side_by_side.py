"""Bookings that overlap stand beside each other: whatever the times, none covers another."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from apps.dashboard.calendar.queries.agenda import COLUMNS, Placed, place_side_by_side
from apps.dashboard.frame.queries.rows import BookingRow
from tests.factories import NOW

ROW = BookingRow(
    reference="ABCDEFGH",
    status="CONFIRMED",
    revision=2,
    customer_name="Eva",
    service_name="Cut",
    resource_id=1,
    staff_name="Ana",
    starts_at=NOW,
    ends_at=NOW + timedelta(hours=1),
    answer_by=None,
    double_booked=False,
    price=4800,
    hue="GREEN",
    category="Cuts",
)


def row(start: int, length: int) -> BookingRow:
    begins = NOW + timedelta(minutes=start)
    return replace(ROW, starts_at=begins, ends_at=begins + timedelta(minutes=length))


def columns(*rows: BookingRow) -> list[tuple[int, int]]:
    return [(it.column, it.width) for it in place_side_by_side(rows)]


def test_one_after_the_other_take_the_whole_lane() -> None:
    assert columns(row(0, 60), row(60, 30)) == [(1, 12), (1, 12)]


def test_three_at_once_take_a_third_each() -> None:
    assert columns(row(0, 120), row(0, 120), row(0, 120)) == [(1, 4), (5, 4), (9, 4)]


def test_a_column_is_used_again_when_it_is_free() -> None:
    assert columns(row(0, 120), row(0, 30), row(30, 30)) == [(1, 6), (7, 6), (7, 6)]


spans = st.lists(st.tuples(st.integers(0, 600), st.integers(5, 180)), min_size=1, max_size=COLUMNS)


@given(spans)
def test_no_booking_covers_another(found: list[tuple[int, int]]) -> None:
    rows = [row(start, length) for start, length in sorted(found)]

    placed = place_side_by_side(rows)

    assert [it.row for it in placed] == rows
    assert [
        (one.row.starts_at, other.row.starts_at)
        for at, one in enumerate(placed)
        for other in placed[at + 1 :]
        if meet_in_time(one, other) and meet_in_place(one, other)
    ] == []


def meet_in_time(one: Placed, other: Placed) -> bool:
    return max(one.row.starts_at, other.row.starts_at) < min(one.row.ends_at, other.row.ends_at)


def meet_in_place(one: Placed, other: Placed) -> bool:
    ends = min(one.column + one.width, other.column + other.width)
    return max(one.column, other.column) < ends
