from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from apps.bookings.models import Booking
from apps.checkout.models import UNDECIDED, Order, Payment
from apps.checkout.operations._coupons import give_coupon_back
from apps.checkout.operations._use_gift import let_gifts_go
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
    """Delete orders of drafts that nobody paid for within 24 hours; return how many.

    Only where nothing came and nothing can come any more; the draft is then forgotten like any
    other.
    """
    old = Order.objects.filter(
        status=Order.Status.INITIALIZED,
        placed_at__lte=now - ORDER_LIFE,
        booking__status=Booking.Status.CREATED,
    ).exclude(payments__status__in=ALIVE)
    return sweep(old, partial(_forget, now=now))


@transaction.atomic
def _forget(order_id: int, *, now: datetime) -> bool:
    order = Order.objects.select_for_update().get(pk=order_id)
    payments = order.payments.select_for_update()
    if any(it.captured or it.status in ALIVE for it in payments):
        return False
    Booking.objects.filter(order=order, status=Booking.Status.CREATED).update(
        payment_option=Booking.PaymentOption.UNDEFINED
    )
    give_coupon_back(order)
    let_gifts_go(order, now=now)
    order.payments.all().delete()
    order.delete()
    return True
