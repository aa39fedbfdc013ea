"""Who touched a booking last: for "Changed by Ben 2 min ago"."""

from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking, BookingEvent
from apps.dashboard.frame.queries.rows import name_of


@dataclass(frozen=True, slots=True)
class LastChange:
    """who is empty when it was the customer or the system."""

    action: str
    who: str
    at: datetime


def last_change(*, booking: Booking) -> LastChange | None:
    """Return the latest line of the booking's history; one query."""
    events = BookingEvent.objects.filter(booking=booking).select_related("user")
    event = events.order_by("-pk").first()
    if event is None:
        return None
    return LastChange(event.action, name_of(event.user), event.at)
