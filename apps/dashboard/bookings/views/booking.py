"""One booking: its notes and its end; and whether its customer may book online."""

from collections.abc import Callable
from datetime import datetime

from django.forms import Form
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.checkout.queries.orders import find_payment_summary
from apps.classes import operations as classes
from apps.customers import operations as customers
from apps.dashboard.access import Access, OwnerRequest
from apps.dashboard.bookings.forms import DecisionForm, NoteForm, OnlineLinkForm
from apps.dashboard.bookings.queries.booking_detail import progress_shown
from apps.dashboard.bookings.queries.cancelling import CancelOffer, read_cancel_offer
from apps.dashboard.bookings.views.booking_detail import (
    cancel_form,
    refund_form,
    refuse,
    show_booking,
)
from apps.dashboard.frame.views.owner_page import owner_page, required, to_page
from apps.dashboard.frame.views.refusals import problem_of
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal
from apps.messages.links import manage_url
from apps.web import limit_rules as rules
from apps.web.http import wants_fragment
from apps.web.limits import Hit, require_room

NOTES = "dashboard/_booking_notes.html"


@owner_page(Right.LOOK)
def booking(request: OwnerRequest, reference: str) -> HttpResponse:
    """Show everything about one booking that this person may see, and the effect of a refund that
    was typed in (``money.refund``)."""
    found = request.access.booking(reference)
    forms = None
    if "seen_refunded" in request.GET:
        forms = {"refund": refund_form(find_payment_summary(booking=found), found, request.GET)}
    return show_booking(request, found, now=timezone.now(), forms=forms)


@owner_page(Right.CANCEL, "POST")
def cancel(request: OwnerRequest, reference: str) -> HttpResponse:
    """Cancel for the business: the time is free at once, the customer reads the reason."""
    now, access = timezone.now(), request.access
    found = access.booking(reference)
    offer = read_cancel_offer(booking=found, summary=None, now=now)
    form = cancel_form(found, offer, request.POST)
    try:
        _cancel(form, found, by=access.member, decides=_decides(access, offer), now=now)
    except (checkout.ReasonMissing, checkout.FeeTooHigh) as wrong:
        _say_beside_the_field(form, wrong)
        return refuse(request, found, wrong, now=now, forms={"cancel": form})
    except Refusal as refusal:
        return refuse(request, found, refusal, now=now, forms={"cancel": form})
    return to_page(request, "booking", reference)


def _decides(access: Access, offer: CancelOffer | None) -> bool:
    """Whoever may not decide about money leaves it to somebody who may (rule M11)."""
    return offer is not None and access.may(Right.REFUND)


def _cancel(form: Form, found: Booking, *, by: TeamMember, decides: bool, now: datetime) -> None:
    said = required(form)
    if decides:
        checkout.cancel_as_decided(
            booking_id=found.pk,
            revision=said["revision"],
            choice=said["money"],
            fee=said["fee"],
            seen_fee=said["seen_fee"] or 0,
            reason=said["reason"],
            by=by,
            now=now,
        )
        return
    bookings.cancel_booking(
        booking_id=found.pk,
        business_id=by.business_id,
        revision=said["revision"],
        by=by,
        now=now,
        reason=said["reason"],
    )


def _say_beside_the_field(form: Form, wrong: Refusal) -> None:
    if isinstance(wrong, checkout.FeeTooHigh):
        form.add_error("fee", _("A fee can be lowered, not raised."))
    else:
        form.add_error("reason", _("Say why: the policy says otherwise."))


@owner_page(Right.DECIDE, "POST")
def takes_place(request: OwnerRequest, reference: str) -> HttpResponse:
    """Decide that what a booking waits for takes place, however few come: its day, where it is an
    appointment's (rule B16). A booking that waits no more decides nothing."""
    now, found = timezone.now(), request.access.booking(reference)
    session_id = found.session_id or _first_session_of(found)
    if session_id is None:
        raise Http404
    try:
        if progress_shown(found, now=now) is not None:
            classes.let_take_place(session_id=session_id, by=request.access.member, now=now)
    except Refusal as refusal:
        return refuse(request, found, refusal, now=now)
    if request.GET.get("at") == "requests":
        return to_page(request, "requests")
    return to_page(request, "booking", reference)


def _first_session_of(found: Booking) -> int | None:
    dates = Session.objects.filter(course_run=found.course_run_id, kind=Session.Kind.COURSE)
    return dates.order_by("starts_at", "pk").values_list("pk", flat=True).first()


@owner_page(Right.NOTE, "POST")
def online_link(request: OwnerRequest, reference: str) -> HttpResponse:
    """Keep the link under which an online booking takes place, and mail it to the customer."""
    now, access = timezone.now(), request.access
    found = access.booking(reference)
    form = OnlineLinkForm(request.POST, auto_id="online_%s")
    try:
        bookings.set_online_link(booking_id=found.pk, by=access.member, now=now, **required(form))
    except Refusal as refusal:
        return refuse(request, found, refusal, now=now, forms={"link": form})
    return to_page(request, "booking", reference)


@owner_page(Right.MAKE_LINK, "POST")
def make_link(request: OwnerRequest, reference: str) -> HttpResponse:
    """Make a fresh link for the customer and show it this once: it stands in no address and no
    session, so the answer itself has it, and it is gone with the page (rule S21)."""
    now, access = timezone.now(), request.access
    found, form = access.booking(reference), DecisionForm(request.POST)
    require_room(hits=[Hit(rules.LINKS_PER_MEMBER, str(access.member.pk))], now=now)
    try:
        token = bookings.make_link(booking_id=found.pk, by=access.member, now=now, **required(form))
    except Refusal as refusal:
        return refuse(request, found, refusal, now=now)
    return show_booking(request, access.booking(reference), now=now, link=manage_url(token))


@owner_page(Right.NOTE, "POST")
def note(request: OwnerRequest, reference: str) -> HttpResponse:
    """Keep the team's own note; a stale one comes back with its text."""
    now, access = timezone.now(), request.access
    found = access.booking(reference)
    form = NoteForm(request.POST)
    problem, forms = None, {}
    try:
        bookings.note_booking(booking_id=found.pk, by=access.member, now=now, **required(form))
    except Refusal as refusal:
        problem, forms = problem_of(refusal, access=access, of=found), {"note": form}
    if problem is None and not wants_fragment(request):
        return to_page(request, "booking", reference, fragment="notes")
    fresh = access.booking(reference)
    return show_booking(
        request, fresh, now=now, problem=problem, forms=forms, fragment=NOTES, saved=not problem
    )


@owner_page(Right.BLOCK, "POST")
def block(request: OwnerRequest, reference: str) -> HttpResponse:
    """Stop this customer from booking online; what is booked stands."""
    return _change_customer(request, reference, customers.block_customer)


@owner_page(Right.BLOCK, "POST")
def unblock(request: OwnerRequest, reference: str) -> HttpResponse:
    """Let this customer book online again."""
    return _change_customer(request, reference, customers.unblock_customer)


def _change_customer(
    request: OwnerRequest, reference: str, verb: Callable[..., None]
) -> HttpResponse:
    booking = request.access.booking(reference)
    if booking.customer_id is None:
        raise Http404
    verb(business_id=request.access.business.pk, customer_id=booking.customer_id)
    return to_page(request, "booking", reference, fragment="customer")
