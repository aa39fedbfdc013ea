"""The team cancels and decides about the money, beside the policy or by it (rule B35)."""

from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.cancellation import MoneyChoice, MoneyDecision, decide_money
from apps.bookings.models import Booking
from apps.bookings.operations import Actor, StaleRevision
from apps.bookings.queries.cancelling import cancelled_by_policy
from apps.businesses.models import TeamMember
from apps.checkout.models import Order
from apps.checkout.operations.cancel_and_refund import cancel_and_keep, cancel_and_refund
from apps.checkout.operations.errors import FeeTooHigh, ReasonMissing
from apps.checkout.operations.fees import ask_for_fee, drop_fee
from apps.checkout.operations.pay_with_plan import return_credit
from apps.checkout.operations.refund import refund_remaining


@transaction.atomic
def cancel_as_decided(
    *,
    booking_id: int,
    revision: int,
    choice: MoneyChoice,
    reason: str,
    by: TeamMember,
    now: datetime,
    fee: int | None = None,
    seen_fee: int = 0,
) -> Booking:
    """Cancel a booking for the team, with all of its money back, by the frozen policy, or with
    nothing back; what the page told is what is done (``decide_money``).

    fee is what is charged by the policy (minor units), None for all of it; seen_fee is what the
    page said it comes to. That whoever decides may decide about money is the caller's to know.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it, or by its policy it costs more by now.
        FeeTooHigh: more than the policy says.
        ReasonMissing: it is not what the policy says, and nobody says why.
        NotAllowed: it is over or final.
    """
    locked = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=revision
    )
    policy = cancelled_by_policy(booking=locked, now=now)
    if choice is MoneyChoice.POLICY and policy.fee > seen_fee:
        raise StaleRevision
    if fee is not None and fee > policy.fee and choice is MoneyChoice.POLICY:
        raise FeeTooHigh(policy.fee)
    decided = decide_money(choice, paid=locked.paid, policy=policy, fee=fee)
    if decided.is_override and not reason.strip():
        raise ReasonMissing
    if choice is MoneyChoice.KEEP:
        return cancel_and_keep(
            booking_id=booking_id, revision=revision, reason=reason, by=by, now=now
        )
    if choice is MoneyChoice.BACK:
        return cancel_and_refund(
            booking_id=booking_id,
            business_id=by.business_id,
            revision=revision,
            reason=reason,
            by=by,
            now=now,
        )
    return _by_policy(locked, decided, reason=reason, by=by, now=now)


def _by_policy(
    locked: Booking, decided: MoneyDecision, *, reason: str, by: TeamMember, now: datetime
) -> Booking:
    """Cancel a locked booking, charge the fee, and give back what is left of its money."""
    booking = bookings.cancel_booking(
        booking_id=locked.pk,
        business_id=locked.business_id,
        revision=locked.revision,
        by=by,
        now=now,
        reason=reason,
        fee=decided.fee,
    )
    if locked.cancellation_fee:
        drop_fee(booking=booking, actor=Actor.of(by), now=now)
    order = Order.objects.select_for_update().filter(booking=booking).first()
    if decided.keeps_visit is False:
        return_credit(booking_id=booking.pk, now=now)  # order, plan, cards: rule C2
    if decided.owed:
        ask_for_fee(booking=booking, actor=Actor.of(by), now=now)
    if order is None:
        return booking
    if decided.kept or decided.keeps_visit:
        Order.objects.filter(pk=order.pk, kept_at=None).update(kept_at=now)
    if decided.back:
        refund_remaining(
            order,
            booking,
            amount=decided.back,
            seen_refunded=None,
            reason=reason,
            actor=Actor.of(by),
            now=now,
        )
    return booking
