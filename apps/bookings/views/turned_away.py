"""What somebody reads who cannot book this online. Only whoever is known to be that person learns
why: a guest who types an address reads what a blocked person reads, so that nobody finds out what
others have booked (rules B25, S27)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.models import Booking
from apps.bookings.queries.rebooking import (
    Made,
    list_made,
    rebooking_limit_of,
    times_of,
)
from apps.bookings.rebooking import RebookingLimit, may_book_again
from apps.bookings.remembering import remembered
from apps.bookings.visitors import opened_by_link, visitor_hash_of
from apps.bookings.wording import call_instead
from apps.catalog.queries import policy_of
from apps.customers.queries import identity_of
from apps.customers.signed_in import address_of
from apps.web import formatting


def turned_away_words(
    request: HttpRequest, booking: Booking, *, email: str, phone: str, now: datetime
) -> str:
    """Why these details (mailbox in lower case, phone in E.164) cannot book this, for whoever may
    know it; else that it cannot be booked online, and how their own bookings are seen."""
    if words := often_words(request, booking, email=email, phone=phone, now=now):
        return words
    if rebooking_limit_of(policy_of(service=booking.service)) is None:
        return call_instead(booking)
    words = _('Have you booked it before? <a href="%(url)s">Sign in</a> to see your bookings.')
    sign_in = reverse("self_service:sign_in")
    return format_html("{} {}", call_instead(booking), format_html(_link(words), url=sign_in))


def reached_at(draft: Booking) -> dict[str, str]:
    """The mailbox and the phone of a draft whose details are written."""
    return {"email": draft.contact_email, "phone": draft.contact_phone}


def often_words(
    request: HttpRequest, booking: Booking, *, email: str, phone: str, now: datetime
) -> str:
    """That they have booked this as often as they may, and what can be done; "" where they have
    not, or where this browser has not proven that it is theirs. No query without a limit."""
    limit = rebooking_limit_of(policy_of(service=booking.service))
    if limit is None or not (email or phone):
        return ""
    made = _known_here(request, booking, email=email, phone=phone, now=now)
    again = may_book_again(limit, made=times_of(made), now=now)
    if again.allowed:
        return ""
    words = _('To change what you have, open <a href="%(url)s">my bookings</a>.')
    mine = format_html(_link(words), url=reverse("self_service:me"))
    return format_html("{} {}", _often(limit, again.opens_at, booking), mine)


def _link(words: str) -> str:
    """A sentence of ours with a link, for format_html."""
    return words.replace("%(url)s", "{url}")


def _known_here(
    request: HttpRequest, booking: Booking, *, email: str, phone: str, now: datetime
) -> list[Made]:
    """What counts of what this browser may know: all of a mailbox that it has proven, else only
    what was booked with it."""
    facts: dict[str, Any] = {
        "business_id": booking.business_id,
        "service_id": booking.service_id,
        "besides": [booking.pk],
        "now": now,
    }
    made = list_made(**facts, email=email, phone=phone)
    if not made:
        return []
    mine, opened = visitor_hash_of(request), {*opened_by_link(request)}
    here = [
        it
        for it in made
        if it.pk in opened or it.pk in remembered(request) or (mine and it.visitor_hash == mine)
    ]
    if not _has_proven(request, email):
        return here
    theirs = list_made(**facts, email=email, phone="")
    return list({*here, *theirs})


def _has_proven(request: HttpRequest, email: str) -> bool:
    """Whether this browser is signed in with this mailbox, or has opened a link of it."""
    address = address_of(request)
    if address and identity_of(address) == identity_of(email):
        return True
    opened = Booking.objects.filter(pk__in=opened_by_link(request))
    return any(
        identity_of(it) == identity_of(email)
        for it in opened.values_list("customer__email", flat=True)
        if it
    )


def _often(limit: RebookingLimit, opens_at: datetime | None, booking: Booking) -> str:
    most = limit.most
    if opens_at is None:
        words = ngettext(
            "You have already booked this, and each customer can book it once.",
            "You have already booked this %(n)d times, as often as each customer can.",
            most,
        )
        return words % {"n": most}
    words = ngettext(
        "You have already booked this. You can book it again from %(when)s.",
        "You have already booked this %(n)d times. You can book it again from %(when)s.",
        most,
    )
    zone, locale = booking.zone, booking.business.locale
    when = formatting.format_datetime(opens_at, zone=zone, locale=locale)
    return words % {"n": most, "when": when}
