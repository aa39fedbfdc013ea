"""Move a party to another session of its class, or another run of its course (rule B18)."""

from django.http import Http404, HttpResponse
from django.utils import timezone

from apps.availability.operations import BusyTryAgain, NoSeats
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Unreadable, read_number
from apps.classes import operations as classes
from apps.classes.queries.other_sessions import find_other_session
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.queries.booking_page import get_booking
from apps.dashboard.bookings.views.answers import refuse
from apps.dashboard.frame.views.owner_page import owner_page, to_page
from apps.dashboard.frame.views.refusals import Problem, problem_of
from apps.dashboard.roles import Right


@owner_page(Right.CANCEL, "POST")
def move(request: OwnerRequest, reference: str) -> HttpResponse:
    """Move to the session that was chosen; a full one changes nothing."""
    now, access = timezone.now(), request.access
    booking = get_booking(access=access, reference=reference)
    try:
        target_id = read_number(request.POST.get("target", "")) or 0
    except Unreadable as odd:
        raise Http404 from odd
    target = find_other_session(booking=booking, target_id=target_id)
    if target is None:
        raise Http404
    try:
        classes.move_places(booking=booking, target=target, by=access.member, now=now)
    except bookings.TooFewSoFar:
        return refuse(request, booking, Problem("TOO_FEW_SO_FAR", 409), now=now)
    except bookings.PlanDoesNotPay:
        return refuse(request, booking, Problem("PLAN_IS_THERE", 409), now=now)
    except (NoSeats, bookings.CannotMove, BusyTryAgain):
        problem = problem_of(bookings.StaleRevision(), access=access, booking=booking)
        return refuse(request, booking, problem, now=now)
    return to_page(request, "booking", reference)
