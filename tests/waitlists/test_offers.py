"""Who of a line is offered a place next (rule B19)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.waitlists.offers import QuietHours, Waiting, next_in_line, offer_ends_at, speaks_at

NOW = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
START = NOW + timedelta(hours=5)


def waiting(
    pk: int,
    *,
    people: int = 1,
    notice: int = 0,
    is_offered: bool = False,
    was_passed: bool = False,
) -> Waiting:
    return Waiting(pk, people, notice, is_offered=is_offered, was_passed=was_passed)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ([], None),
        ([waiting(1), waiting(2)], 1),
        ([waiting(1, people=3), waiting(2)], 2),
        ([waiting(1, notice=301), waiting(2, notice=300)], 2),
        ([waiting(1, is_offered=True), waiting(2)], 2),
        ([waiting(1, was_passed=True), waiting(2)], 2),
        ([waiting(1, was_passed=True)], None),
    ],
)
def test_the_first_who_fits_and_hears_in_time_is_next(
    line: list[Waiting], expected: int | None
) -> None:
    found = next_in_line(line, seats_free=2, starts_at=START, now=NOW)

    assert (found.pk if found else None) == expected


ENTRIES = st.builds(
    Waiting,
    st.integers(1, 99),
    st.integers(1, 4),
    st.integers(0, 600),
    is_offered=st.booleans(),
    was_passed=st.booleans(),
)


@given(line=st.lists(ENTRIES, max_size=8), seats=st.integers(0, 5))
def test_nobody_before_the_next_could_have_come(line: list[Waiting], seats: int) -> None:
    found = next_in_line(line, seats_free=seats, starts_at=START, now=NOW)

    def could(entry: Waiting) -> bool:
        in_time = NOW + timedelta(minutes=entry.notice_minutes) <= START
        asked = entry.is_offered or entry.was_passed
        return entry.people <= seats and in_time and not asked

    able = [entry for entry in line if could(entry)]
    assert found == (able[0] if able else None)


def test_an_offer_never_outlasts_the_start() -> None:
    assert offer_ends_at(now=NOW, starts_at=START, minutes=60) == NOW + timedelta(hours=1)
    assert offer_ends_at(now=NOW, starts_at=START, minutes=600) == START


BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(22 * 60, 7 * 60)


@pytest.mark.parametrize(
    ("wall", "told"),
    [
        ("2026-11-24T21:59", "2026-11-24T21:59"),
        ("2026-11-24T22:00", "2026-11-25T07:00"),
        ("2026-11-25T06:59", "2026-11-25T07:00"),
        ("2026-11-25T07:00", "2026-11-25T07:00"),
        ("2026-10-24T23:00", "2026-10-25T07:00"),  # the clocks go back in that night
    ],
)
def test_nobody_is_written_to_at_night(wall: str, told: str) -> None:
    now = datetime.fromisoformat(wall).replace(tzinfo=BERLIN).astimezone(UTC)

    at = speaks_at(now=now, zone=BERLIN, quiet=NIGHT)

    assert f"{at.astimezone(BERLIN):%Y-%m-%dT%H:%M}" == told
    assert speaks_at(now=now, zone=BERLIN, quiet=None) == now


@pytest.mark.parametrize(
    ("wall", "told"),
    [
        ("12:59:59", "12:59:59"),
        ("13:00:00", "15:00:00"),
        ("14:59:59", "15:00:00"),
        ("15:00:00", "15:00:00"),
        ("15:00:01", "15:00:01"),
    ],
)
def test_a_siesta_begins_and_ends_on_the_second(wall: str, told: str) -> None:
    """Quiet hours within one day; those over midnight have other arithmetic."""
    now, at = (
        datetime.fromisoformat(f"2026-11-24T{it}").replace(tzinfo=BERLIN) for it in (wall, told)
    )

    assert speaks_at(now=now, zone=BERLIN, quiet=QuietHours(13 * 60, 15 * 60)) == at
