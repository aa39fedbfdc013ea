"""The team moves a booking: an appointment to another time, through a picker around it and a page
to check (rule B32); a class to another session, a course to another run (rules B18, B44). Each step
works without scripts, and only the last changes anything."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from apps.availability.models import CourseRun, Session
from apps.bookings import operations as bookings
from apps.bookings.forms.moving import MovePicker, around_what_is_gone, read_move, slot_to_move
from apps.bookings.forms.picks import PickedSlot, Picks, read_number
from apps.bookings.models import Booking
from apps.bookings.queries.attendance import was_missed
from apps.bookings.queries.moving import choice_to_move, claim_to_move, is_there
from apps.bookings.queries.picker import staff_options
from apps.bookings.queries.stub import stub_of
from apps.bookings.states import OCCUPYING
from apps.catalog.models import Service
from apps.catalog.queries import Choice
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from apps.classes.queries.other_sessions import find_other_session
from apps.dashboard.access import Access, OwnerRequest
from apps.dashboard.bookings.forms import MoveForm
from apps.dashboard.bookings.queries.actions import actions_of
from apps.dashboard.bookings.queries.moving import read_move_check, read_session_check
from apps.dashboard.bookings.views.booking_detail import refuse
from apps.dashboard.frame.queries.rows import customer_name, zone_told
from apps.dashboard.frame.views.owner_page import owner_page, required, show, to_page
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal
from apps.web.http import wants_fragment


@owner_page(Right.CANCEL, "GET", "POST")
def move(request: OwnerRequest, reference: str) -> HttpResponse:
    """Show other times for an appointment, or take one of them; the sessions of a class and the
    runs of a course stand on the page of the booking."""
    booking, now = request.access.booking(reference), timezone.now()
    if "target" in request.POST:
        return _take_session(request, booking, now=now)
    if request.method == "POST":
        return _take(request, booking, now=now)
    if no := _cannot(request, booking, now=now):
        return no
    choice, picks = read_move(request.GET, booking, now=now)
    return _show_times(request, booking, choice, picks, now=now)


@owner_page(Right.CANCEL)
def check(request: OwnerRequest, reference: str) -> HttpResponse:
    """Show both times, and what the customer hears, before anything changes."""
    booking, now = request.access.booking(reference), timezone.now()
    if "target" in request.GET and booking.kind != Service.Kind.APPOINTMENT:
        return _show_session(request, booking, MoveForm(initial=_seen(booking)), now=now)
    if no := _cannot(request, booking, now=now):
        return no
    slot = slot_to_move(request.GET, booking)
    if is_there(booking, starts_at=slot.starts_at, resource_id=slot.staff):
        return to_page(request, "booking", reference)
    return _show_check(request, booking, slot, MoveForm(initial=_seen(booking)), now=now)


def _cannot(request: OwnerRequest, booking: Booking, *, now: datetime) -> HttpResponse | None:
    """Another page instead, where this booking is not moved here."""
    if booking.kind != Service.Kind.APPOINTMENT:
        return to_page(request, "booking", booking.reference)
    if "MOVE" in actions_of(booking, access=request.access, now=now):
        return None
    return refuse(request, booking, bookings.CannotMove(), now=now)


def _seen(booking: Booking) -> dict[str, int]:
    return {"revision": booking.revision}


def _take(request: OwnerRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    slot, form = slot_to_move(request.POST, booking), MoveForm(request.POST)
    if not form.is_valid():
        return _show_check(request, booking, slot, form, now=now, status=422)
    try:
        said = required(form)
        bookings.move_booking(
            booking_id=booking.pk,
            business_id=booking.business_id,
            revision=said["revision"],
            starts_at=slot.starts_at,
            resource_id=slot.staff,
            message=said["message"],
            by=request.access.member,
            now=now,
        )
    except bookings.SlotGone:
        return _lost(request, booking, slot, now=now, typed=form.cleaned_data["message"])
    except Refusal as refusal:
        return refuse(request, booking, refusal, now=now, forms={"move": form})
    return to_page(request, "booking", booking.reference)


def _show_check(
    request: OwnerRequest,
    booking: Booking,
    slot: PickedSlot,
    form: MoveForm,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    choice = choice_to_move(booking=booking, resource_id=slot.staff)
    claim = claim_to_move(
        booking=booking, choice=choice, starts_at=slot.starts_at, is_team=True, now=now
    )
    if claim is None:
        return _lost(request, booking, slot, now=now)
    move = read_move_check(
        booking=booking, choice=choice, claim=claim, starts_at=slot.starts_at, now=now
    )
    context = {
        **_frame(booking),
        "form": form,
        "slot": request.POST.get("slot") or request.GET["slot"],
        "check": move,
        "back_url": _picker_of(booking).around(slot.starts_at, choice),
    }
    return show(request, "dashboard/move_check.html", context, now=now, status=status)


def _lost(
    request: OwnerRequest, booking: Booking, slot: PickedSlot, *, now: datetime, typed: str = ""
) -> HttpResponse:
    """The picker around a time that is gone (409), with the words for the customer to be copied."""
    fresh = request.access.booking(booking.reference)
    choice, picks = around_what_is_gone(fresh, slot)
    return _show_times(request, fresh, choice, picks, now=now, status=409, typed=typed)


def _show_times(
    request: OwnerRequest,
    booking: Booking,
    choice: Choice,
    picks: Picks,
    *,
    now: datetime,
    status: int = 200,
    typed: str = "",
) -> HttpResponse:
    picker = _picker_of(booking)
    context = {
        **_frame(booking),
        **picker.laid_out(booking, choice, picks, now=now),
        "staff": staff_options(choice),
        "times_url": picker.times_url,
        "typed": [typed] if typed else [],
    }
    part = "bookings/_picker.html" if wants_fragment(request) else None
    return show(request, "dashboard/move.html", context, fragment=part, now=now, status=status)


def _frame(booking: Booking) -> dict[str, Any]:
    picker = _picker_of(booking)
    return {
        "zone": picker.zone,
        "booking": booking,
        "customer_name": customer_name(booking),
        "stub": stub_of(booking=booking, is_for_team=True),
        "moving": picker.moving(booking),
    }


def _picker_of(booking: Booking) -> MovePicker:
    """The picker of the team, by the clock of the place."""
    parts = [booking.business.slug, booking.reference]
    return MovePicker(
        times_url=reverse("dashboard:move", args=parts),
        check_url=reverse("dashboard:move_check", args=parts),
        zone=ZoneInfo(zone_told(booking) or booking.business.time_zone),
        is_team=True,
    )


def _target(typed: QueryDict, booking: Booking) -> tuple[Session | CourseRun, int | None]:
    """The session or run that is meant, and the price that the page told.

    Raises:
        Http404: it is none of this class or course.
    """
    chosen, _colon, price = typed.get("target", "").partition(":")
    target = find_other_session(booking=booking, target_id=read_number(chosen) or 0)
    if target is None:
        raise Http404
    return target, read_number(price)


def _show_session(
    request: OwnerRequest, booking: Booking, form: MoveForm, *, now: datetime, status: int = 200
) -> HttpResponse:
    """Show another session or run, and what it costs there, before anything changes."""
    target, _price = _target(request.POST or request.GET, booking)
    if booking.status not in OCCUPYING or was_missed(booking=booking, now=now):
        return refuse(request, booking, bookings.CannotMove(), now=now)
    if target.pk in {booking.session_id, booking.course_run_id}:
        return to_page(request, "booking", booking.reference)
    context = {
        **_frame(booking),
        "form": form,
        "people": booking.party_size,
        "check": read_session_check(booking=booking, target=target, now=now),
    }
    page = "dashboard/move_session_check.html"
    return show(request, page, context, now=now, status=status)


def _take_session(request: OwnerRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    """Move to the session that was chosen; a full one changes nothing."""
    target, price = _target(request.POST, booking)
    form = MoveForm(request.POST)
    if form.has_error("message"):
        return _show_session(request, booking, form, now=now, status=422)
    try:
        _take_there(booking, target, price, form, access=request.access, now=now)
    except Refusal as refusal:
        return refuse(request, booking, refusal, now=now, forms={"move": form})
    return to_page(request, "booking", booking.reference)


def _take_there(
    booking: Booking,
    target: Session | CourseRun,
    seen_price: int | None,
    form: MoveForm,
    *,
    access: Access,
    now: datetime,
) -> None:
    """Move to another session, or transfer to another run at what it costs there."""
    said = {**required(form), "by": access.member, "now": now}
    if not isinstance(target, CourseRun):
        classes.move_places(booking=booking, target=target, **said)
        return
    refunds = access.may(Right.REFUND)
    checkout.transfer_course(
        booking=booking, target=target, seen_price=seen_price, refunds=refunds, **said
    )
