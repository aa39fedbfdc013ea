"""Payments by the names that providers know them by, and the one that somebody has begun: it is
shown until it is paid, given up, or has run out."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Q

from apps.bookings.models import Booking
from apps.checkout.models import UNDECIDED, GiftCard, Payment, PlanPurchase, Refund
from apps.kernel.money import CODE, Money

KEY = re.compile(r"payment-([1-9][0-9]{0,17})")
WINDOW = timedelta(hours=1)
Subject = Booking | PlanPurchase | GiftCard


@dataclass(frozen=True, slots=True)
class UnderWay:
    """amount is what is paid with it; is_open while one can go on with it on the provider's page.
    told is what came in its place, None where nothing else did: the team has to look."""

    order_id: int
    payment_id: int
    amount: Money
    is_open: bool
    told: Money | None = None


class PaymentProgress(StrEnum):
    """How the last payment of a draft stands."""

    NOTHING = "NOTHING"
    UNDER_WAY = "UNDER_WAY"
    UNCLEAR = "UNCLEAR"
    FAILED = "FAILED"


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


def find_under_way(of: Subject, *, now: datetime) -> UnderWay | None:
    """The newest online payment of something whose end nobody knows yet; one query."""
    names = {Booking: "booking", PlanPurchase: "purchase", GiftCard: "gift_card"}
    pending = Payment.objects.filter(kind=Payment.Kind.ONLINE, status__in=UNDECIDED)
    own = pending.filter(**{f"order__{names[type(of)]}": of})
    found = own.select_related("order").order_by("-pk").first()
    if found is None:
        return None
    in_time = found.expires_at is not None and found.expires_at > now
    return UnderWay(
        order_id=found.order_id,
        payment_id=found.pk,
        amount=Money(found.amount, found.order.currency),
        is_open=in_time and found.status == Payment.Status.PENDING,
        told=told_of(found),
    )


def told_of(payment: Payment) -> Money | None:
    """What the provider told in place of what was asked for."""
    if payment.told_amount is None or not CODE.fullmatch(payment.told_currency):
        return None
    return Money(payment.told_amount, payment.told_currency)


def payment_progress_of(*, booking: Booking) -> PaymentProgress:
    """Say how the newest payment of a draft stands; one query."""
    payments = Payment.objects.filter(order__booking=booking).order_by("-pk")
    last = payments.values_list("status", flat=True).first()
    if last is None:
        return PaymentProgress.NOTHING
    if last in {Payment.Status.FAILED, Payment.Status.CANCELED}:
        return PaymentProgress.FAILED
    return PaymentProgress.UNCLEAR if last == Payment.Status.UNCLEAR else PaymentProgress.UNDER_WAY
