"""What a booking costs as it is now: by its choice, and by what is left of a course."""

from datetime import datetime

from apps.bookings.joining import price_to_join
from apps.bookings.models import Booking
from apps.bookings.queries.choice import choice_of
from apps.bookings.queries.joinables import joinable_of
from apps.catalog.models import Service
from apps.catalog.pricing import Price
from apps.catalog.queries import Choice, UnknownChoice


def price_in_line(*, booking: Booking, now: datetime) -> int | None:
    """What a place costs whoever waited for it, in minor units: what they were told when they
    joined, or less by now for what is left of a course (rule B15)."""
    run, told = booking.course_run, booking.price
    if run is None or told is None or not booking.service.prorates:
        return told
    try:
        price = price_of(booking=booking, choice=choice_of(booking=booking), now=now)
    except UnknownChoice:
        return told
    return told if price.total is None else min(told, price.total)


def price_of(*, booking: Booking, choice: Choice, now: datetime) -> Price:
    """Return the price of a draft; one query more for a course that late joiners pay in part."""
    run = booking.course_run
    if booking.kind != Service.Kind.COURSE or run is None or not choice.service.prorates:
        return choice.price
    joinable = joinable_of(run, besides=None, now=now, seats_left=0)
    return price_to_join(choice.price, joinable, prorates=True, now=now)
