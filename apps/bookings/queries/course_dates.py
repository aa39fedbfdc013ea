from datetime import datetime

from apps.availability.models import Session
from apps.bookings.models import Booking


def dates_of(*, booking: Booking) -> tuple[tuple[datetime, datetime], ...]:
    """Return start and end of the sessions a course booking is for: those still to come when it
    was made. Nothing for a class or an appointment; one query for a course."""
    if booking.course_run_id is None:
        return ()
    sessions = Session.objects.filter(
        course_run_id=booking.course_run_id,
        state=Session.State.SCHEDULED,
        starts_at__gt=booking.created_at,
    )
    return tuple(sessions.order_by("starts_at").values_list("starts_at", "ends_at"))
