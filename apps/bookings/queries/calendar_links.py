"""Links that put a booking into a calendar on the web; the file is served by self_service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.urls import reverse

from apps.bookings.models import Booking
from apps.bookings.queries.stub import Stub


@dataclass(frozen=True, slots=True)
class CalendarLinks:
    ics_url: str
    google_url: str
    outlook_url: str


def calendar_links(*, booking: Booking, stub: Stub) -> CalendarLinks | None:
    """The three ways into a calendar; None when the booking does not take place.

    Only the file can hold all the dates of a course.
    """
    if booking.status not in {booking.Status.CONFIRMED, booking.Status.PENDING}:
        return None
    if stub.dates:
        return CalendarLinks(ics_url=_file_url(booking), google_url="", outlook_url="")
    title = f"{stub.service_name}, {booking.business.name}"
    google = urlencode(
        {
            "action": "TEMPLATE",
            "text": title,
            "dates": f"{_basic(booking.starts_at)}/{_basic(booking.ends_at)}",
            "location": stub.where,
        }
    )
    outlook = urlencode(
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": title,
            "startdt": booking.starts_at.astimezone(UTC).isoformat(),
            "enddt": booking.ends_at.astimezone(UTC).isoformat(),
            "location": stub.where,
        }
    )
    return CalendarLinks(
        ics_url=_file_url(booking),
        google_url=f"https://calendar.google.com/calendar/render?{google}",
        outlook_url=f"https://outlook.live.com/calendar/0/deeplink/compose?{outlook}",
    )


def _file_url(booking: Booking) -> str:
    return reverse("self_service:calendar", kwargs={"reference": booking.reference})


def _basic(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
