"""Whether a booking has what a confirmed one needs: its time, or its seats."""

from apps.availability.models import Occupancy, Seating, Session
from apps.bookings.models import Booking
from apps.catalog.models import Service


def keeps_what_it_needs(booking: Booking) -> bool:
    """Whether the time of an appointment is occupied for good, or the seats of a class or a course
    are taken for as many as come; one query.

    Read it after the locks, as a statement of its own: booking, resources and session. Time beside
    the constraint (not enforced) counts only where the booking says why.
    """
    if booking.kind != Service.Kind.APPOINTMENT:
        return _keeps_seats(booking)
    rows = Occupancy.objects.filter(
        session_id=booking.session_id or 0, session__state=Session.State.SCHEDULED
    ).only("starts_at", "ends_at", "expires_at", "enforced")
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
    firm = Seating.objects.filter(pk=booking.seating_id or 0, released_at=None, expires_at=None)
    kept = firm.values_list("session_id", "course_run_id", "seats").first()
    return kept == (booking.session_id, booking.course_run_id, booking.party_size)
