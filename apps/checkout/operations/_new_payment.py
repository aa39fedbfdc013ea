"""The one online payment of an order that is open: begun, looked for, and given up."""

from datetime import datetime

from apps.checkout.models import UNDECIDED, Order, Payment
from apps.checkout.operations._errors import PaymentUnderWay, WayNotOffered
from apps.checkout.providers import provider_in_use
from apps.outbox import operations as outbox

CLOSE_TOPIC = "payments.close"


def new_payment(
    order: Order, *, amount: int, until: datetime, now: datetime, captures_later: bool = False
) -> Payment:
    """The open online payment of a locked order for this amount. One of another amount that is open
    stays as it is: whoever pays gives it up first, or goes on with it. What ran out is closed.

    Raises:
        PaymentUnderWay: another amount is on its way.
        WayNotOffered: nothing is paid online here, or not this amount.
    """
    wanted = (amount, captures_later)
    for payment in _still_open(order, now=now):
        same = (payment.amount, payment.captures_later) == wanted
        if same and payment.status == Payment.Status.PENDING:
            return payment
        raise PaymentUnderWay(payment.pk)
    provider = provider_in_use()
    if provider is None or not provider.bounds(order.currency).takes(amount):
        raise WayNotOffered
    if order.payment_status == Order.PaymentStatus.NOT_PAID:
        Order.objects.filter(pk=order.pk).update(payment_status=Order.PaymentStatus.PENDING)
    return Payment.objects.create(
        business_id=order.business_id,
        order=order,
        kind=Payment.Kind.ONLINE,
        provider=provider.name,
        amount=amount,
        captures_later=captures_later,
        created_at=now,
        expires_at=until,
    )


def require_none_under_way(order: Order, *, now: datetime) -> None:
    """Refuse to pay a locked order in another way while a payment of it is open at the provider.

    Raises:
        PaymentUnderWay: one is.
    """
    for payment in _still_open(order, now=now):
        raise PaymentUnderWay(payment.pk)


def _still_open(order: Order, *, now: datetime) -> list[Payment]:
    """The payments that can still be paid on a page, and those that somebody has to look at; those
    whose time is over are closed."""
    pending = order.payments.select_for_update().filter(
        kind=Payment.Kind.ONLINE, status__in=UNDECIDED
    )
    live = []
    for payment in pending.order_by("pk"):
        unclear = payment.status == Payment.Status.UNCLEAR
        if unclear or (payment.expires_at and payment.expires_at > now):
            live.append(payment)
            continue
        Payment.objects.filter(pk=payment.pk).update(status=Payment.Status.CANCELED)
        close_soon(payment, now=now)
    return live


def close_soon(payment: Payment, *, now: datetime) -> None:
    """Have the worker close a payment that was given up, and let go what it keeps aside; once."""
    outbox.enqueue(
        topic=CLOSE_TOPIC,
        payload={"payment_id": payment.pk},
        business_id=payment.business_id,
        now=now,
        key=f"close:{payment.pk}",
    )
