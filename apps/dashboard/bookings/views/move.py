"""Move a party to another session of its class, or another run of its course (rule B18)."""

from django.http import Http404, HttpResponse
from django.utils import timezone

from apps.bookings.forms.picks import read_number
from apps.classes import operations as classes
from apps.classes.queries.other_sessions import find_other_session
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.queries.booking_page import get_booking
from apps.dashboard.bookings.views.answers import refuse
from apps.dashboard.frame.views.owner_page import owner_page, to_page
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal


@owner_page(Right.CANCEL, "POST")
def move(request: OwnerRequest, reference: str) -> HttpResponse:
    """Move to the session that was chosen; a full one changes nothing."""
    now, access = timezone.now(), request.access
    booking = get_booking(access=access, reference=reference)
    target_id = read_number(request.POST.get("target", "")) or 0
    target = find_other_session(booking=booking, target_id=target_id)
    if target is None:
        raise Http404
    try:
        classes.move_places(booking=booking, target=target, by=access.member, now=now)
    except Refusal as refusal:
        return refuse(request, booking, refusal, now=now)
    return to_page(request, "booking", reference)
