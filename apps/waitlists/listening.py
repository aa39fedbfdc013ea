"""What happens to the lines when bookings announce something (``apps.bookings.announcements``)."""

from datetime import datetime

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.waitlists import operations


class Waitlists:
    """The lines in front of classes, courses and times."""

    def places_came_free(
        self, target: Session | CourseRun, *, besides: Booking | None, now: datetime
    ) -> None:
        """Ask everybody in line anew, also those who let an offer pass before (rule B19)."""
        operations.offer_places(target=target, now=now, new_round=True, besides=besides)

    def waiting_ended(self, booking: Booking, *, now: datetime) -> None:
        """Take it out of its line; what was offered to it goes to the next."""
        if booking.kind == Service.Kind.APPOINTMENT:
            operations.end_wish(booking=booking)
        else:
            operations.leave_line(booking=booking, now=now)

    def start_changed(self, target: Session | CourseRun, *, now: datetime) -> None:
        """No offer outlives the new start."""
        operations.shorten_offers(target=target, now=now)
