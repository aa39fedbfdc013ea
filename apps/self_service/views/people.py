"""More people on a booking of a class, or another session, for whoever made it or has its link
(rules B18, B17)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from apps.availability.models import CourseRun, Session
from apps.availability.operations import NoSeats
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Unreadable, read_number
from apps.bookings.joining import Joining, Obstacle
from apps.bookings.models import Booking
from apps.bookings.policy import Reason
from apps.bookings.visitors import is_of_signed_in
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from apps.classes.queries.other_sessions import find_other_session
from apps.kernel.refusals import Refusal
from apps.self_service.queries.moving import asks_for_session
from apps.self_service.views.booking import granted_booking, show_booking
from apps.web import limit_rules as rules
from apps.web.formatting import format_datetime
from apps.web.http import HttpResponseSeeOther, go_to
from apps.web.limits import Hit, require_room


@require_POST
def move(request: HttpRequest, reference: str) -> HttpResponse:
    """Go to another session of the same class (rule B18), or ask the team for it (rule B38)."""
    booking, now = granted_booking(request, reference), timezone.now()
    try:
        target_id = read_number(request.POST.get("target", "")) or 0
    except Unreadable as odd:
        raise Http404 from odd
    if target_id == booking.session_id:  # sent twice: they are there
        return go_to(request, "self_service:booking", reference=reference)
    target = find_other_session(booking=booking, target_id=target_id)
    if target is None:
        raise Http404
    if asks_for_session(booking):
        require_room(hits=[Hit(rules.MOVES_PER_BOOKING, booking.reference)], now=now)
    try:
        _go_or_ask(request, booking, target, now=now)
    except Refusal as refused:
        words = _why_not_moved(refused, target)
        return show_booking(request, booking, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=reference)


def _go_or_ask(
    request: HttpRequest, booking: Booking, target: Session | CourseRun, *, now: datetime
) -> None:
    is_known = is_of_signed_in(request, booking)
    if not asks_for_session(booking):
        classes.move_places(booking=booking, target=target, by=None, now=now, is_known=is_known)
        return
    try:
        revision = read_number(request.POST.get("revision", "")) or 0
    except Unreadable as odd:
        raise Http404 from odd
    classes.ask_for_session(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=revision,
        target_id=target.pk,
        now=now,
        is_known=is_known,
    )


def _why_not_moved(refused: Refusal, target: Session | CourseRun) -> str:
    if isinstance(refused, NoSeats):
        refused = bookings.CannotJoin(Joining(Obstacle.FULL))
    if isinstance(refused, bookings.CannotJoin):
        zone, locale = target.zone, target.business.locale
        why = _obstacle_words(refused.joining, zone=zone, locale=locale)
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


@require_POST
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """Bring one more person than the page showed; sent again, there is nothing left to do. Where
    those who come were named, the page of how many asks for the name first."""
    booking, now = granted_booking(request, reference), timezone.now()
    seen = _people_seen(request)
    if seen is None:
        words = _("This could not be changed just now. Please check it and try again.")
        return show_booking(request, booking, now=now, problem=words, status=422)
    if booking.participants.exists():
        page = reverse("self_service:add_people", args=[reference])
        return HttpResponseSeeOther(f"{page}?people={seen + 1}")
    try:
        checkout.add_people(booking=booking, more=1, seen_people=seen, now=now)
    except Refusal as refused:
        words = why_not_added(refused, booking)
        status = 422 if isinstance(refused, bookings.TooManyPeople) else 409
        return show_booking(request, booking, now=now, problem=words, status=status)
    return go_to(request, "self_service:booking", reference=reference)


def why_not_added(refused: Refusal, booking: Booking) -> str:
    """Why nobody was added, in the words of the page."""
    match refused:
        case bookings.TooManyPeople():
            return _("This booking cannot be for more people.")
        case bookings.NotBookable():
            return _("This cannot be booked online right now. Nobody was added.")
        case bookings.CannotJoin(joining=joining):
            why = _obstacle_words(joining, zone=booking.zone, locale=booking.business.locale)
            return _("%(why)s Nobody was added.") % {"why": why}
        case NoSeats():
            return _("There is no place for one more.")
        case classes.NotComing():
            return _("Nobody can be added to this booking. To bring more people, book again.")
    return _("This could not be changed just now. Please check it and try again.")


def _people_seen(request: HttpRequest) -> int | None:
    """How many came on the booking when the page was made; None when it does not say."""
    try:
        return read_number(request.POST.get("people", ""))
    except Unreadable:
        return None


def _obstacle_words(joining: Joining, *, zone: ZoneInfo, locale: str) -> str:
    """ "This is fully booked.", "Booking opens on Tue 1 Dec, 09:00." on the clock of zone; "" when
    it is open. Pages that have the whole obstacle draw ``bookings/_obstacle.html``."""
    if joining.opens_at is not None:
        at = format_datetime(joining.opens_at, zone=zone, locale=locale)
        return _("Booking opens on %(at)s.") % {"at": at}
    if joining.obstacle is Obstacle.TOO_MANY:
        left = joining.seats_left
        words = ngettext("Only %(n)s place is left.", "Only %(n)s places are left.", left)
        return words % {"n": left}
    return {
        Obstacle.CANCELED: _("This has been cancelled."),
        Obstacle.OVER: _("This has finished."),
        Obstacle.STARTED: _("This has already started."),
        Obstacle.TOO_LATE: _("It is too late to book this online."),
        Obstacle.FULL: _("This is fully booked."),
    }.get(joining.obstacle or Obstacle.TOO_MANY, "")
