"""Who is coming: bookings, the people in them, their answers and their history."""

from apps.bookings.models.answers import Answer, BookedAddOn, Participant, ParticipantChoice
from apps.bookings.models.attendance import Attendance
from apps.bookings.models.booking import Booking
from apps.bookings.models.history import BookingEvent
from apps.bookings.models.links import AccessLink
from apps.bookings.models.suggestions import SuggestedTime
from apps.bookings.models.waitlist import WaitlistEntry

__all__ = [
    "AccessLink",
    "Answer",
    "Attendance",
    "BookedAddOn",
    "Booking",
    "BookingEvent",
    "Participant",
    "ParticipantChoice",
    "SuggestedTime",
    "WaitlistEntry",
]
