"""What the provider says becomes what we say: fetched first, then written in one transaction. Where
it speaks of another amount than was asked for, a person has to look.

Lock order: booking (or plan, or gift card), (resources, sessions), order, payments, counter of
receipts.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Actor, SlotGone
from apps.checkout.announcements import announce_charge
from apps.checkout.models import Order, Payment, PlanPurchase, Refund
from apps.checkout.operations.gift_money import lock_cards
from apps.checkout.operations.open_payment import close_soon, fetch_provider_state
from apps.checkout.operations.orders import Subject, is_over, lock_subject
from apps.checkout.operations.promotions import give_coupon_back
from apps.checkout.operations.provider_events import LOOK_TOPIC
from apps.checkout.operations.refund import (
    ask_for_refund,
    count_back,
    outdated_in,
    refused_in,
    split_elsewhere,
    take_back_refund,
)
from apps.checkout.operations.sync import approve, sync
from apps.checkout.operations.tell_of_money import tell_of_refusal
from apps.checkout.providers import (
    ProviderPayment,
    names_spoken_to,
    provider_of,
)
from apps.checkout.queries.orders import flows_of
from apps.checkout.queries.stranded import GONE
from apps.checkout.states import PaymentStatus, booking_status, excess
from apps.outbox import operations as outbox
from apps.outbox.sweeping import sweep

PATIENCE = timedelta(seconds=60)
LONGEST_REFUND = timedelta(days=35)
"""Until then a bank may refuse a refund that its provider took on."""
UNSETTLED = (Payment.Status.PENDING, Payment.Status.AUTHORIZED)
Status = Payment.Status


def settle_payment(*, payment_id: int, now: datetime) -> None:
    """Ask the provider how a payment stands and write that down; safe to repeat, in any order.

    What is open there after our own time for it is over is closed there first: a provider's
    shortest time to pay may be longer than a hold.

    Raises:
        ProviderDown: it does not answer.
    """
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    provider = provider_of(payment.provider)
    apply_provider_state(
        payment_id=payment_id, state=fetch_provider_state(payment, provider, now=now), now=now
    )


def look_after_refunds(*, now: datetime) -> int:
    """Ask once a day about payments whose provider took on a refund within the last weeks: banks
    refuse some days later, and the provider's word of it may never come. Return how many were asked
    about."""
    taken_on = Refund.objects.filter(
        status=Refund.Status.DONE, by_hand=False, done_at__gt=now - LONGEST_REFUND
    )
    asked = Payment.objects.filter(
        kind=Payment.Kind.ONLINE, provider__in=names_spoken_to(), pk__in=taken_on.values("payment")
    )
    return sweep(asked, partial(_look_again, now=now))


@transaction.atomic
def _look_again(payment_id: int, *, now: datetime) -> bool:
    outbox.enqueue(
        topic=LOOK_TOPIC,
        payload={"payment_id": payment_id},
        business_id=None,
        now=now,
        key=f"refunds:{payment_id}:{now.date()}",
    )
    return True


def settle_open_payments(*, now: datetime) -> int:
    """Ask about payments that have been under way for a minute: their word may never come. Return
    how many were asked about."""
    open_ones = Payment.objects.filter(
        status=Payment.Status.PENDING, created_at__lte=now - PATIENCE
    ).filter(provider__in=names_spoken_to())
    return sweep(open_ones, partial(_look, now=now))


@transaction.atomic
def _look(payment_id: int, *, now: datetime) -> bool:
    outbox.enqueue(
        topic=LOOK_TOPIC,
        payload={"payment_id": payment_id},
        business_id=None,
        now=now,
        key=f"look:{payment_id}:{int(now.timestamp()) // 30}",
    )
    return True


@transaction.atomic
def apply_provider_state(*, payment_id: int, state: ProviderPayment, now: datetime) -> None:
    """Write what a provider says of a payment, and what follows for order and booking.

    A first capture approves the order and makes the draft a booking, or begins a plan (rule M11);
    money for what is over goes back by itself, as does what came twice. What is only authorized
    makes the draft a request, or is let go when the time was lost meanwhile, and the draft is
    declined. Where the provider speaks of another amount or currency than was asked for, nothing
    is taken over: both figures are kept for a person to look at.

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    found = Payment.objects.select_related("order").get(pk=payment_id)
    subject = lock_subject(found.order, now=now)
    order = Order.objects.select_for_update().get(pk=found.order_id)
    payments = list(order.payments.select_for_update().order_by("pk"))
    payment = next(it for it in payments if it.pk == payment_id)
    if not is_as_asked(state, payment, order):
        if note_unclear(payment, state, now=now):
            sync(order, subject, payments, actor=Actor.system(), now=now)
        return
    _take_back(order, subject, payments, payment, state=state, now=now)
    was_authorized = payment.status == Payment.Status.AUTHORIZED
    had = sum(it.captured for it in payments)
    is_new = _take_over(payment, state, order=order, payments=payments, now=now)
    if state.authorized and payment.status == Payment.Status.CANCELED:
        close_soon(payment, now=now)
    if is_new:
        if isinstance(subject, PlanPurchase):
            announce_charge(subject, order, payments, payment=payment, state=state, now=now)
        _follow(order, subject, payments, payment, had=had, now=now)
        if was_authorized and payment.status in GONE and isinstance(subject, Booking):
            bookings.note_let_go(booking=subject, now=now)


