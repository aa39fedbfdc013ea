"""Which bookings are not over yet."""

from datetime import datetime

from django.db.models import Q

from apps.bookings.models import Booking
from apps.bookings.states import OCCUPYING


def still_ahead(*, now: datetime) -> Q:
    """Bookings whose customer somebody still has to know."""
    live = Q(status__in=OCCUPYING, ends_at__gt=now) | Q(status=Booking.Status.WAITING_LIST)
    undoable = Q(status=Booking.Status.CANCELED, hold_expires_at__isnull=False)
    paying = Q(status=Booking.Status.CREATED, payment_option=Booking.PaymentOption.ONLINE)
    return live | undoable | paying
