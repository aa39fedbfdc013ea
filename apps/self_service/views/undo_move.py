"""A customer takes back that they moved a booking (rule B45)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Unreadable, read_number
from apps.bookings.visitors import is_of_signed_in
from apps.catalog.models import Service
from apps.classes import operations as classes
from apps.kernel.refusals import Refusal
from apps.self_service.views.booking import granted_booking, show_booking
from apps.web import limit_rules as rules
from apps.web.http import go_to
from apps.web.limits import Hit, require_room


@require_POST
@never_cache
def undo_move(request: HttpRequest, reference: str) -> HttpResponse:
    """Put the booking back where it was; sent twice it is done once."""
    booking, now = granted_booking(request, reference), timezone.now()
    require_room(hits=[Hit(rules.MOVES_PER_BOOKING, booking.reference)], now=now)
    is_class = booking.kind == Service.Kind.CLASS
    put_back = classes.undo_move_of_places if is_class else bookings.undo_move
    try:
        put_back(
            booking_id=booking.pk,
            business_id=booking.business_id,
            revision=_revision(request),
            now=now,
            is_known=is_of_signed_in(request, booking),
        )
    except Refusal as refused:
        fresh = granted_booking(request, reference)
        words = _why_not(refused)
        return show_booking(request, fresh, now=now, problem=words, status=refused.status)
    return go_to(request, "self_service:booking", reference=reference)


def _revision(request: HttpRequest) -> int:
    try:
        return read_number(request.POST.get("revision", "")) or 0
    except Unreadable as odd:
        raise Http404 from odd


def _why_not(refused: Refusal) -> str:
    """Why the booking stays where it was moved to."""
    match refused:
        case BusyTryAgain():
            return _("Lots of people are booking right now. Please press the button again.")
        case bookings.StaleRevision():
            return _("This booking was changed in the meantime. Here is how it stands now.")
        case bookings.DoesNotFit():
            return _("Somebody else has your old place by now. You keep the new one.")
        case bookings.TooFewSoFar():
            return _("Too few people have booked there so far. You keep the new one.")
        case bookings.PlanDoesNotPay():
            return _("Your plan already pays for something else then. You keep the new one.")
    return _("It is too late to take this back. You keep the new one.")
