from datetime import datetime

from django.db import transaction

from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.models import Order, Payment
from apps.checkout.operations.settle import sync
from apps.checkout.operations.subject import lock_subject

Status = Payment.Status


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
