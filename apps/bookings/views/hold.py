"""A tap on a slot: POST /{business}/hold, and what can be done with a hold afterwards."""

from django.core.validators import slug_re
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.availability.operations import BusyTryAgain
from apps.availability.queries import zone_of
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Picks, Unreadable, read_picks
from apps.bookings.forms.slot import PickedSlot, read_slot
from apps.bookings.models import Booking
from apps.bookings.queries.drafts import find_booking, text_of
from apps.bookings.views.drafts import draft_page
from apps.bookings.views.limits import require_room_to_hold
from apps.bookings.views.lost import no_longer_bookable, show_lost, try_again, unreadable
from apps.bookings.views.times import page_zone
from apps.bookings.visitors import Proof, proof_of, visitor_of
from apps.businesses.models import Business
from apps.businesses.pages import public_page
from apps.catalog.models import Service
from apps.catalog.queries import (
    Choice,
    ServiceMoved,
    ServiceRetired,
    UnknownChoice,
    choose,
    get_service,
    place_of,
)
from apps.web.http import go_to

REFERENCE_LENGTH = 8


@require_POST
@public_page
def hold(request: HttpRequest, business: Business) -> HttpResponse:
    """Hold the tapped time and go on to the details; a lost race shows the times anew (409)."""
    now = timezone.now()
    service = _service(business, request.POST.get("service", ""))
    try:
        picks = read_picks(request.POST, now=now)
        place = place_of(service, picks.location)
        venue = zone_of(service=service, location=place)
        slot = read_slot(request.POST.get("slot", ""), zone=venue)
        choice = _choice(service, picks, slot)
    except Unreadable:
        return unreadable(request, service)
    except UnknownChoice as unknown:
        raise Http404 from unknown
    require_room_to_hold(request, business, now=now)
    zone = page_zone(request, service, picks, venue=venue)
    try:
        draft = bookings.place_hold(
            choice=choice,
            starts_at=slot.starts_at,
            visitor=visitor_of(request, zone=zone),
            text=_known_text(request),
            now=now,
        )
    except bookings.SlotGone:
        return show_lost(request, choice, at=slot.starts_at, now=now, tz=picks.zone)
    except bookings.NotBookable:
        return no_longer_bookable(request, service)
    except BusyTryAgain:
        return try_again(request, service)
    return go_to(request, "bookings:details", draft=draft.draft_id)


@require_POST
@draft_page
def longer(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Keep a live hold for longer."""
    bookings.extend_draft_hold(booking=draft, now=timezone.now())
    return go_to(request, "bookings:details", draft=draft.draft_id)


@require_POST
@draft_page
def release(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Give the held time back and choose another."""
    bookings.release_draft(booking=draft, now=timezone.now())
    return go_to(
        request, "bookings:times", business=draft.business.slug, service=draft.service.slug
    )


def _known_text(request: HttpRequest) -> dict[str, list[str]]:
    """What stood in the request that a suggested time replaces, for whoever proved the mailbox."""
    reference = request.POST.get("instead_of", "")[:REFERENCE_LENGTH]
    booking = find_booking(reference=reference) if reference else None
    if booking is None or proof_of(request, booking) is not Proof.LINK:
        return {}
    return text_of(booking)


def _service(business: Business, slug: str) -> Service:
    if not slug_re.fullmatch(slug):  # PostgreSQL does not even look for some characters
        raise Http404
    try:
        return get_service(business=business, slug=slug)
    except (Service.DoesNotExist, ServiceMoved, ServiceRetired) as missing:
        raise Http404 from missing


def _choice(service: Service, picks: Picks, slot: PickedSlot) -> Choice:
    return choose(
        service=service,
        variant_id=slot.variant,
        add_on_ids=picks.add_ons,
        party_size=picks.people,
        resource_id=slot.staff,
        location_id=picks.location,
    )
