"""Cut-offs to the second, over the hour that is skipped and the one that comes twice (rules T3,
T10, B5): they are elapsed time before the start, whatever the clock on the wall reads."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.bookings.policy import Policy, Reason, fee_now, may_cancel, may_move
from apps.bookings.states import Status
from apps.catalog.fee_windows import FeeWindow

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
STARTS = [
    # the wall of the day of the change, and how long the 24 hours of the wall before it last
    (datetime(2027, 3, 28, 10, tzinfo=ZoneInfo("Europe/Berlin")), 23.0),
    (datetime(2027, 10, 31, 10, tzinfo=ZoneInfo("Europe/Berlin")), 25.0),
    (datetime(2027, 3, 14, 9, tzinfo=ZoneInfo("America/New_York")), 23.0),
    (datetime(2027, 11, 7, 9, tzinfo=ZoneInfo("America/New_York")), 25.0),
    (datetime(2027, 10, 3, 10, tzinfo=ZoneInfo("Australia/Lord_Howe")), 23.5),
    (datetime(2027, 4, 4, 10, tzinfo=ZoneInfo("Australia/Lord_Howe")), 24.5),
]
OVER_A_CHANGE = pytest.mark.parametrize(("wall", "hours"), STARTS)
POLICY = Policy(
    cancel_until_minutes=24 * 60,
    move_until_minutes=24 * 60,
    fee_windows=(FeeWindow(36 * 60, 5_000),),
)


def start_of(wall: datetime) -> datetime:
    return wall.astimezone(UTC)


@OVER_A_CHANGE
def test_the_last_moment_is_elapsed_time_to_the_second(wall: datetime, hours: float) -> None:
    starts_at = start_of(wall)
    same_wall_before = start_of(wall - DAY)
    assert starts_at - same_wall_before == timedelta(hours=hours)

    for at, reason in ((starts_at - DAY, None), (starts_at - DAY + SECOND, Reason.TOO_LATE)):
        cancelling = may_cancel(
            policy=POLICY, status=Status.CONFIRMED, starts_at=starts_at, now=at, is_team=False
        )
        assert (cancelling.reason, cancelling.until) == (reason, starts_at - DAY)
    # The same reading of the wall a day before is too late where the day is short, and early else.
    on_the_wall = may_cancel(
        policy=POLICY,
        status=Status.CONFIRMED,
        starts_at=starts_at,
        now=same_wall_before,
        is_team=False,
    )
    assert on_the_wall.allowed is (hours > 24)


@OVER_A_CHANGE
def test_a_move_ends_where_it_begins_to_cost(wall: datetime, hours: float) -> None:
    starts_at = start_of(wall)
    until = starts_at - timedelta(hours=36)
    found = [
        may_move(
            policy=POLICY,
            status=Status.CONFIRMED,
            kind="APPOINTMENT",
            starts_at=starts_at,
            now=at,
            is_team=False,
        ).allowed
        for at in (until, until + SECOND)
    ]
    assert found == [True, False], hours


@OVER_A_CHANGE
def test_a_paid_window_begins_to_the_second(wall: datetime, hours: float) -> None:
    starts_at = start_of(wall)
    begins = starts_at - timedelta(hours=36)
    fees = [
        fee_now(policy=POLICY, status=Status.CONFIRMED, starts_at=starts_at, price=4800, now=at)
        for at in (begins, begins + SECOND)
    ]
    assert fees == [0, 2400], hours
