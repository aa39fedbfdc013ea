"""Payments by the names that providers know them by."""

import re
from datetime import datetime, timedelta

from django.db.models import Count, Q

from apps.bookings.models import Booking
from apps.checkout.models import Payment, Refund

KEY = re.compile(r"payment-([1-9][0-9]{0,17})")


def key_of(payment: Payment) -> str:
    """The key under which a payment is opened, the same at every provider."""
    return f"payment-{payment.pk}"


def key_of_refund(refund: Refund) -> str:
    """The key under which a refund is asked for, the same at every provider."""
    return f"refund-{refund.pk}"


def find_named(*, provider: str, ref: str, key: str, refund: str = "") -> Payment | None:
    """The payment that a provider calls ref, or that we told it by key, or that it gave refund back
    of; None for nothing of ours.

    The key finds it also where a crash lost the ref.
    """
    payments = Payment.objects.filter(provider=provider)
    found = payments.filter(provider_ref=ref).first() if ref else None
    named = KEY.fullmatch(key)
    if found is None and named is not None:
        found = payments.filter(pk=int(named[1])).first()
    if found is None and refund:
        found = payments.filter(refunds__provider_ref=refund).first()
    return found


WINDOW = timedelta(hours=1)


def count_declined(*, draft: Booking, now: datetime) -> tuple[int, int]:
    """How many payments failed within the last hour: of this draft, and of all that this network
    holds or has booked. One query."""
    lately = Payment.objects.filter(status=Payment.Status.FAILED, settled_at__gt=now - WINDOW)
    of_draft = Q(order__booking=draft)
    of_network = of_draft
    if draft.network_hash:
        of_network |= Q(order__booking__network_hash=draft.network_hash)
    found = lately.filter(of_network).aggregate(
        of_draft=Count("pk", filter=of_draft), of_network=Count("pk")
    )
    return found["of_draft"], found["of_network"]
