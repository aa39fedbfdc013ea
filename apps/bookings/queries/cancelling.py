"""What the policy frozen on a booking says of cancelling it (rules B5, B33)."""

from datetime import datetime

from apps.bookings.cancellation import ByPolicy
from apps.bookings.models import Booking
from apps.bookings.policy import Policy, fee_now, is_free_now
from apps.bookings.queries.attendance import no_show_is_told
from apps.bookings.states import Status
from apps.catalog.fee_windows import no_show_fee


def cancelled_by_policy(*, booking: Booking, now: datetime) -> ByPolicy:
    """What cancelling costs its customer at this instant, and whether the plan that pays keeps the
    visit: nothing of what nobody has said yes to, and a visit for as long as it is free. A fee that
    was charged because nobody came, or was waived, stays what it is (rule B40); whoever was erased
    is charged nothing. Without a query until it begins, then one."""
    policy, status = Policy.from_snapshot(booking.policy_snapshot), Status(booking.status)
    fee = fee_now(
        policy=policy,
        status=status,
        starts_at=booking.starts_at,
        price=booking.price,
        now=now,
    )
    if now >= booking.starts_at and no_show_is_told(booking=booking):
        fee = booking.cancellation_fee
    elif booking.erased_at is not None:
        fee = 0
    if booking.payment_option != Booking.PaymentOption.MEMBERSHIP:
        return ByPolicy(fee)
    is_free = is_free_now(policy=policy, starts_at=booking.starts_at, now=now)
    return ByPolicy(fee, keeps_visit=status is Status.CONFIRMED and not is_free)


def no_show_by_policy(*, booking: Booking) -> int:
    """What it costs its customer not to come, in minor units: as much as the last window, and
    nothing of one who was erased, since nobody could be asked for it. Without a query."""
    if booking.erased_at is not None:
        return 0
    policy = Policy.from_snapshot(booking.policy_snapshot)
    return no_show_fee(policy.fee_windows, price=booking.price or 0)
