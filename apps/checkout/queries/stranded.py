"""Money that did not go where it should: there are no keys to its provider any more, the provider
refused to give it back, a gift card used what is not paid for any more, or a bank let go what was
authorized for a request (rule M29)."""

from collections.abc import Iterable

from django.db.models import Exists, F, IntegerField, OuterRef, QuerySet, Sum
from django.db.models.functions import Coalesce

from apps.bookings.models import Booking
from apps.checkout.models import GiftCard, Order, Payment, Refund
from apps.checkout.providers import names_spoken_to

UNSETTLED = ("PENDING", "AUTHORIZED")
LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
GONE = (Payment.Status.FAILED, Payment.Status.CANCELED)


def stranded_payments(*, business_id: int) -> QuerySet[Payment]:
    """Payments under way, or authorized, of which nobody can learn how they stand."""
    own = Payment.objects.filter(
        business_id=business_id, kind=Payment.Kind.ONLINE, status__in=UNSETTLED
    )
    return own.exclude(provider__in=names_spoken_to()).exclude(provider_ref="")


def stranded_refunds(*, business_id: int) -> QuerySet[Refund]:
    """Refunds that were promised and cannot be done."""
    own = Refund.objects.filter(business_id=business_id, status=Refund.Status.PENDING)
    return own.filter(payment__kind=Payment.Kind.ONLINE).exclude(
        payment__provider__in=names_spoken_to()
    )


def refused_refunds(*, business_id: int) -> QuerySet[Refund]:
    """Refunds that the provider refused, whose money is here and about which nobody has decided
    (rule M32)."""
    failed = Refund.objects.filter(business_id=business_id, status="FAILED", decided_at=None)
    return failed.filter(payment__captured__gt=F("payment__refunded"))


def uncovered_cards(*, business_id: int) -> QuerySet[GiftCard]:
    """Gift cards that were used and whose purchase went back, until that is settled (rule M31)."""
    return GiftCard.objects.filter(business_id=business_id, uncovered__gt=0)


def let_go_of(order: Order, payments: Iterable[Payment]) -> int:
    """What was to be paid with an order by money that was authorized, is authorized no more, and
    was not paid since, in minor units; 0 where nothing is missing."""
    payments = list(payments)
    gone = any(it.captures_later and it.status in GONE for it in payments)
    if order.status != Order.Status.APPROVED or not gone:
        return 0
    here = sum(it.captured - it.excess + it.authorized for it in payments)
    return max(0, order.due_now - here)


def orders_let_go(*, business_id: int) -> QuerySet[Order]:
    """The orders of live bookings of which ``let_go_of`` says more than nothing, with that as
    missing; in no order."""
    gone = Payment.objects.filter(order=OuterRef("pk"), captures_later=True, status__in=GONE)
    orders = Order.objects.filter(
        Exists(gone),
        business=business_id,
        status=Order.Status.APPROVED,
        booking__status__in=LIVE,
    )
    here = F("payments__captured") - F("payments__excess") + F("payments__authorized")
    missing = F("due_now") - Coalesce(Sum(here), 0, output_field=IntegerField())
    return orders.annotate(missing=missing).filter(missing__gt=0)


def let_go_of_booking(*, booking: Booking) -> int:
    """What is missing of a live booking's money as in ``let_go_of``; two queries at most, none
    where nothing was paid online."""
    if booking.payment_option != Booking.PaymentOption.ONLINE:
        return 0
    order = Order.objects.filter(booking=booking).prefetch_related("payments").first()
    return let_go_of(order, order.payments.all()) if order else 0
