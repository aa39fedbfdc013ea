"""A booking goes with its class or course when that is changed."""

from datetime import datetime
from typing import Any

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.drafts import clock_columns
from apps.bookings.operations.transitions import Actor, deadline_columns, record_transition
from apps.bookings.queries.joinables import lead_of


def follow_class(booking: Booking, *, now: datetime) -> bool:
    """Move a locked booking to where its class or course is by now: it was paid for while that was
    changed. Tell whether it was."""
    target: Session | CourseRun
    if booking.course_run_id is not None:
        target = CourseRun.objects.get(pk=booking.course_run_id)
    else:
        target = Session.objects.get(pk=booking.session_id or 0)
    return follow(booking, target, lead_of(target), actor=Actor.system(), now=now)


def follow(
    booking: Booking,
    target: Session | CourseRun,
    lead_id: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Write into a locked booking when and with whom (lead_id) its class or course is by now; tell
    whether anything changed."""
    if (booking.starts_at, booking.resource_id) == (target.starts_at, lead_id):
        return False
    record_transition(
        booking,
        action=BookingEvent.Action.MOVED,
        actor=actor,
        now=now,
        columns=columns_of(booking, target, lead_id=lead_id),
    )
    return True


def columns_of(
    booking: Booking, target: Session | CourseRun, *, lead_id: int | None
) -> dict[str, Any]:
    """What stands in a booking of when its class or course is, and with whom. One query, to be
    asked after the locks."""
    return {
        "starts_at": target.starts_at,
        "ends_at": target.ends_at,
        **deadline_columns(booking, starts_at=target.starts_at, ends_at=target.ends_at),
        **clock_columns(booking, starts_at=target.starts_at, location_id=target.location_id),
        "resource_id": lead_id,
    }
