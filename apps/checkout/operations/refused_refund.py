"""A refund that the provider refused: the team decides what becomes of the money (rule M32)."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.models import GiftCard, GiftEntry, Order, OrderLine, Payment, Refund, RefundLine
from apps.checkout.operations.errors import WayOutNotOffered
from apps.checkout.operations.gift_money import holding_of, tell_of_gift, write_gift_entry
from apps.checkout.operations.orders import Subject, is_over, lock_subject
from apps.checkout.operations.refund import ask_for_refund
from apps.checkout.operations.sync import sync
from apps.checkout.operations.tell_of_money import tell_of_kept, tell_of_refunds


class WayOut(StrEnum):
    """What becomes of money that could not go back: it was given back by hand, the provider is
    asked once more, it is put back on the gift card, or it stays with the business."""

    BY_HAND = "BY_HAND"
    AGAIN = "AGAIN"
    ON_CARD = "ON_CARD"
    KEEP = "KEEP"


def ways_out(*, order: Order) -> tuple[WayOut, ...]:
    """What may be decided about a refused refund of an order: a card's money is put back on the
    card where it is not given back, all other is kept."""
    other = WayOut.ON_CARD if order.gift_card_id else WayOut.KEEP
    return (WayOut.BY_HAND, WayOut.AGAIN, other)


@transaction.atomic
def decide_refused_refund(
    *, refund_id: int, way: WayOut, by: TeamMember, now: datetime
) -> Refund | None:
    """Decide about a refund that the provider refused, once; a second decision changes nothing.
    Return the refund that takes its place, None where there is none.

    Raises:
        Refund.DoesNotExist: no refund of this business that was refused.
        WayOutNotOffered: nobody was offered that for what was bought here.
    """
    refused = Refund.objects.filter(business_id=by.business_id, status=Refund.Status.FAILED)
    found = refused.select_related("payment__order").get(pk=refund_id)
    if way not in ways_out(order=found.payment.order):
        raise WayOutNotOffered
    subject = lock_subject(found.payment.order, now=now)
    order = Order.objects.select_for_update().get(pk=found.payment.order_id)
    payments = list(order.payments.select_for_update().order_by("pk"))
    if not refused.filter(pk=refund_id, decided_at=None).update(decided_at=now):
        return None
    payment = next(it for it in payments if it.pk == found.payment_id)
    amount = min(found.amount, payment.captured - payment.refunded)
    if way is WayOut.KEEP or amount <= 0:
        _keep(order, subject, payments, now=now)
        if amount > 0:
            tell_of_kept(subject, found, amount=amount, by=by, now=now)
        return None
    if isinstance(subject, GiftCard) and way is WayOut.ON_CARD:
        _reinstate(subject, amount, by=by, now=now)
        return None
    return _refund_other_way(found, order, subject, payments, amount, way=way, by=by, now=now)


def _keep(order: Order, subject: Subject, payments: Sequence[Payment], *, now: datetime) -> None:
    """The money of a booking that is over is decided about, unless more of it is here, or more of
    it was refused, than anybody has decided about."""
    if not isinstance(subject, Booking) or not is_over(subject):
        return
    refused = Refund.objects.filter(payment__order=order, status=Refund.Status.FAILED)
    waits = any(it.decided_at is None for it in refused)
    here = sum(it.captured - it.refunded for it in payments)
    if not waits and here <= sum(it.amount for it in refused):
        Order.objects.filter(pk=order.pk, kept_at=None).update(kept_at=now)


def _reinstate(card: GiftCard, amount: int, *, by: TeamMember, now: datetime) -> None:
    """Let a locked card be good again for what could not go back, as far as it is covered."""
    it = holding_of(card)
    covered = it.kept + max(0, it.put_on) + it.written_off - it.balance - it.used
    back = min(amount, covered, card.value - card.balance)
    card.status = GiftCard.Status.ACTIVE
    card.save(update_fields=["status"])
    if back > 0:
        write_gift_entry(card, GiftEntry.Kind.REFUNDED, amount=back, by=by.user_id, now=now)
    tell_of_gift(card=card, what="REINSTATED", now=now)


def _refund_other_way(
    refused: Refund,
    order: Order,
    subject: Subject,
    payments: list[Payment],
    amount: int,
    *,
    way: WayOut,
    by: TeamMember,
    now: datetime,
) -> Refund:
    payment = next(it for it in payments if it.pk == refused.payment_id)
    by_hand = way is WayOut.BY_HAND
    refund = ask_for_refund(
        payment,
        order=order,
        payments=payments,
        amount=amount,
        reason="",
        asked_by=by.user_id,
        by_hand=by_hand,
        now=now,
    )
    for it in refused.lines.select_related("line"):
        part = min(it.amount, it.line.left) if amount == refused.amount else 0
        if part:
            RefundLine.objects.create(refund=refund, line=it.line, amount=part)
            OrderLine.objects.filter(pk=it.line_id).update(refunded=F("refunded") + part)
    action = BookingEvent.Action.HANDED_BACK if by_hand else None
    sync(order, subject, payments, actor=Actor.of(by), now=now, action=action)
    tell_of_refunds(subject, [refund], now=now)
    return refund
