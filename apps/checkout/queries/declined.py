"""Cards that were refused lately (rules S5, M22)."""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from apps.bookings.models import Booking
from apps.checkout.models import Payment

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
