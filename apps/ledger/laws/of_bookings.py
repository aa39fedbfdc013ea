"""The bookings a law is asked of, and what it finds among them."""

from collections.abc import Iterator

from django.db.models import QuerySet

from apps.bookings.models import Booking
from apps.ledger.finding import Finding


def bookings_of(business_id: int | None) -> QuerySet[Booking]:
    """The bookings of a business, or of all, in no order."""
    bookings = Booking.objects.order_by()
    return bookings if business_id is None else bookings.filter(business_id=business_id)


def findings_of(bookings: QuerySet[Booking], rule: str, what: str) -> Iterator[Finding]:
    """One finding for each of these bookings."""
    for of, reference in bookings.values_list("business_id", "reference"):
        yield Finding(rule, of, f"booking {reference}", what)
