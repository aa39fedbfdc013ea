"""Who came: one line for each person of a booking and each session (rule B27)."""

from datetime import datetime

from apps.bookings.models import Attendance, Booking
from apps.businesses.models import TeamMember


def mark_person(
    *,
    booking: Booking,
    session_id: int,
    seat: int,
    state: Attendance.State,
    by: TeamMember,
    now: datetime,
) -> None:
    """Write down that one person of a booking came to a session, or did not; marked again it is
    the same."""
    Attendance.objects.update_or_create(
        booking=booking,
        session_id=session_id,
        seat=seat,
        defaults={
            "business_id": booking.business_id,
            "state": state,
            "marked_at": now,
            "user_id": by.user_id,
        },
    )


def mark_nobody_came(*, booking: Booking, by: TeamMember, now: datetime) -> None:
    """Write down that nobody of a booking of one session came."""
    for seat in range(booking.party_size):
        mark_person(
            booking=booking,
            session_id=booking.session_id or 0,
            seat=seat,
            state=Attendance.State.NO_SHOW,
            by=by,
            now=now,
        )


def forget_nobody_came(*, booking: Booking) -> None:
    """Take back that people of a booking did not come: nobody knows again."""
    marks = Attendance.objects.filter(booking=booking, session_id=booking.session_id or 0)
    marks.filter(state=Attendance.State.NO_SHOW).delete()
