"""Those who wait for a time: see them, order them, offer or give a time (rules B19, B20)."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.bookings.operations import Visitor
from apps.businesses.models import TeamMember
from apps.catalog.queries import zone_of
from apps.checkout import operations as checkout
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.dashboard.waitlist.forms import NewWishForm, WishForm
from apps.dashboard.waitlist.queries import get_wish, list_wishes, services_with_a_line, times_for
from apps.kernel.refusals import Refusal
from apps.waitlists import operations as waitlists
from apps.web.form_keys import form_key_of


@owner_page(Right.WAITLIST)
def waitlist(request: OwnerRequest) -> HttpResponse:
    """Show who waits, by service, first come first."""
    now = timezone.now()
    lines = list_wishes(access=request.access, now=now)
    return show(request, "dashboard/waitlist.html", {"lines": lines}, now=now, current="requests")


@owner_page(Right.WAITLIST, "GET", "POST")
def new_wish(request: OwnerRequest) -> HttpResponse:
    """Put somebody who has called on the waitlist."""
    now, access = timezone.now(), request.access
    services = services_with_a_line(access=access)
    data = request.POST if request.method == "POST" else None
    form = NewWishForm(data, services=services, business=access.business)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            form_key = form_key_of(request, business_id=access.business.pk)
            words = _put_in_line(form, form_key, by=access.member, now=now)
            if not words:
                return to_page(request, "waitlist")
            form.add_error(None, words)
            status = 409
    return show(
        request,
        "dashboard/new_wish.html",
        {"form": form},
        now=now,
        current="requests",
        status=status,
    )


def _put_in_line(form: NewWishForm, form_key: str, *, by: TeamMember, now: datetime) -> str:
    """Why they need not or cannot wait; "" when they are in line."""
    choice = form.choice()
    zone = zone_of(service=choice.service, location=choice.location)
    try:
        waitlists.wait_for_time(
            choice=choice,
            wish=form.wish(),
            details=form.details(),
            visitor=Visitor("", "", zone.key),
            by=by,
            now=now,
            form_key=form_key,
        )
    except waitlists.TimesAreFree:
        return _("There are free times in these hours: nobody needs to wait.")
    except (waitlists.WishIsClosed, waitlists.WishIsOver):
        return _("These hours cannot be booked.")
    except (waitlists.AlreadyInLine, waitlists.LineIsFull):
        return _("This address is already on the waitlist, or the waitlist is full.")
    except (bookings.NotBookable, bookings.CustomerBlocked):
        return _("This cannot be booked online.")
    return ""


@owner_page(Right.WAITLIST, "GET", "POST")
def wish(request: OwnerRequest, reference: str) -> HttpResponse:
    """Show the free times that suit somebody; give or offer one, or change the line."""
    now = timezone.now()
    booking, _row = get_wish(access=request.access, reference=reference, now=now)
    if request.method != "POST":
        return _show(request, reference, now=now)
    form = WishForm(request.POST)
    if not form.is_valid():
        words = _("Choose one of the free times.")
        return _show(request, reference, now=now, problem=words, status=422)
    try:
        _do(form, booking, by=request.access.member, now=now)
    except bookings.SlotGone:
        words = _("This time has gone to somebody else.")
        return _show(request, reference, now=now, problem=words, status=409)
    except Refusal as refusal:
        words = _("This has changed. Please check again.")
        return _show(request, reference, now=now, problem=words, status=refusal.status)
    return to_page(request, "waitlist")


def _do(form: WishForm, booking: Booking, *, by: TeamMember, now: datetime) -> None:
    verb, at = form.cleaned_data["verb"], form.cleaned_data["time"]
    if verb == "give":
        checkout.book_with_discount(
            book=lambda: waitlists.give_time(booking=booking, starts_at=at, by=by, now=now), now=now
        )
    elif verb == "offer":
        waitlists.offer_time(booking=booking, starts_at=at, by=by, now=now)
    elif verb == "first":
        waitlists.move_to_front(booking=booking, now=now)
    else:
        waitlists.leave_waitlist(booking=booking, by=by, now=now)


def _show(
    request: OwnerRequest, reference: str, *, now: datetime, problem: str = "", status: int = 200
) -> HttpResponse:
    try:
        booking, row = get_wish(access=request.access, reference=reference, now=now)
    except WaitlistEntry.DoesNotExist:
        return to_page(request, "waitlist")
    days = times_for(booking=booking, now=now)
    context = {"row": row, "days": days, "zone": row.zone, "problem": problem}
    return show(request, "dashboard/wish.html", context, now=now, current="requests", status=status)
