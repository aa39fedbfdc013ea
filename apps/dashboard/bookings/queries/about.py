"""What is known about the people behind several bookings: visits and answers, one query each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count

from apps.bookings.models import Answer, Booking
from apps.dashboard.access import Access
from apps.dashboard.roles import Right

Pairs = tuple[tuple[str, str], ...]


def count_visits(*, bookings: Sequence[Booking], now: datetime) -> Mapping[int, int]:
    """Count the confirmed bookings that are over, by customer; people without any are missing."""
    customers = {booking.customer_id for booking in bookings if booking.customer_id}
    over = Booking.objects.filter(
        customer_id__in=customers, status=Booking.Status.CONFIRMED, ends_at__lte=now
    )
    rows = over.order_by().values_list("customer_id").annotate(n=Count("pk"))
    return {pk: n for pk, n in rows if pk is not None}


def read_answers(
    *, access: Access, bookings: Sequence[Booking]
) -> Mapping[tuple[int, int | None], Pairs]:
    """Read (label, value) pairs by booking and participant, None for the person who booked.

    Without SEE_CONTACT there are none, without SEE_SENSITIVE no sensitive ones (rule D2).
    """
    if not access.may(Right.SEE_CONTACT):
        return {}
    answers = Answer.objects.filter(booking_id__in=[booking.pk for booking in bookings])
    if not access.may(Right.SEE_SENSITIVE):
        answers = answers.filter(sensitive=False)
    found: dict[tuple[int, int | None], list[tuple[str, str]]] = defaultdict(list)
    for booking_id, participant_id, label, value in answers.values_list(
        "booking_id", "participant_id", "label", "value"
    ):
        found[(booking_id, participant_id)].append((label, value))
    return {key: tuple(pairs) for key, pairs in found.items()}
