"""The way back to lost bookings: one mail with a fresh link to each of them."""

from dataclasses import dataclass
from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.messages.links import manage_url
from apps.messages.mails import put_together, styles
from apps.messages.operations.send import post
from apps.messages.queries import list_bookings_of_address
from apps.waitlists.queries import wish_words_of
from apps.web import formatting

LINKS_TOPIC = "bookings.find"


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One booking: its time in the zone the customer saw, or the days and hours that would suit;
    "" or where it stands in a line; and the address that opens it."""

    when: str
    service: str
    url: str
    waits: str = ""


def send_links(
    *,
    business_id: int,
    email: str,
    reference: str,
    attempt: int,
    now: datetime,
    message_id: str = "",
    booking_id: int | None = None,
) -> int:
    """Send the future bookings of an address, places on a waitlist and wishes for a time among
    them, with a link each; return how many there were.

    Nothing is sent to an address without any. With a reference that is among them only that one
    is sent. Older links stay valid. With a booking_id it is about that one alone, whatever became
    of it, as long as the address is still its own.

    Raises:
        GiveUp: the address is not one plain address, or is refused for good.
        Postpone: too many mails to this address (rule S5).
        NotDelivered: the mail server is away, or refuses for now.
    """
    business = Business.objects.get(pk=business_id)
    if booking_id is None:
        found = list_bookings_of_address(business=business, email=email, now=now)
        chosen = [booking for booking in found if booking.reference == reference] or found
    else:
        one = Booking.objects.select_related("business", "service")
        chosen = list(one.filter(pk=booking_id, business=business, contact_email=email))
    if not chosen:
        return 0
    post(
        lambda: _compose(business, chosen, email, now=now),
        to=email,
        attempt=attempt,
        now=now,
        message_id=message_id,
        asked_for="links",
    )
    return len(chosen)


def _compose(
    business: Business, chosen: list[Booking], email: str, *, now: datetime
) -> EmailMultiAlternatives:
    with translation.override(business.locale):
        rows = [_row(booking, business, now=now) for booking in chosen]
        heading = _("Your bookings")
        note = _("Each button opens only that booking: please do not forward this e-mail.")
        footer = _(
            "%(sender)s. You are receiving this e-mail because somebody asked for it on our page."
        ) % {"sender": business.name}
        lines = [f"{_told(row)}\n{row.url}" for row in rows]
        text = "\n\n".join([f"{heading}.", *lines, note, f"-- \n{footer}"]) + "\n"
        context = {
            "business": business,
            "heading": heading,
            "rows": rows,
            "note": note,
            "footer": footer,
            "language": business.locale.split("-", maxsplit=1)[0],
            "css": styles(business.accent),
        }
        html = render_to_string("messages/links.html", context)
    return put_together(
        subject=heading,
        text=text,
        html=html,
        sender=business.name,
        to=email,
        reply_to=business.email,
    )


def _told(row: LinkRow) -> str:
    return ", ".join(filter(None, (row.when, row.service, row.waits)))


def _row(booking: Booking, business: Business, *, now: datetime) -> LinkRow:
    token = bookings.create_access_link(booking=booking, now=now)
    is_waiting = booking.status == Booking.Status.WAITING_LIST
    waits = booking.get_status_display() if is_waiting else ""
    if wish := wish_words_of(booking=booking):
        when = ", ".join(wish)
        return LinkRow(when=when, service=booking.title, url=manage_url(token), waits=waits)
    when = formatting.format_datetime(booking.starts_at, zone=booking.zone, locale=business.locale)
    zone = formatting.zone_label(booking.time_zone, locale=business.locale)
    told = f"{when} ({zone})"
    return LinkRow(when=told, service=booking.title, url=manage_url(token), waits=waits)
