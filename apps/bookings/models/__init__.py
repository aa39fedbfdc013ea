"""Who is coming: bookings, the people in them, their answers and their history."""

from apps.bookings.models.booking import Booking, reading_of
from apps.bookings.models.history import DECIDES_NOTHING, PUT_BACK, BookingEvent
from apps.bookings.models.links import AccessLink, LinkUse
from apps.bookings.models.move_requests import MoveRequest
from apps.bookings.models.people import (
    Answer,
    Attendance,
    BookedAddOn,
    Participant,
    ParticipantChoice,
)
from apps.bookings.models.waitlist import LIVE_WISHES, MoveWish, SuggestedTime, WaitlistEntry

__all__ = [
    "DECIDES_NOTHING",
    "LIVE_WISHES",
    "PUT_BACK",
    "AccessLink",
    "Answer",
    "Attendance",
    "BookedAddOn",
    "Booking",
    "BookingEvent",
    "LinkUse",
    "MoveRequest",
    "MoveWish",
    "Participant",
    "ParticipantChoice",
    "SuggestedTime",
    "WaitlistEntry",
    "reading_of",
]
