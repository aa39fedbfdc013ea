from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from apps.bookings.models import Booking
from apps.checkout.models import UNDECIDED, Order, Payment
from apps.checkout.operations.coupon_uses import give_coupon_back
from apps.checkout.operations.gift_money import let_gifts_go
from apps.checkout.providers import provider_of
from apps.outbox.sweeping import sweep

ORDER_LIFE = timedelta(hours=24)
ALIVE = (*UNDECIDED, Payment.Status.AUTHORIZED, Payment.Status.PAID)


def close_payment(*, payment_id: int) -> None:
    """Let nobody pay what was given up, and let go what was kept aside by it.

    Raises:
        ProviderDown: it does not answer; the outbox tries again.
    """
    payment = Payment.objects.get(pk=payment_id)
    provider = provider_of(payment.provider)
    if payment.provider_ref:
        provider.close(payment.provider_ref)


def forget_abandoned_orders(*, now: datetime) -> int:
    """Delete orders of drafts that nobody paid for within 24 hours, and those of what was booked
    without them; return how many.

    Only where nothing came and nothing can come any more; the draft is then forgotten like any
    other, and what is booked is owed at its own price. Where the bank took another amount than was
    asked, the payment is all that tells of it: it stays, also when the team has seen to it.
    """
    left = Q(booking__status=Booking.Status.CREATED, placed_at__lte=now - ORDER_LIFE)
    passed_by = Q(booking__status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED))
    old = Order.objects.filter(left | passed_by, status=Order.Status.INITIALIZED).exclude(
        Q(payments__status__in=ALIVE) | Q(payments__told_amount__isnull=False)
    )
    return sweep(old, partial(_forget, now=now))


def has_brought_money(payment: Payment) -> bool:
    """Whether money came by a payment, of whatever amount."""
    return bool(payment.captured) or payment.told_amount is not None


@transaction.atomic
def _forget(order_id: int, *, now: datetime) -> bool:
    order = Order.objects.select_for_update().get(pk=order_id)
    payments = order.payments.select_for_update()
    if any(has_brought_money(it) or it.status in ALIVE for it in payments):
        return False
    Booking.objects.filter(order=order, status=Booking.Status.CREATED).update(
        payment_option=Booking.PaymentOption.UNDEFINED
    )
    give_coupon_back(order)
    let_gifts_go(order, now=now)
    order.payments.all().delete()
    order.delete()
    return True
