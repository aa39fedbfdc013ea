"""What the provider says becomes what we say: fetched first, then written in one transaction.

Lock order: booking, (resources, sessions), order, payments, counter of receipts.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.checkout.models import Order, Payment, Refund
from apps.checkout.operations._check_out import open_payment
from apps.checkout.operations._errors import WrongTruth
from apps.checkout.operations._receipts import number_receipt
from apps.checkout.operations._receive import LOOK_TOPIC
from apps.checkout.providers import ProviderDown, Truth, provider_called
from apps.checkout.queries.orders import status_of
from apps.checkout.states import PaymentStatus, booking_status
from apps.outbox import operations as outbox

REFUND_TOPIC = "payments.refund"
PATIENCE = timedelta(seconds=60)
BATCH = 100
FINAL = (Booking.Status.CANCELED, Booking.Status.DECLINED)


def settle_payment(*, payment_id: int, now: datetime) -> None:
    """Ask the provider how a payment stands and write that down; safe to repeat, in any order.

    Raises:
        ProviderDown: it does not answer.
        WrongTruth: it speaks of another amount or currency.
    """
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    provider = provider_called(payment.provider)
    if provider is None:
        raise ProviderDown(payment.provider)
    if not payment.provider_ref:
        booking = Booking.objects.select_related("business").get(pk=payment.order.booking_id)
        open_payment(payment=payment, booking=booking, origin=settings.PORTAL_ORIGIN, now=now)
        payment.refresh_from_db()
    write_truth(payment_id=payment_id, truth=provider.fetch(payment.provider_ref, now=now), now=now)


def settle_open_payments(*, now: datetime) -> int:
    """Ask about payments that have been under way for a minute: their word may never come. Return
    how many were asked about."""
    open_ones = Payment.objects.filter(
        status=Payment.Status.PENDING, created_at__lte=now - PATIENCE
    ).exclude(provider="")
    ids = list(open_ones.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    for payment_id in ids:
        outbox_key = f"look:{payment_id}:{int(now.timestamp()) // 30}"
        _look(payment_id, key=outbox_key, now=now)
    return len(ids)


@transaction.atomic
def _look(payment_id: int, *, key: str, now: datetime) -> None:
    outbox.enqueue(
        topic=LOOK_TOPIC,
        payload={"payment_id": payment_id},
        business_id=None,
        now=now,
        key=key,
    )


@transaction.atomic
def write_truth(*, payment_id: int, truth: Truth, now: datetime) -> None:
    """Write what a provider says of a payment, and what follows for order and booking.

    A first capture approves the order and makes the draft a booking (P4); money for a booking that
    is over goes back by itself, as does what came twice.

    Raises:
        WrongTruth: it speaks of another amount or currency.
        BusyTryAgain: the lock did not come in time.
    """
    found = Payment.objects.select_related("order").get(pk=payment_id)
    booking = bookings.lock_booking(
        booking_id=found.order.booking_id, business_id=found.business_id, revision=None
    )
    order = Order.objects.select_for_update().get(pk=found.order_id)
    payments = list(order.payments.select_for_update().order_by("pk"))
    payment = next(it for it in payments if it.pk == payment_id)
    if (truth.amount, truth.currency) != (payment.amount, order.currency):
        raise WrongTruth(f"{truth.amount} {truth.currency} for payment {payment_id}")
    if not _take_over(payment, truth, now=now):
        return
    if payment.captured and order.status == Order.Status.INITIALIZED:
        Order.objects.filter(pk=order.pk).update(status=Order.Status.APPROVED, approved_at=now)
    _give_back_what_is_too_much(order, booking, payments, now=now)
    sync(order, booking, payments, actor=Actor.system(), now=now)


def _take_over(payment: Payment, truth: Truth, *, now: datetime) -> bool:
    """Copy the truth into a locked payment; tell whether anything is new."""
    before = (payment.captured, payment.refunded, payment.status)
    payment.captured = max(payment.captured, truth.captured)
    elsewhere = truth.refunded - payment.refunded
    if elsewhere > 0:
        payment.refunded += elsewhere
        Refund.objects.create(
            business_id=payment.business_id,
            payment=payment,
            amount=elsewhere,
            status=Refund.Status.DONE,
            is_external=True,
            created_at=now,
            done_at=now,
        )
    payment.failure = truth.failure
    payment.status = _status(payment, truth)
    if (payment.captured, payment.refunded, payment.status) == before:
        return False
    payment.settled_at = now if payment.status != Payment.Status.PENDING else None
    payment.save(update_fields=["captured", "refunded", "failure", "status", "settled_at"])
    return True


def _status(payment: Payment, truth: Truth) -> Payment.Status:
    if payment.captured:
        return Payment.Status.PAID
    if truth.failure:
        return Payment.Status.FAILED
    if truth.is_open and payment.status != Payment.Status.CANCELED:
        return Payment.Status.PENDING
    return Payment.Status.CANCELED


def sync(
    order: Order, booking: Booking, payments: Sequence[Payment], *, actor: Actor, now: datetime
) -> None:
    """Bring order and booking into line with the payments; all of them are locked. The first money
    gives the order the number of its receipt.

    A draft whose order has money becomes a booking here, and nowhere else.
    """
    is_draft = booking.status == Booking.Status.CREATED
    if is_draft:
        booking.price = order.total  # the price the customer saw, with what was taken off
    _follow(order, booking, payments, actor=actor, now=now)
    if is_draft and booking.status != Booking.Status.CREATED:
        booking.save(update_fields=["price"])
    if any(it.captured > 0 for it in payments):
        number_receipt(order, business=booking.business, now=now)


def _follow(
    order: Order, booking: Booking, payments: Sequence[Payment], *, actor: Actor, now: datetime
) -> None:
    status = status_of(order, payments)
    Order.objects.filter(pk=order.pk).update(payment_status=status.value)
    words = booking_status(status, total=order.total)
    paid = max(0, sum(it.captured - it.refunded for it in payments))
    if booking.status == Booking.Status.CREATED:
        if any(it.captured for it in payments):
            bookings.finish_draft(
                booking=booking,
                payment_status=words,
                payment_option=Booking.PaymentOption.ONLINE,
                paid=paid,
                now=now,
            )
        return
    back = status in {PaymentStatus.FULLY_REFUNDED, PaymentStatus.PARTIALLY_REFUNDED}
    bookings.note_money(
        booking=booking,
        payment_status=words,
        paid=paid,
        is_refund=back,
        actor=actor,
        now=now,
    )


def _give_back_what_is_too_much(
    order: Order, booking: Booking, payments: Sequence[Payment], *, now: datetime
) -> None:
    kept = sum(it.captured - it.refunded for it in payments)
    excess = kept if booking.status in FINAL else kept - order.total
    for payment in reversed(payments):
        online = payment.kind == Payment.Kind.ONLINE
        amount = min(excess, payment.captured - payment.refunded) if online else 0
        if amount > 0:
            ask_for_refund(payment, amount=amount, reason="", asked_by=None, now=now)
            excess -= amount


def ask_for_refund(
    payment: Payment, *, amount: int, reason: str, asked_by: int | None, now: datetime
) -> Refund:
    """Write a refund of a locked payment; the worker does it at the provider. Money that came in
    person is in the customer's hand already."""
    in_person = payment.kind == Payment.Kind.IN_PERSON
    payment.refunded += amount
    payment.save(update_fields=["refunded"])
    refund = Refund.objects.create(
        business_id=payment.business_id,
        payment=payment,
        amount=amount,
        status=Refund.Status.DONE if in_person else Refund.Status.PENDING,
        is_external=in_person,
        reason=reason,
        asked_by_id=asked_by,
        created_at=now,
        done_at=now if in_person else None,
    )
    if not in_person:
        outbox.enqueue(
            topic=REFUND_TOPIC,
            payload={"refund_id": refund.pk},
            business_id=payment.business_id,
            now=now,
            key=f"refund:{refund.pk}",
        )
    return refund
