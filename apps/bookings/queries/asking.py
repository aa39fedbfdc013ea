from django.db.models import Q

from apps.availability.models import Session
from apps.bookings.models import Booking

ASKS_THE_TEAM = Q(status=Booking.Status.PENDING) & (
    ~Q(service__min_participants__gt=0, service__requires_approval=False)
    | Q(session__state=Session.State.REQUESTED)
)
"""Requests that wait for the team. What waits for more people is decided by its own rule
(rule B16), unless its time is not kept for it: several may have asked for one before the team left
off answering, and only one gets it."""


def is_for_people(booking: Booking) -> bool:
    """Whether a request is decided by how many come, and not by the team."""
    return bool(booking.service.min_participants) and not booking.as_booked.requires_approval
