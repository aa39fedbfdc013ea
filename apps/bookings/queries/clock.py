"""The cancellation clock as a table, before it is booked, on the page of the booking and in its
mails (rule B33)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from apps.bookings.cancellation import ClockRow, visit_clock
from apps.bookings.clock_words import Limit, limits_of
from apps.bookings.models import Booking
from apps.bookings.policy import Policy, cancellation_clock, free_minutes

OPEN = {Booking.Status.CREATED, Booking.Status.CONFIRMED, Booking.Status.PENDING}


def is_by_plan(booking: Booking) -> bool:
    """Whether a plan pays, so that cancelling costs its visit instead of money."""
    return booking.payment_option == Booking.PaymentOption.MEMBERSHIP


def clock_rows(*, booking: Booking, now: datetime) -> tuple[ClockRow, ...]:
    """What cancelling costs until when, by the policy frozen with the booking (rules B5, B33); no
    query. Of a draft or a request what it will cost once it is confirmed, since withdrawing costs
    nothing: none of its rows counts now. What was over before it was booked is left out."""
    if booking.status not in OPEN or now >= booking.starts_at:
        return ()
    is_confirmed = booking.status == Booking.Status.CONFIRMED
    return tuple(
        replace(row, is_now=is_confirmed and row.is_now)
        for row in _rows(booking, now=now)
        if row.until is None or row.until > booking.asked_at
    )


def fee_rows(*, booking: Booking, now: datetime) -> tuple[ClockRow, ...]:
    """The same where cancelling costs something at some time, money or the visit of a plan; nothing
    where one sentence says until when it is free."""
    windows = Policy.from_snapshot(booking.policy_snapshot).fee_windows
    costs = bool(windows and booking.price) or is_by_plan(booking)
    return clock_rows(booking=booking, now=now) if costs else ()


def cancel_limits(*, booking: Booking, now: datetime) -> list[Limit]:
    """The rows of ``clock_rows`` in words."""
    return _in_words(clock_rows(booking=booking, now=now), booking)


def cancel_fees(*, booking: Booking, now: datetime) -> list[Limit]:
    """The rows of ``fee_rows`` in words."""
    return _in_words(fee_rows(booking=booking, now=now), booking)


def _in_words(rows: Sequence[ClockRow], booking: Booking) -> list[Limit]:
    return limits_of(
        rows,
        paid=booking.paid,
        is_by_plan=is_by_plan(booking),
        currency=booking.currency,
        locale=booking.business.locale,
        reached=booking.business,
    )


def _rows(booking: Booking, *, now: datetime) -> Sequence[ClockRow]:
    policy = Policy.from_snapshot(booking.policy_snapshot)
    if not is_by_plan(booking):
        return cancellation_clock(
            policy=policy, starts_at=booking.starts_at, price=booking.price, now=now
        )
    if not policy.cancel_allowed:
        return ()
    minutes = timedelta(minutes=policy.cancel_until_minutes or 0)
    return visit_clock(
        free_minutes=free_minutes(policy),
        last_moment=booking.starts_at - minutes,
        starts_at=booking.starts_at,
        now=now,
    )
