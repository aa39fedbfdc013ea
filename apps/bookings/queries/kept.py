"""Whether a booking has what a confirmed one needs: its time, or its seats."""

from apps.availability.models import Occupancy, Seating, Session
from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.statements import Select, Slot

_rows = Select(
    lambda: Occupancy.objects.filter(
        session_id=Slot("session_id"), session__state=Session.State.SCHEDULED
    ).only("starts_at", "ends_at", "expires_at", "enforced")
)
_seats = Select(
    lambda: Seating.objects.filter(
        pk=Slot("seating_id"), released_at__isnull=True, expires_at__isnull=True
    ).only("seats", "session_id", "course_run_id")
)


def keeps_what_it_needs(booking: Booking) -> bool:
    """Whether the time of an appointment is occupied for good, or the seats of a class or a course
    are taken for as many as come; one query.

    Read it after the locks, as a statement of its own: booking, resources and session. Time beside
    the constraint (not enforced) counts only where the booking says why.
    """
    if booking.kind != Service.Kind.APPOINTMENT:
        return _keeps_seats(booking)
    rows = _rows.all(session_id=booking.session_id)
    return bool(rows) and all(_keeps(row, booking) for row in rows)


def is_explained(booking: Booking) -> bool:
    """Whether a booking says why its time may lie beside the constraint: somebody of the team gave
    a reason, or it was paid for after its time had gone."""
    return booking.double_booked or (
        booking.skip_availability_validation and bool(booking.override_reason)
    )


def _keeps(row: Occupancy, booking: Booking) -> bool:
    covers = row.starts_at <= booking.starts_at and booking.ends_at <= row.ends_at
    return covers and row.expires_at is None and (row.enforced or is_explained(booking))


def _keeps_seats(booking: Booking) -> bool:
    seating = _seats.first(seating_id=booking.seating_id)
    if seating is None:
        return False
    kept = (seating.session_id, seating.course_run_id, seating.seats)
    return kept == (booking.session_id, booking.course_run_id, booking.party_size)
