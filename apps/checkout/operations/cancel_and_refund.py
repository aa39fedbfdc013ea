"""Cancel a booking and refund its money or keep it."""

from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor, NoConflict
from apps.businesses.models import TeamMember
from apps.checkout.models import Order, Refund
from apps.checkout.operations.errors import NotOver
from apps.checkout.operations.fees import drop_fee
from apps.checkout.operations.orders import is_over, lock_order_of
from apps.checkout.operations.pay_with_plan import return_credit
from apps.checkout.operations.promotions import give_coupon_back
from apps.checkout.operations.refund import refund_remaining


@transaction.atomic
def cancel_and_refund(
    *,
    booking_id: int,
    business_id: int,
    reason: str,
    by: TeamMember | None,
    now: datetime,
    revision: int | None = None,
) -> Booking:
    """Cancel a booking and give all of its money, visits and code back, no fee kept: for the
    team, or (by None) the customer of a double booking, who is not at fault.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NoConflict: a customer asks for it, and it is not double booked.
        NotAllowed: it is over or final.
        StaleRevision: somebody changed it since the page was made.
    """
    locked = bookings.lock_booking(
        booking_id=booking_id, business_id=business_id, revision=revision
    )
    if by is None and not locked.double_booked:
        raise NoConflict
    booking = bookings.cancel_booking(
        booking_id=booking_id,
        business_id=business_id,
        revision=locked.revision,
        by=by,
        now=now,
        reason=reason,
        waives_policy=True,
        fee=0,
    )
    if locked.cancellation_fee:
        drop_fee(booking=booking, actor=Actor.of(by), now=now)
    order = Order.objects.select_for_update().filter(booking=booking).first()
    return_credit(booking_id=booking.pk, now=now)  # plan, code, cards: that order (rule C2)
    if order is not None:
        give_coupon_back(order)
        refund_remaining(
            order,
            booking,
            amount=None,
            seen_refunded=None,
            reason=reason,
            actor=Actor.of(by),
            now=now,
        )
    return booking


@transaction.atomic
def cancel_and_keep(
    *, booking_id: int, revision: int, reason: str, by: TeamMember, now: datetime
) -> Booking:
    """Cancel a booking for the team and keep what was paid or used for it: a decision that is
    written down.

    Raises: as ``bookings.cancel_booking``.
    """
    booking = bookings.cancel_booking(
        booking_id=booking_id,
        business_id=by.business_id,
        revision=revision,
        by=by,
        now=now,
        reason=reason,
        fee=0,
    )
    drop_fee(booking=booking, actor=Actor.of(by), now=now)
    _keep(booking, now=now)
    return booking


@transaction.atomic
def keep_money(*, booking_id: int, by: TeamMember, now: datetime) -> None:
    """Decide that the money of a booking that is over stays here, or that of a no-show beyond its
    fee (rule B40), so that nobody is asked again; what the bank refuses to give back only
    afterwards is another question (rule M32). The customer, who has read that somebody looks at it,
    is told, once (rule M30).

    Harmless for a booking without an order.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NotOver: it may still take place.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=None
    )
    _require_over(booking)
    if _keep(booking, now=now) and booking.paid > 0:
        bookings.note_kept(booking=booking, amount=booking.paid, actor=Actor.of(by), now=now)


def _require_over(booking: Booking) -> None:
    """Let pass what can take place no more, not even because its customer takes a cancellation back
    (rule B34); and what was missed, once its fee is charged (rule B40).

    Raises:
        NotOver: it may still take place.
    """
    is_missed = booking.status == Booking.Status.CONFIRMED and booking.cancellation_fee > 0
    if not is_over(booking) and not is_missed:
        raise NotOver


def _keep(booking: Booking, *, now: datetime) -> bool:
    """Write the decision about a locked booking down, and tell whether it is new."""
    orders = Order.objects.filter(booking=booking)
    is_new = bool(orders.filter(kept_at=None).update(kept_at=now))
    refused = Refund.objects.filter(payment__order__in=orders, status=Refund.Status.FAILED)
    return bool(refused.filter(decided_at=None).update(decided_at=now)) or is_new


@transaction.atomic
def refund_the_rest(*, booking_id: int, by: TeamMember, now: datetime) -> None:
    """Give back what is left of a booking that is over, or was missed, but for its fee, which stays
    (rules M11, M33, B40).

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NotOwed: it was never to be paid.
        NotOver: it may still take place.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=None
    )
    _require_over(booking)
    order = lock_order_of(booking)
    fee = booking.cancellation_fee
    back = None if not fee else max(0, booking.paid - fee)
    if back != 0:
        refund_remaining(
            order, booking, amount=back, seen_refunded=None, reason="", actor=Actor.of(by), now=now
        )
    if fee:
        Order.objects.filter(pk=order.pk, kept_at=None).update(kept_at=now)


@transaction.atomic
def cancel_the_other(
    *,
    booking_id: int,
    other_id: int,
    by: TeamMember,
    now: datetime,
    reason: str = "",
    revision: int | None = None,
    keeps: bool = False,
) -> None:
    """Cancel whoever is in the way of a double booking, with all of their money back unless the
    team keeps it; the double booking is in order then. revision is the other's, as it was shown.

    Raises: as ``cancel_and_refund``; NoConflict when it is resolved already.
    """
    rows = {
        pk: bookings.lock_booking(
            booking_id=pk,
            business_id=by.business_id,
            revision=revision if pk == other_id else None,
        )
        for pk in sorted({booking_id, other_id})
    }
    if not rows[booking_id].double_booked or booking_id == other_id:
        raise NoConflict
    known = rows[other_id].revision
    if keeps:
        cancel_and_keep(booking_id=other_id, revision=known, reason=reason, by=by, now=now)
    else:
        cancel_and_refund(
            booking_id=other_id,
            business_id=by.business_id,
            revision=known,
            reason=reason,
            by=by,
            now=now,
        )
    bookings.settle_conflict(booking=rows[booking_id], by=by, now=now)
