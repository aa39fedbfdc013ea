"""What cancelling costs until when: the table says what the decision does (rule B33)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from apps.bookings.cancellation import ClockRow, clock_of
from apps.bookings.policy import (
    Policy,
    cancellation_clock,
    fee_now,
    free_until,
    may_cancel,
    may_move,
)
from apps.bookings.states import Status
from apps.bookings.ways import Way, way_to_cancel
from apps.bookings.wording import fee_words
from apps.catalog.fee_windows import (
    BadWindow,
    FeeWindow,
    fee_at,
    fee_steps,
    no_show_fee,
    read_windows,
)

STARTS = datetime(2026, 11, 26, 9, 15, tzinfo=UTC)
HOUR = 60
HALF_A_DAY_BEFORE = FeeWindow(24 * HOUR, share=5_000)
ALL_AT_FOUR_HOURS = FeeWindow(4 * HOUR, share=10_000)
BOTH = (HALF_A_DAY_BEFORE, ALL_AT_FOUR_HOURS)
SECOND = timedelta(seconds=1)


def before(hours: int) -> datetime:
    return STARTS - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("at", "fee"),
    [
        (before(48), 0),
        (before(24), 0),
        (before(24) + SECOND, 2400),
        (before(4), 2400),
        (before(4) + SECOND, 4800),
        (STARTS, 4800),
    ],
)
def test_the_moment_itself_still_costs_what_was_said(at: datetime, fee: int) -> None:
    assert fee_at(BOTH, starts_at=STARTS, price=4800, at=at) == fee


def test_the_clock_reads_as_on_the_page() -> None:
    rows = clock_of(BOTH, last_moment=STARTS, starts_at=STARTS, price=4800, now=before(10))

    assert rows == (
        ClockRow(before(24), 0),
        ClockRow(before(4), 2400, is_now=True),
        ClockRow(None, 4800),
    )


@pytest.mark.parametrize(("now", "row"), [(before(48), 0), (before(10), 1), (before(1), 2)])
def test_the_row_that_counts_now_is_marked_and_no_other(now: datetime, row: int) -> None:
    rows = clock_of(BOTH, last_moment=STARTS, starts_at=STARTS, price=4800, now=now)

    assert [it.is_now for it in rows] == [at == row for at in range(3)]


def test_a_last_moment_before_the_start_has_a_row_of_its_own() -> None:
    rows = clock_of(BOTH, last_moment=before(2), starts_at=STARTS, price=4800, now=before(1))

    assert rows == (
        ClockRow(before(24), 0),
        ClockRow(before(4), 2400),
        ClockRow(before(2), 4800),
        ClockRow(None, 4800, is_now=True),
    )


def test_without_windows_it_is_free_until_the_last_moment() -> None:
    policy = Policy(cancel_until_minutes=24 * HOUR)

    rows = cancellation_clock(policy=policy, starts_at=STARTS, price=4800, now=before(48))

    assert rows == (ClockRow(before(24), 0, is_now=True), ClockRow(None, 0))


def test_a_fixed_amount_is_never_more_than_the_price() -> None:
    window = FeeWindow(HOUR, amount=2500)

    assert (window.fee_of(4800), window.fee_of(2000), window.fee_of(0)) == (2500, 2000, 0)


def test_a_share_is_rounded_for_the_customer() -> None:
    assert FeeWindow(HOUR, share=3_333).fee_of(100) == 33


def test_not_coming_costs_what_the_last_window_says() -> None:
    assert (no_show_fee(BOTH, price=4800), no_show_fee((), price=4800)) == (4800, 0)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (
            before(48),
            "After that, cancelling costs €24.00. From Thu 26 Nov, 06:15 it costs €48.00.",
        ),
        (before(10), "Cancelling costs €24.00. From Thu 26 Nov, 06:15 it costs €48.00."),
        (before(1), "Cancelling costs €48.00."),
    ],
)
def test_the_sentence_says_what_follows_the_free_time(now: datetime, words: str) -> None:
    said = fee_words(
        fee_steps(BOTH, starts_at=STARTS, price=4800),
        now=now,
        zone=ZoneInfo("Europe/Berlin"),
        currency="EUR",
        locale="en-GB",
    )

    assert said.replace("\xa0", " ") == words


def test_a_window_that_costs_no_more_is_no_step() -> None:
    windows = (FeeWindow(24 * HOUR, share=10_000), FeeWindow(HOUR, amount=5000))

    assert fee_steps(windows, starts_at=STARTS, price=4800) == ((before(24), 4800),)


def test_a_request_costs_nothing_and_is_withdrawn_until_it_would_begin() -> None:
    policy = Policy(cancel_until_minutes=24 * HOUR, cancel_by_link=False, fee_windows=BOTH)
    late = before(1)

    verdict = may_cancel(
        policy=policy, status=Status.PENDING, starts_at=STARTS, now=late, is_team=False
    )

    assert verdict.allowed
    assert (
        fee_now(policy=policy, status=Status.PENDING, starts_at=STARTS, price=4800, now=late) == 0
    )


def test_free_until_is_where_the_first_window_begins() -> None:
    policy = Policy(cancel_until_minutes=None, fee_windows=BOTH)

    assert free_until(policy=policy, starts_at=STARTS) == before(24)


@pytest.mark.parametrize(
    ("policy", "way"),
    [
        (Policy(cancel_until_minutes=0), Way.LINK),
        (Policy(cancel_until_minutes=24 * HOUR), Way.TEAM),
        (Policy(cancel_until_minutes=0, cancel_by_link=False), Way.SIGN_IN),
        (Policy(cancel_until_minutes=24 * HOUR, cancel_by_link=False), Way.TEAM),
        (Policy(cancel_allowed=False), Way.NEVER),
        (Policy(cancel_allowed=False, cancel_by_link=False), Way.NEVER),
    ],
)
def test_who_cannot_cancel_alone_asks(policy: Policy, way: Way) -> None:
    assert way_to_cancel(policy, starts_at=STARTS, now=before(2)) == way


def test_nobody_signs_in_who_has_no_address() -> None:
    policy = Policy(cancel_until_minutes=0, cancel_by_link=False)

    way = way_to_cancel(policy, starts_at=STARTS, now=before(2), has_mailbox=False)

    assert way is Way.TEAM


@pytest.mark.parametrize(("hours", "may"), [(24, True), (23, False)])
def test_nobody_moves_out_of_a_paid_window(hours: int, may: bool) -> None:  # noqa: FBT001
    policy = Policy(move_until_minutes=HOUR, fee_windows=BOTH)

    verdict = may_move(
        policy=policy,
        status=Status.CONFIRMED,
        kind="APPOINTMENT",
        starts_at=STARTS,
        now=before(hours),
        is_team=False,
    )

    assert (verdict.allowed, verdict.until) == (may, before(24))


def test_windows_come_back_from_a_booking_as_they_were() -> None:
    policy = Policy(fee_windows=(*BOTH, FeeWindow(0, amount=5000)))

    assert Policy.from_snapshot(policy.as_snapshot()) == policy


def test_a_booking_of_before_there_were_windows_has_none() -> None:
    assert Policy.from_snapshot({"version": 1, "cancel_allowed": True}).fee_windows == ()


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ([[60, 5000]], "A window is [minutes, share, amount]."),
        ([["60", 5000, None]], "A window is [minutes, share, amount]."),
        ([[60, True, None]], "A window is [minutes, share, amount]."),
        ("half", "A window is [minutes, share, amount]."),
        ([[60, 5000, 100]], "A window has minutes before the start, and a share or an amount."),
        ([[60, None, None]], "A window has minutes before the start, and a share or an amount."),
        ([[-1, 5000, None]], "A window has minutes before the start, and a share or an amount."),
        ([[60, 10_001, None]], "A share is more than nothing and at most all of the price."),
        ([[60, None, 0]], "An amount is more than nothing."),
        ([[60, 5000, None], [60, 6000, None]], "Two windows begin at the same moment."),
        (
            [[120, 5000, None], [60, 4000, None]],
            "A later window cannot cost less than an earlier one.",
        ),
        ([[it, 5000, None] for it in range(5)], "At most 4 windows."),
    ],
)
def test_windows_that_say_nothing_are_refused(stored: list[object], why: str) -> None:
    with pytest.raises(BadWindow) as refused:
        read_windows(stored)

    assert str(refused.value) == why


windows = some.lists(
    some.tuples(some.integers(0, 5000), some.integers(1, 10_000)),
    max_size=4,
    unique_by=lambda it: it[0],
).map(lambda rows: tuple(FeeWindow(minutes, share=share) for minutes, share in rows))


@given(
    windows=windows,
    price=some.integers(0, 100_000),
    last=some.integers(0, 5000),
    now=some.integers(-60, 10_000),
)
def test_the_row_of_now_says_what_cancelling_costs_now(
    windows: tuple[FeeWindow, ...], price: int, last: int, now: int
) -> None:
    at, last_moment = STARTS - timedelta(minutes=now), STARTS - timedelta(minutes=last)
    rows = clock_of(windows, last_moment=last_moment, starts_at=STARTS, price=price, now=at)

    (row,) = [it for it in rows if it.is_now]
    assert row.until is None or row.fee == fee_at(windows, starts_at=STARTS, price=price, at=at)
    fees = [it.fee for it in rows]
    assert fees == sorted(fees)
    assert all(0 <= fee <= price for fee in fees)
