"""A payment that is under way: somebody begins it, goes on with it, or gives it up. Nothing is
locked while the provider is asked."""

from datetime import datetime

from django.db import transaction

from apps.bookings.operations import Actor
from apps.checkout.models import Order, Payment
from apps.checkout.operations.errors import NotOwed
from apps.checkout.operations.open_payment import close_soon, open_payment
from apps.checkout.operations.settle import settle_payment, sync
from apps.checkout.operations.subject import Subject, lock_subject, subject_of
from apps.checkout.providers import OpenRefused, provider_of


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
