"""A payment online: somebody begins it, pays what is left, goes on with it, or gives it up; the
team looks after one that brought another amount. Nothing is locked while a provider is asked."""

from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.models import Order, Payment
from apps.checkout.operations.errors import NotOwed
from apps.checkout.operations.in_person import order_of
from apps.checkout.operations.open_payment import PAY_WITHIN, close_soon, new_payment, open_payment
from apps.checkout.operations.orders import Subject, lock_subject, subject_of
from apps.checkout.operations.settle import settle_payment
from apps.checkout.operations.sync import sync
from apps.checkout.pricing import choose_part, first_part
from apps.checkout.providers import OpenRefused, provider_in_use, provider_of
from apps.checkout.queries.orders import flows_of, owes_fee, smallest_part, waits_for_a_yes
from apps.checkout.queries.stranded import let_go_of
from apps.checkout.states import balance

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
Status = Payment.Status


def begin_paying(*, payment: Payment, subject: Subject, origin: str, now: datetime) -> str:
    """Return where somebody pays a payment that was placed for them (``open_payment``); one that
    the provider will never open is given up, so that another way can be chosen.

    Raises:
        OpenRefused: it will never be opened.
        ProviderDown: the provider does not answer; nothing was paid.
    """
    try:
        return open_payment(payment=payment, subject=subject, origin=origin, now=now)
    except OpenRefused:
        _cancel(payment, now=now)
        raise


def go_on_paying(*, order_id: int, origin: str, now: datetime) -> str:
    """Return where the payment of an order that is open is paid; origin as in ``check_out``.

    Raises:
        NotOwed: none is open (any more).
        OpenRefused: the provider will never open it; it is given up.
        ProviderDown: the provider does not answer; nothing was paid.
    """
    pending = Payment.objects.select_related("order").filter(
        order_id=order_id, kind=Payment.Kind.ONLINE, status=Payment.Status.PENDING
    )
    payment = pending.filter(saved_card="", expires_at__gt=now).order_by("-pk").first()
    if payment is None:
        raise NotOwed
    subject = subject_of(payment.order)
    return begin_paying(payment=payment, subject=subject, origin=origin, now=now)


def give_up_payment(*, payment_id: int, order_id: int, now: datetime) -> None:
    """Give up a payment of an order that nobody goes on with. It is closed at the provider first,
    so that nobody can pay it any more; what was paid at that very moment counts as paid.

    Done twice it is the same.

    Raises:
        Payment.DoesNotExist: no such online payment of this order.
        ProviderDown: the provider does not answer; nothing has changed.
    """
    payment = Payment.objects.get(
        pk=payment_id, order_id=order_id, kind=Payment.Kind.ONLINE, saved_card=""
    )
    if payment.status != Payment.Status.PENDING:
        return
    if not payment.provider_ref:
        _cancel(payment, now=now)
        return
    provider = provider_of(payment.provider)
    provider.close(payment.provider_ref)
    settle_payment(payment_id=payment.pk, now=now)


@transaction.atomic
def _cancel(found: Payment, *, now: datetime) -> None:
    """It was never opened, as far as we know: a crash may have lost its name."""
    order = Order.objects.get(pk=found.order_id)
    subject = lock_subject(order, now=now)
    order = Order.objects.select_for_update().get(pk=order.pk)
    payments = list(order.payments.select_for_update().order_by("pk"))
    for payment in payments:
        if payment.pk == found.pk and payment.status == Payment.Status.PENDING:
            payment.status = Payment.Status.CANCELED
            payment.save(update_fields=["status"])
            close_soon(payment, now=now)
    sync(order, subject, payments, actor=Actor.system(), now=now)


def pay_balance(
    *, booking_id: int, business_id: int, origin: str, now: datetime, amount: int | None = None
) -> str:
    """Open a payment for what is left of a booking, and return where to pay it (rule M7). Where
    what was authorized was let go, that is paid first, or all of it where that is too little.

    Tapped again it leads to the same payment; another amount never takes its place. origin as in
    ``check_out``; amount is a part of what is left, in minor units, where the service takes any
    amount.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NotOwed: nothing is left to be paid online.
        AmountRefused: the amount is not one that may be chosen.
        PaymentUnderWay: another amount is on its way.
        ProviderDown: the provider does not answer; nothing was paid.
    """
    booking, payment = _place(booking_id, business_id, amount=amount, now=now)
    return begin_paying(payment=payment, subject=booking, origin=origin, now=now)


@transaction.atomic
def _place(
    booking_id: int, business_id: int, *, amount: int | None, now: datetime
) -> tuple[Booking, Payment]:
    booking = bookings.lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    is_offered = booking.as_booked.pays_online and booking.status in LIVE
    if waits_for_a_yes(booking) or not (is_offered or owes_fee(booking=booking)):
        raise NotOwed
    order = order_of(booking, now=now)
    payments = list(order.payments.select_for_update().order_by("pk"))
    owed = balance(total=order.bill, flows=flows_of(payments))
    if owed <= 0:
        raise NotOwed
    any_amount = booking.as_booked.any_amount and order.fee is None
    provider = provider_in_use()
    missing = 0 if any_amount else let_go_of(order, payments)
    bounds = provider.bounds(order.currency) if provider else None
    chosen = choose_part(
        owed=first_part(missing=missing, owed=owed, bounds=bounds),
        unit=smallest_part(order.currency),
        any_amount=any_amount,
        amount=amount,
    )
    return booking, new_payment(order, amount=chosen, until=now + PAY_WITHIN, now=now)


@transaction.atomic
def look_after_unclear(*, payment_id: int, by: TeamMember, now: datetime) -> None:
    """Record that somebody of the team has settled with the provider and the customer what came in
    another amount; it pays for nothing here. Done twice it is the same.

    Raises:
        Payment.DoesNotExist: no such payment of this business.
    """
    found = Payment.objects.select_related("order").get(
        pk=payment_id, business_id=by.business_id, told_amount__isnull=False
    )
    subject = lock_subject(found.order, now=now)
    order = Order.objects.select_for_update().get(pk=found.order_id)
    payments = list(order.payments.select_for_update().order_by("pk"))
    for payment in payments:
        if payment.pk != payment_id or payment.looked_at is not None:
            continue
        payment.looked_at = now
        if payment.status == Status.UNCLEAR:
            payment.status = Status.CANCELED
        payment.save(update_fields=["looked_at", "status"])
    sync(order, subject, payments, actor=Actor.of(by), now=now)
