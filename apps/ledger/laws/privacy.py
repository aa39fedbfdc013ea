"""Is nobody named any more who was erased? (rule D10)"""

from collections.abc import Iterator

from django.db.models import Q

from apps.ledger.finding import Finding
from apps.ledger.laws.of_bookings import bookings_of, findings_of


def find_names_of_nobody(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield bookings that still say whose they are although their contact was erased, and those
    that were erased and still have answers or names of who came."""
    named = bookings_of(business_id).filter(customer__erased_at__isnull=False, erased_at=None)
    yield from findings_of(named, "nobody_is_named", "its contact was erased, and it was not")
    told = Q(answers__isnull=False) | Q(participants__isnull=False)
    words = bookings_of(business_id).filter(told, erased_at__isnull=False).distinct()
    yield from findings_of(words, "nobody_is_named", "was erased, and its answers were not")
