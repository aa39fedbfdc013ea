"""Whether anybody of a booking came, and what it costs if nobody did (rule B40)."""

from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.queries.attendance import is_no_show
from apps.bookings.queries.cancelling import no_show_by_policy
from apps.catalog.models import Service
from apps.dashboard.access import Access
from apps.dashboard.roles import Right
from apps.kernel.money import Money


@dataclass(frozen=True, slots=True)
class NoShow:
    """is_marked: nobody came; fee is what was charged for that, or would be by the policy.
    may_change: this person may charge less."""

    is_marked: bool
    fee: Money
    may_change: bool


def read_no_show(*, access: Access, booking: Booking, now: datetime) -> NoShow | None:
    """None before it begins, for a course, for what is not confirmed, and for whoever does not mark
    who came; else one query."""
    is_whole = booking.kind == Service.Kind.COURSE
    has_begun = booking.status == Booking.Status.CONFIRMED and now >= booking.starts_at
    if is_whole or not has_begun or not access.may(Right.CHECK_IN):
        return None
    is_marked = is_no_show(booking=booking)
    fee = booking.cancellation_fee if is_marked else no_show_by_policy(booking=booking)
    return NoShow(
        is_marked=is_marked,
        fee=Money(fee, booking.currency),
        may_change=bool(fee) and access.may(Right.REFUND),
    )
