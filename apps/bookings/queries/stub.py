"""The ticket every step shows: what, when, with whom, where, for how much (look.md section 5)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.queries.course_dates import dates_of
from apps.bookings.wording import bill_words, price_words
from apps.businesses.pages import map_url


@dataclass(frozen=True, slots=True)
class Stub:
    """A booking in words; the two instants are worded by the template in the page's zone."""

    starts_at: datetime
    ends_at: datetime
    service_name: str
    staff_name: str
    where: str
    directions_url: str
    price_words: str
    participants: int
    brief_words: str
    dates: tuple[datetime, ...] = ()


def stub_of(*, booking: Booking) -> Stub:
    """Word a booking from its own columns; service, location and resource come joined.

    A course shows the first session that is booked, and the starts of them all in dates.
    """
    sessions = dates_of(booking=booking)
    starts_at, ends_at = sessions[0] if sessions else (booking.starts_at, booking.ends_at)
    business, service = booking.business, booking.service
    price = price_words(
        amount=booking.price,
        text=booking.price_text,
        currency=booking.currency,
        locale=business.locale,
    )
    bill = bill_words(booking, price)
    staff = getattr(booking.resource, "staff_member", None)
    name = staff.short_name if staff else ""
    brief = _("%(service)s with %(name)s") % {"service": booking.title, "name": name}
    return Stub(
        starts_at=starts_at,
        ends_at=ends_at,
        service_name=booking.title,
        staff_name=staff.name if staff else "",
        where=_("Online") if service.online else getattr(booking.location, "address", ""),
        directions_url="" if service.online else map_url(booking.location),
        price_words=bill,
        participants=booking.party_size,
        brief_words=f"{brief if name else booking.title}, {price if booking.price else bill}",
        dates=tuple(start for start, _end in sessions),
    )
