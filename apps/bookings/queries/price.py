"""What a booking costs as it is now: by its choice, and by what is left of a course."""

from datetime import datetime

from apps.bookings.joining import price_to_join
from apps.bookings.models import Booking
from apps.bookings.queries.gatherings import gathering_of
from apps.catalog.models import Service
from apps.catalog.pricing import Price
from apps.catalog.queries import Choice


def price_of(*, booking: Booking, choice: Choice, now: datetime) -> Price:
    """Return the price of a draft; one query more for a course that late joiners pay in part."""
    run = booking.course_run
    if booking.kind != Service.Kind.COURSE or run is None or not choice.service.prorates:
        return choice.price
    gathering = gathering_of(run, besides=None, now=now, seats_left=0)
    return price_to_join(choice.price, gathering, prorates=True, now=now)
