"""Links to a booking: traded for what they are for, led on when they are dead, and all of them
closed (rules S3, S20)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Unreadable, read_number
from apps.bookings.models import AccessLink
from apps.bookings.queries.links import find_business_of_link, find_link
from apps.bookings.visitors import grant, opened_by_link, visitor_hash_of
from apps.businesses.pages import frame_of
from apps.self_service.views.booking import calendar_file, granted_booking, show_booking
from apps.web import limit_rules as rules
from apps.web.devices import kind_of_device
from apps.web.http import go_to, render_page
from apps.web.limits import Hit, count_hits


@require_safe
@never_cache
def exchange(request: HttpRequest, token: str, part: str = "") -> HttpResponse:
    """Trade a link for the right to see one booking in this session, or one part of it ("offer",
    "pay", "time"); nothing is used up.

    Unknown, expired and revoked links get one answer alike (rule S3).
    """
    purpose = AccessLink.Purpose(part.upper() or "MANAGE")
    link = open_link(request, token, purpose)
    if link is None:
        return show_dead_link(request, token, purpose)
    return go_to(request, "self_service:booking", reference=link.booking.reference)


@require_safe
@never_cache
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Hand out the calendar file of a booking by the link in its mail, to put into a calendar once.
    A calendar that follows it has an address of its own (rule S22)."""
    link = open_link(request, token, AccessLink.Purpose.MANAGE)
    if link is None:
        return show_dead_link(request, token, AccessLink.Purpose.MANAGE)
    return calendar_file(link.booking, now=timezone.now())


def open_link(request: HttpRequest, token: str, purpose: AccessLink.Purpose) -> AccessLink | None:
    """Return the link of a token, granted to this session; HEAD only asks, and writes nothing."""
    now = timezone.now()
    if request.method == "HEAD":
        return find_link(token=token, purpose=purpose, now=now)
    device = kind_of_device(request.headers.get("User-Agent", ""))
    link = bookings.exchange_link(token=token, purpose=purpose, device=device, now=now)
    if link is not None:
        grant(request, link)
    return link


def show_dead_link(request: HttpRequest, token: str, purpose: AccessLink.Purpose) -> HttpResponse:
    """Say that a link works no longer, and lead whoever holds one that did on to its business."""
    business = find_business_of_link(token=token, purpose=purpose)
    context = frame_of(business=business) if business and business.is_public else None
    return render_page(request, "self_service/link_dead.html", None, context, status=404)


@require_POST
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """Close every link, and the booking in every browser but this one; a fresh link is mailed."""
    booking, now = granted_booking(request, reference), timezone.now()
    came_by_link = booking.pk in opened_by_link(request)
    # Too many mails for one address: the links close all the same.
    is_too_often = count_hits(hits=[Hit(rules.LINKS_PER_EMAIL, booking.contact_email)], now=now)
    try:
        bookings.close_links(
            booking_id=booking.pk,
            business_id=booking.business_id,
            revision=read_number(request.POST.get("revision", "")) or 0,
            asked_by=visitor_hash_of(request),
            sends=not is_too_often,
            now=now,
        )
    except (bookings.StaleRevision, Unreadable):
        words = _("Somebody else has changed this booking. Please check it and try again.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    if came_by_link:
        grant(request, bookings.keep_open(booking=booking, now=now))
    return go_to(request, "self_service:booking", reference=reference, fragment="openings")