def _take_back(
    order: Order,
    subject: Subject,
    payments: Sequence[Payment],
    payment: Payment,
    *,
    state: ProviderPayment,
    now: datetime,
) -> None:
    """Write which refunds of a locked payment its bank has refused after all: each is told, and
    waits for the team (rule M32)."""
    for refund, why in refused_in(state, payment):
        if take_back_refund(refund, payments=payments, why=why, now=now):
            action = BookingEvent.Action.NOT_REFUNDED
            sync(order, subject, payments, actor=Actor.system(), now=now, action=action)
            tell_of_refusal(subject, refund, now=now)


def _follow(
    order: Order,
    subject: Subject,
    payments: Sequence[Payment],
    payment: Payment,
    *,
    had: int,
    now: datetime,
) -> None:
    """Do what follows from a locked payment that has changed; had is what had come before that. A
    booking is told first that money came, then that it goes back: its customer reads both."""
    is_booking = isinstance(subject, Booking)
    if not is_booking:
        _refund_excess(order, subject, payments, had=had, now=now)
    try:
        with transaction.atomic():
            if _has_come(payment, order):
                approve(order, subject, payments, now=now)
            sync(order, subject, payments, actor=Actor.system(), now=now)
    except SlotGone:
        _turn_down(order, subject, payments, payment, had=had, now=now)
        return
    if is_booking and _refund_excess(order, subject, payments, had=had, now=now):
        sync(order, subject, payments, actor=Actor.system(), now=now)


def _turn_down(
    order: Order,
    subject: Subject,
    payments: Sequence[Payment],
    payment: Payment,
    *,
    had: int,
    now: datetime,
) -> None:
    """Decline a draft that nothing is kept for: what was promised is let go, what came for a class
    that was called off goes back."""
    for gift in payments:
        if gift.kind == Payment.Kind.GIFT:
            gift.refresh_from_db()  # what was done with it is undone with the order
    if isinstance(subject, Booking):
        _decline(subject, order, now=now)
    if payment.captured:
        approve(order, subject, payments, now=now)
    else:
        _let_go(payment, now=now)
    sync(order, subject, payments, actor=Actor.system(), now=now)
    if payment.captured:
        _refund_excess(order, subject, payments, had=had, now=now)
        sync(order, subject, payments, actor=Actor.system(), now=now)


def _decline(booking: Booking, order: Order, *, now: datetime) -> None:
    give_coupon_back(order)
    unpaid = booking_status(PaymentStatus.NOT_PAID, total=order.total)
    bookings.decline_draft(booking=booking, payment_status=unpaid, now=now)


def _has_come(payment: Payment, order: Order) -> bool:
    promised = payment.captured or payment.authorized
    return bool(promised) and order.status == Order.Status.INITIALIZED


def _let_go(payment: Payment, *, now: datetime) -> None:
    payment.status, payment.authorized = Payment.Status.CANCELED, 0
    payment.save(update_fields=["status", "authorized"])
    close_soon(payment, now=now)


