from django.db.models import Q

from apps.bookings.models import Booking

ASKS_THE_TEAM = Q(status=Booking.Status.PENDING) & ~Q(
    service__min_participants__gt=0, service__requires_approval=False
)
"""Requests; what waits for more people is decided by its own rule (R106)."""
