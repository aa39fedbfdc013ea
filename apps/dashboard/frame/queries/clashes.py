"""The sets behind the questions about money in the inbox, which it counts and lists."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from apps.bookings.models import Booking
from apps.checkout.models import Order, Payment
from apps.checkout.queries.let_go import orders_let_go
from apps.checkout.queries.stranded import refused_refunds
from apps.dashboard.access import Access


def let_go_ahead(access: Access, *, now: datetime) -> QuerySet[Order]:
    """The orders of ``list_let_go``, in no order."""
    orders = orders_let_go(business_id=access.business.pk)
    mine = access.bookings().filter(status=Booking.Status.CONFIRMED, ends_at__gt=now)
    return orders.filter(booking__in=mine)


def leftovers_of(access: Access) -> QuerySet[Booking]:
    """The bookings of ``list_leftovers``, in no order. What the bank refused to take is decided
    about there."""
    over = ("CANCELED", "DECLINED")
    rows = access.bookings().filter(status__in=over, paid__gt=0, order__kept_at=None)
    refused = refused_refunds(business_id=access.business.pk)
    return rows.exclude(Exists(refused.filter(payment__order__booking=OuterRef("pk"))))


def unclear_of(access: Access) -> QuerySet[Payment]:
    """The payments of ``list_unclear``, in no order."""
    return Payment.objects.filter(
        business=access.business, told_amount__isnull=False, looked_at__isnull=True
    )