def _take_over(
    payment: Payment,
    state: ProviderPayment,
    *,
    order: Order,
    payments: Sequence[Payment],
    now: datetime,
) -> bool:
    """Copy what its provider says into one of the locked payments of an order; tell whether
    anything is new."""
    payment.told_amount, payment.told_currency, payment.looked_at = None, "", None
    before = (payment.captured, payment.refunded, payment.authorized, payment.status)
    payment.captured = max(payment.captured, state.captured)
    gone = state.refunded - outdated_in(state, payment)
    elsewhere = gone - (payment.refunded - _by_hand(payment))
    elsewhere = min(elsewhere, payment.captured - payment.refunded)
    for ref, amount in split_elsewhere(elsewhere, state=state, payment=payment):
        too_much = count_back(payment, order=order, payments=payments, amount=amount)
        Refund.objects.create(
            business_id=payment.business_id,
            payment=payment,
            amount=amount,
            excess=too_much,
            status=Refund.Status.DONE,
            is_external=True,
            provider_ref=ref,
            created_at=now,
            done_at=now,
        )
    payment.failure = state.failure
    payment.status = _status(payment, state)
    is_authorized = payment.status == Payment.Status.AUTHORIZED
    payment.authorized = (state.authorized or payment.authorized) if is_authorized else 0
    after = (payment.captured, payment.refunded, payment.authorized, payment.status)
    if after == before:
        return False
    if (payment.captured, payment.status) != (before[0], before[3]):  # what goes back comes later
        payment.settled_at = None if payment.status in UNSETTLED else now
    columns = ["captured", "refunded", "excess", "authorized", "failure", "status", "settled_at"]
    payment.save(update_fields=[*columns, "told_amount", "told_currency", "looked_at"])
    return True


def _by_hand(payment: Payment) -> int:
    """What went back without its provider; where all of it did, and the bank takes it too, the
    books end at what came."""
    if not payment.refunded:
        return 0
    refunds = payment.refunds.filter(by_hand=True, status=Refund.Status.DONE)
    return sum(refunds.values_list("amount", flat=True))


def _status(payment: Payment, state: ProviderPayment) -> Payment.Status:
    """What was given up stays so until money comes; what is authorized is never open again, as an
    answer may say that left before."""
    if payment.captured:
        return Payment.Status.PAID
    if state.authorized and payment.status != Payment.Status.CANCELED:
        return Payment.Status.AUTHORIZED
    if state.is_open and payment.status == Payment.Status.AUTHORIZED:
        return Payment.Status.AUTHORIZED
    if state.failure:
        return Payment.Status.FAILED
    if state.is_open and payment.status != Payment.Status.CANCELED:
        return Payment.Status.PENDING
    return Payment.Status.CANCELED


def _refund_excess(
    order: Order, subject: Subject, payments: Sequence[Payment], *, had: int, now: datetime
) -> bool:
    """Have what nobody owes go back, and tell whether there was any; cash is in nobody's reach.

    What came for something that is over goes back, but for its fee. What had come before that was
    decided about when it ended, and stays."""
    before = sum(it.refunded for it in payments)
    too_much = excess(total=order.bill, flows=flows_of(payments))
    is_done = is_over(subject) or order.status == Order.Status.CANCELED
    if is_done and order.fee is None:
        kept = sum(it.captured - it.refunded for it in payments)
        too_much = min(kept, sum(it.captured for it in payments) - had)
    if too_much > 0:
        lock_cards(payments)
    for payment in reversed(payments):
        in_hand = payment.kind == Payment.Kind.IN_PERSON
        amount = 0 if in_hand else min(too_much, payment.captured - payment.refunded)
        if amount > 0:
            ask_for_refund(
                payment,
                order=order,
                payments=payments,
                amount=amount,
                reason="",
                asked_by=None,
                now=now,
            )
            too_much -= amount
    return sum(it.refunded for it in payments) > before


def is_as_asked(state: ProviderPayment, payment: Payment, order: Order) -> bool:
    """Whether a provider speaks of the amount we asked for."""
    return (state.amount, state.currency) == (payment.amount, order.currency)


def note_unclear(payment: Payment, state: ProviderPayment, *, now: datetime) -> bool:
    """Keep what the provider says of a locked payment for a person to look at, and tell whether
    that is new. Nobody asks the provider again by itself, and nobody can pay it any more.

    What came already stays as it is written. Where no money came, the payment has failed.
    """
    came = state.captured or state.authorized
    told = (came or state.amount, state.currency[:10])
    if (payment.told_amount, payment.told_currency) == told:
        return False
    payment.told_amount, payment.told_currency = told
    payment.looked_at = None
    if not payment.captured:
        payment.status = Status.UNCLEAR if came else Status.FAILED
        payment.authorized, payment.settled_at = 0, now
        payment.failure = "" if came else _("The bank was asked for another amount.")
    columns = ["told_amount", "told_currency", "looked_at", "status", "authorized"]
    payment.save(update_fields=[*columns, "settled_at", "failure"])
    if state.is_open:
        close_soon(payment, now=now)
    return True
