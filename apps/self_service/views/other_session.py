"""A party of a class goes to another session, or asks the team for it, for whoever made the booking
or has its link: the sessions with room, a page to check, the tap (rules B18, B38). Each step works
without scripts, and only the last changes anything."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from apps.availability.models import Session
from apps.availability.operations import NoSeats
from apps.availability.queries.crew import Crew, find_crews
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Unreadable, read_number
from apps.bookings.joining import Joining, Obstacle
from apps.bookings.models import Booking
from apps.bookings.policy import Reason
from apps.bookings.queries.joinables import joinable_of
from apps.bookings.queries.move_requests import find_move_request
from apps.bookings.queries.stub import stub_of
from apps.bookings.visitors import is_of_signed_in
from apps.businesses.pages import frame_of
from apps.classes import operations as classes
from apps.classes.queries.other_sessions import find_other_session
from apps.kernel.refusals import Refusal
from apps.self_service.queries.moving import (
    asks_for_session,
    other_sessions,
    too_soon_words,
    why_no_session_words,
)
from apps.self_service.queries.obstacles import obstacle_words
from apps.self_service.views.booking import granted_booking, show_booking
from apps.web import limit_rules as rules
from apps.web.http import go_to, render_page
from apps.web.limits import Hit, require_room


def show_sessions(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    """The coming sessions of the same class with room for all of them."""
    return _choose(request, booking, _open_sessions(request, booking, now=now), now=now)


def _choose(
    request: HttpRequest,
    booking: Booking,
    found: Sequence[Session],
    *,
    now: datetime,
    problem: str = "",
) -> HttpResponse:
    if not found:
        return _stays(request, booking, now=now)
    crews = find_crews(session_ids=[it.pk for it in found])
    context = {
        **_frame(booking, now=now),
        "sessions": [(it, crews.get(it.pk, Crew()).words, _left(it, now=now)) for it in found],
        "problem": problem,
    }
    status = 409 if problem else 200
    return render_page(request, "self_service/move_session.html", None, context, status)


def check_session(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    """Show both sessions before anything changes."""
    target = _target(request.GET, booking)
    if target.pk == booking.session_id:
        return go_to(request, "self_service:booking", reference=booking.reference)
    found = _open_sessions(request, booking, now=now)
    if target.pk not in {it.pk for it in found}:
        problem = _("That one cannot be booked any more. Here is what else there is.")
        return _choose(request, booking, found, now=now, problem=problem)
    left = _left(target, now=now)
    context = {
        **_frame(booking, now=now),
        "target": target,
        "starts_at": target.starts_at,
        "ends_at": target.ends_at,
        "with_words": find_crews(session_ids=[target.pk]).get(target.pk, Crew()).words,
        "left": left,
        "too_soon_words": too_soon_words(booking=booking, starts_at=target.starts_at, now=now),
    }
    return render_page(request, "self_service/move_session_check.html", None, context)


def take_session(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    """Go there, or ask the team for it; sent twice it is done once."""
    target = _target(request.POST, booking)
    if target.pk == booking.session_id:  # sent twice: they are there
        return go_to(request, "self_service:booking", reference=booking.reference)
    require_room(hits=[Hit(rules.MOVES_PER_BOOKING, booking.reference)], now=now)
    try:
        _go_or_ask(request, booking, target, now=now)
    except Refusal as refused:
        fresh = granted_booking(request, booking.reference)
        words = _why_not_moved(refused, target)
        return show_booking(request, fresh, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=booking.reference)


def _target(typed: QueryDict, booking: Booking) -> Session:
    """The session of the same class that a page of ours named; 404 for anything else."""
    try:
        target_id = read_number(typed.get("target", "")) or 0
    except Unreadable as odd:
        raise Http404 from odd
    target = find_other_session(booking=booking, target_id=target_id)
    if not isinstance(target, Session):
        raise Http404
    return target


def _open_sessions(request: HttpRequest, booking: Booking, *, now: datetime) -> list[Session]:
    asked = find_move_request(booking=booking)
    is_known = is_of_signed_in(request, booking)
    found = other_sessions(booking=booking, asked=asked, now=now, is_known=is_known)
    return [it for it in found if isinstance(it, Session)]


def _left(session: Session, *, now: datetime) -> int:
    return joinable_of(session, besides=None, now=now).seats_left


def _stays(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    """The page of the booking, and why it stays where it is (409)."""
    asked, is_known = find_move_request(booking=booking), is_of_signed_in(request, booking)
    words = why_no_session_words(booking=booking, asked=asked, now=now, is_known=is_known)
    return show_booking(request, booking, now=now, problem=words, status=409)


def _frame(booking: Booking, *, now: datetime) -> dict[str, Any]:
    return {
        **frame_of(business=booking.business, place=booking.location),
        "zone": booking.zone,
        "now": now,
        "reference": booking.reference,
        "status": booking.status,
        "revision": booking.revision,
        "stub": stub_of(booking=booking),
        "people": booking.party_size,
        "asks": asks_for_session(booking),
    }


def _go_or_ask(request: HttpRequest, booking: Booking, target: Session, *, now: datetime) -> None:
    is_known = is_of_signed_in(request, booking)
    revision = _revision(request)
    if not asks_for_session(booking):
        classes.move_places(
            booking=booking, target=target, by=None, now=now, revision=revision, is_known=is_known
        )
        return
    classes.ask_for_session(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=revision,
        target_id=target.pk,
        now=now,
        is_known=is_known,
    )


def _revision(request: HttpRequest) -> int:
    try:
        return read_number(request.POST.get("revision", "")) or 0
    except Unreadable as odd:
        raise Http404 from odd


def _why_not_moved(refused: Refusal, target: Session) -> str:
    if isinstance(refused, NoSeats):
        refused = bookings.CannotJoin(Joining(Obstacle.FULL))
    if isinstance(refused, bookings.CannotJoin):
        zone, locale = target.zone, target.business.locale
        why = obstacle_words(refused.joining, zone=zone, locale=locale)
    elif isinstance(refused, bookings.TooFewSoFar):
        why = _("That one is still waiting for more people.")
    elif isinstance(refused, bookings.PlanDoesNotPay):
        why = _("Your plan does not pay for that one.")
    elif isinstance(refused, bookings.StaleRevision):
        return _("This booking was changed in the meantime. Here is how it stands now.")
    elif isinstance(refused, bookings.NotAllowed) and refused.reason is Reason.HAS_ASKED:
        return _("You have already asked for another time. You can withdraw that first.")
    elif isinstance(refused, bookings.NotBookable):
        why = _("This cannot be booked online right now.")
    else:
        return _("This could not be changed just now. Please check it and try again.")
    return _("%(why)s You keep the one you have.") % {"why": why}
