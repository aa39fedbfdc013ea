"""An appointment goes to another time, for whoever made it or has its link: the picker around it, a
page to check, the tap (rule B32). Each step works without scripts, and only the last changes
anything."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.moving import (
    MovePicker,
    around_what_is_gone,
    read_move,
    slot_to_move,
)
from apps.bookings.forms.picks import PickedSlot, Picks, Unreadable, read_number
from apps.bookings.models import Booking
from apps.bookings.policy import Reason, Verdict
from apps.bookings.queries.move_requests import find_move_request
from apps.bookings.queries.moving import (
    PersonGone,
    choice_to_move,
    claim_to_move,
    is_there,
    verdict_on_asking,
    verdict_on_move,
)
from apps.bookings.queries.picker import staff_options
from apps.bookings.queries.stub import stub_of
from apps.bookings.visitors import is_of_signed_in
from apps.businesses.pages import frame_of
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, is_bookable
from apps.kernel.refusals import Refusal
from apps.self_service.queries.moving import (
    too_soon_words,
    why_not_asked_words,
    why_not_words,
)
from apps.self_service.views.booking import granted_booking, show_booking
from apps.self_service.views.other_session import check_session, show_sessions, take_session
from apps.web import limit_rules as rules
from apps.web.http import client_network, go_to, render_page, wants_fragment
from apps.web.limits import Hit, require_room, require_room_to_read


def reading_what_we_wrote(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find nothing at an address, or behind a button, that none of our pages made; of a person who
    has gone since then say so on the page of the booking."""

    @wraps(view)
    def answer(request: HttpRequest, reference: str) -> HttpResponse:
        try:
            return view(request, reference)
        except PersonGone as gone:
            return _without(request, reference, gone)
        except (Unreadable, UnknownChoice) as odd:
            raise Http404 from odd

    return answer


