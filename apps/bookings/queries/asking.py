"""Who decides about a request: the team, or how many people come (rule B16)."""

from django.db.models import Q

from apps.bookings.models import Booking

_WAS_ASKED_FOR = Q(service_snapshot__requires_approval=True, skip_business_confirmation=False)
ASKS_THE_TEAM = Q(status=Booking.Status.PENDING) & (Q(service__min_participants=0) | _WAS_ASKED_FOR)
"""Requests that wait for the team: all but those of ``is_for_people``."""


def is_for_people(booking: Booking) -> bool:
    """Whether a request is decided by how many come, and not by the team. What its customer was
    told counts, whether or not the team answers such requests now (rule B5); with the minimum gone
    there is only the team to ask."""
    return bool(booking.service.min_participants) and not booking.was_asked_for


def is_before_the_team(booking: Booking) -> bool:
    """Whether the team has yet to say yes or no, wherever the booking goes until then."""
    return booking.status == Booking.Status.PENDING and not is_for_people(booking)
