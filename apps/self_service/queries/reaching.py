"""How a customer gets to what they have booked: the telephone, the way, the opening hours of that
day, and what they may pass on to somebody who comes along."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.availability.queries.timeline import find_hours_on
from apps.bookings.door_codes import door_code
from apps.bookings.models import Booking
from apps.bookings.queries.stub import Stub
from apps.businesses.pages import absolute, links_of
from apps.web.formatting import format_datetime
from apps.web.qr import draw_qr


@dataclass(frozen=True, slots=True)
class Reach:
    """phone and route_url are "" where there is none; hours are of that day at the place (UTC).
    share_words name what, when and where; share_url is the public page: neither opens the booking.
    door_code is drawn, "" where nobody comes to a place or it is not confirmed (rule S25).
    """

    phone: str
    route_url: str
    hours: list[tuple[datetime, datetime]]
    share_title: str
    share_words: str
    share_url: str
    door_code: SafeString | str = ""


def reach_of(*, booking: Booking, stub: Stub) -> Reach:
    """Two queries, most often none, where customers come to a place; none elsewhere."""
    business = booking.business
    is_here = comes_here(booking)
    hours = []
    if is_here:
        hours = find_hours_on(
            business=business,
            location_id=booking.location_id,
            zone=booking.zone,
            on=stub.starts_at.astimezone(booking.zone).date(),
        )
    when = format_datetime(stub.starts_at, zone=booking.zone, locale=business.locale)
    title = _("%(service)s at %(business)s") % {
        "service": stub.service_name,
        "business": business.name,
    }
    return Reach(
        phone=business.phone,
        route_url=stub.directions_url if is_here else "",
        hours=hours,
        share_title=title,
        share_words=", ".join(it for it in (title, when, stub.where if is_here else "") if it),
        share_url=absolute(links_of(business)["home"]),
        door_code=draw_qr(door_url(booking)) if is_here and booking.status == "CONFIRMED" else "",
    )


def comes_here(booking: Booking) -> bool:
    """Whether its customer comes to a place of the business."""
    booked = booking.as_booked
    return not (booked.is_online or booked.is_home_visit)


def door_url(booking: Booking) -> str:
    """What a camera at the door reads: it leads the team to the booking, and nobody else anywhere
    (rule S25)."""
    return absolute(reverse("dashboard:door", args=(booking.business.slug, door_code(booking))))