def _without(request: HttpRequest, reference: str, gone: PersonGone) -> HttpResponse:
    words = _("%(name)s does not take bookings for this any more. You keep your time.")
    found = granted_booking(request, reference)
    told = words % {"name": gone.short_name}
    return show_booking(request, found, now=timezone.now(), problem=told, status=gone.status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@reading_what_we_wrote
def move(request: HttpRequest, reference: str) -> HttpResponse:
    """Show other times for an appointment, or other sessions of a class, or take one of them; a
    course says on its page why it stays."""
    booking, now = granted_booking(request, reference), timezone.now()
    is_class = booking.kind == Service.Kind.CLASS
    if request.method == "POST" and (is_class or "target" in request.POST):
        return take_session(request, booking, now=now)
    if request.method == "POST":
        return _take(request, booking, now=now)
    _require_room_to_look(request, now=now)
    if is_class:
        return show_sessions(request, booking, now=now)
    if no := _cannot(request, booking, now=now):
        return no
    choice, picks = read_move(request.GET, booking, now=now)
    return _show_times(request, booking, choice, picks, now=now)


@require_safe
@never_cache
@reading_what_we_wrote
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """Show both times before anything changes."""
    booking, now = granted_booking(request, reference), timezone.now()
    _require_room_to_look(request, now=now)
    if booking.kind == Service.Kind.CLASS:
        return check_session(request, booking, now=now)
    if no := _cannot(request, booking, now=now):
        return no
    slot = slot_to_move(request.GET, booking)
    if is_there(booking, starts_at=slot.starts_at, resource_id=slot.staff):
        return go_to(request, "self_service:booking", reference=reference)
    choice = choice_to_move(booking=booking, resource_id=slot.staff)
    claim = claim_to_move(booking=booking, choice=choice, starts_at=slot.starts_at, now=now)
    if claim is None:
        return _lost(request, booking, slot, now=now)
    context = {
        **_frame(booking, now=now),
        "stub": stub_of(booking=booking),
        "slot": request.GET["slot"],
        "starts_at": slot.starts_at,
        "ends_at": slot.starts_at + (booking.ends_at - booking.starts_at),
        "person": next((it for it in choice.staff if it.resource_id == claim.primary_id), None),
        "is_anybody": choice.chosen_staff is None and len(choice.staff) > 1,
        "back_url": _picker_of(booking).around(slot.starts_at, choice),
        "too_soon_words": too_soon_words(booking=booking, starts_at=slot.starts_at, now=now),
    }
    return render_page(request, "self_service/move_check.html", None, context)


def _require_room_to_look(request: HttpRequest, *, now: datetime) -> None:
    hit = Hit(rules.SLOT_PAGES_PER_NETWORK, client_network(request))
    require_room_to_read(hits=[hit], now=now)


def _take(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    slot = slot_to_move(request.POST, booking)
    require_room(hits=[Hit(rules.MOVES_PER_BOOKING, booking.reference)], now=now)
    try:
        _move_or_ask(request, booking, slot, now=now)
    except bookings.SlotGone:
        return _lost(request, booking, slot, now=now)
    except Refusal as no:
        fresh = granted_booking(request, booking.reference)
        words = _words(request, no, booking, now=now)
        return show_booking(request, fresh, now=now, problem=words, status=no.status)
    return go_to(request, "self_service:booking", reference=booking.reference)


def _move_or_ask(
    request: HttpRequest, booking: Booking, slot: PickedSlot, *, now: datetime
) -> None:
    named: dict[str, Any] = {
        "booking_id": booking.pk,
        "business_id": booking.business_id,
        "revision": _revision(request),
        "starts_at": slot.starts_at,
        "resource_id": slot.staff,
        "now": now,
        "is_known": is_of_signed_in(request, booking),
    }
    if _asks(booking, now=now):
        bookings.ask_to_move(**named)
    else:
        bookings.move_booking(**named, by=None)


def _asks(booking: Booking, *, now: datetime) -> bool:
    """Whether the team has to agree to another time (rule B38)."""
    verdict = verdict_on_move(booking=booking, is_team=False, now=now)
    return verdict.reason is Reason.ASKS_FIRST


def _revision(request: HttpRequest) -> int:
    return read_number(request.POST.get("revision", "")) or 0


@require_POST
@never_cache
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take back that another time was asked for."""
    booking, now = granted_booking(request, reference), timezone.now()
    require_room(hits=[Hit(rules.MOVES_PER_BOOKING, booking.reference)], now=now)
    try:
        bookings.withdraw_move(
            booking_id=booking.pk,
            business_id=booking.business_id,
            revision=_revision(request),
            now=now,
        )
    except Refusal as no:
        words = _("This booking was changed in the meantime. Here is how it stands now.")
        fresh = granted_booking(request, booking.reference)
        return show_booking(request, fresh, now=now, problem=words, status=no.status)
    return go_to(request, "self_service:booking", reference=reference)


def _cannot(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse | None:
    """Another page instead, where this booking cannot be moved here."""
    if booking.kind != Service.Kind.APPOINTMENT:
        return go_to(request, "self_service:booking", reference=booking.reference)
    is_known = is_of_signed_in(request, booking)
    verdict = _verdict(booking, now=now, is_known=is_known)
    if verdict.allowed and is_bookable(service=booking.service):
        return None
    words = _why_not(booking, verdict, now=now)
    return show_booking(request, booking, now=now, problem=words, status=409)


def _verdict(booking: Booking, *, now: datetime, is_known: bool) -> Verdict:
    """Whether its customer may move a booking, or ask for that."""
    if not _asks(booking, now=now):
        return verdict_on_move(booking=booking, is_team=False, now=now, is_known=is_known)
    has_asked = find_move_request(booking=booking) is not None
    return verdict_on_asking(booking=booking, has_asked=has_asked, now=now, is_known=is_known)


def _why_not(booking: Booking, verdict: Verdict, *, now: datetime) -> str:
    if verdict.allowed:
        return _("This cannot be booked online right now. You keep your time.")
    words = why_not_asked_words if _asks(booking, now=now) else why_not_words
    return words(booking, verdict) or _("This booking cannot be moved any more.")


def _words(request: HttpRequest, no: Refusal, booking: Booking, *, now: datetime) -> str:
    """Why nothing was moved."""
    match no:
        case bookings.StaleRevision():
            return _("This booking was changed in the meantime. Here is how it stands now.")
        case BusyTryAgain():
            return _("Lots of people are booking right now. Please press the button again.")
        case bookings.TooFewSoFar():
            return _("Too few people have booked on that day so far. You keep your time.")
        case bookings.PlanDoesNotPay():
            return _("Your plan does not pay for that time. You keep yours.")
    is_known = is_of_signed_in(request, booking)
    return _why_not(booking, _verdict(booking, now=now, is_known=is_known), now=now)


def _lost(
    request: HttpRequest, booking: Booking, slot: PickedSlot, *, now: datetime
) -> HttpResponse:
    """The picker around a time that is gone, the nearest ones first (409)."""
    choice, picks = around_what_is_gone(booking, slot)
    return _show_times(request, booking, choice, picks, now=now, status=409)


def _show_times(
    request: HttpRequest,
    booking: Booking,
    choice: Choice,
    picks: Picks,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    context = {
        **_frame(booking, now=now),
        **_picker_of(booking).laid_out(booking, choice, picks, now=now),
        **({} if wants_fragment(request) else _head(booking, choice)),
    }
    template, part = "self_service/move.html", "bookings/_picker.html"
    return render_page(request, template, part, context, status)


def _head(booking: Booking, choice: Choice) -> dict[str, Any]:
    """What stands above the picker, and is not asked for with a part of the page."""
    return {
        "stub": stub_of(booking=booking),
        "staff": staff_options(choice),
        "people": None,
        "kept": (),
        "times_url": _path("move", booking),
    }


def _picker_of(booking: Booking) -> MovePicker:
    return MovePicker(_path("move", booking), _path("move_check", booking), booking.zone)


def _frame(booking: Booking, *, now: datetime) -> dict[str, Any]:
    return {
        **frame_of(business=booking.business, place=booking.location),
        "zone": booking.zone,
        "now": now,
        "reference": booking.reference,
        "status": booking.status,
        "revision": booking.revision,
        "asks": _asks(booking, now=now),
        "moving": _picker_of(booking).moving(booking),
    }


def _path(name: str, booking: Booking) -> str:
    return reverse(f"self_service:{name}", kwargs={"reference": booking.reference})
