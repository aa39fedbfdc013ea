"""The confirmation: a GET that survives reload and Back, for the browser that booked; and the
mail that went to a mistyped address, said where it can be seen, to be corrected."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.money_words import authorized_words
from apps.bookings.policy import Policy, free_until, is_free_now
from apps.bookings.queries.clock import cancel_fees
from apps.bookings.queries.drafts import get_booking
from apps.bookings.queries.minimum import people_awaited
from apps.bookings.queries.requests import awaiting_of
from apps.bookings.queries.stub import calendar_links, stub_of
from apps.bookings.reductions import authorized_by_gift
from apps.bookings.remembering import remember, remembered
from apps.bookings.states import OCCUPYING
from apps.bookings.views.details_page import mask_address
from apps.bookings.views.drafts import sent_elsewhere
from apps.bookings.visitors import Proof, is_of_signed_in, proof_of
from apps.bookings.ways import Way, way_to_cancel
from apps.bookings.wording import sign_in_words
from apps.businesses.pages import and_reach, frame_of
from apps.messages.queries import is_undeliverable
from apps.self_service.forms import AddressForm
from apps.self_service.queries.cancel import may_cancel_now
from apps.self_service.queries.mine import who_comes
from apps.self_service.queries.moving import move_offer
from apps.self_service.queries.wallet import wallet_url
from apps.web import limit_rules as rules
from apps.web.http import client_network, go_to, render_page
from apps.web.limits import Hit, require_room
from apps.web.text import suggest_address


@require_safe
@never_cache
def done(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what was booked; another browser is told to open the link in the mail."""
    booking = _booking(reference)
    if proof_of(request, booking) is None:
        return sent_elsewhere(request, booking)
    now = timezone.now()
    context = _context(booking, now=now) | _changing(request, booking, now=now)
    made = proof_of(request, booking) is Proof.MADE
    address = reverse("self_service:address", kwargs={"reference": reference})
    may_correct = made and booking.status in OCCUPYING
    context["address_url"] = address if may_correct else ""
    meant = suggest_address(booking.contact_email) if may_correct else ""
    context["meant"] = mask_address(meant)
    context["remember"] = {
        "url": reverse("self_service:remember", kwargs={"reference": reference}),
        "done": booking.pk in remembered(request),
    }
    return render_page(request, "self_service/done.html", None, context)


@require_POST
def remember_me(request: HttpRequest, reference: str) -> HttpResponse:
    """Remember the person of this booking on this device."""
    booking = _booking(reference)
    if proof_of(request, booking) is None:
        raise Http404
    response = go_to(request, "self_service:done", reference=reference)
    remember(request, response, booking)
    return response


def _booking(reference: str) -> Booking:
    try:
        return get_booking(reference=reference)
    except Booking.DoesNotExist as missing:
        raise Http404 from missing


def _context(booking: Booking, *, now: datetime) -> dict[str, Any]:
    stub = stub_of(booking=booking)
    return {
        **frame_of(business=booking.business, place=booking.location),
        "zone": booking.zone,
        "now": now,
        "stub": stub,
        "who_comes": who_comes(booking),
        "reference": booking.reference,
        "status": booking.status,
        "double_booked": booking.double_booked,
        "first_name": booking.contact_name.partition(" ")[0][:40],
        "contact": mask_address(booking.contact_email),
        "awaiting": awaiting_of(booking=booking, now=now),
        "answer_words": _answer_words(booking),
        "calendar": calendar_links(booking=booking, stub=stub),
        "wallet_url": wallet_url(booking=booking, now=now),
        "manage_url": reverse("self_service:booking", kwargs={"reference": booking.reference}),
        "next_steps": _next_steps(booking, now=now),
        "limits": cancel_fees(booking=booking, now=now),
        "authorized_words": _authorized_words(booking),
        "progress": people_awaited(booking, now=now),
    }


def _changing(request: HttpRequest, booking: Booking, *, now: datetime) -> dict[str, Any]:
    """Where it can be moved, or another time asked for, and cancelled; "" where it cannot."""
    if booking.double_booked:
        return {"move_url": "", "cancel_url": ""}
    is_known = is_of_signed_in(request, booking)
    move = move_offer(booking=booking, now=now, is_known=is_known)
    may_cancel = may_cancel_now(booking=booking, now=now, is_known=is_known)
    cancel_url = reverse("self_service:cancel", kwargs={"reference": booking.reference})
    return {
        "move_url": move.url if move else "",
        "cancel_url": cancel_url if may_cancel else "",
    }


def _authorized_words(booking: Booking) -> str:
    if not booking.authorized:
        return ""
    return authorized_words(
        amount=booking.authorized,
        currency=booking.currency,
        locale=booking.business.locale,
        business=booking.business.name,
        status=booking.status,
        by_gift=authorized_by_gift(booking),
    )


def _answer_words(booking: Booking) -> str:
    hours = booking.as_booked.answer_within_hours
    return ngettext("answers within %d hour", "answers within %d hours", hours) % hours


def _next_steps(booking: Booking, *, now: datetime) -> list[tuple[datetime | None, str]]:
    if booking.status != Booking.Status.CONFIRMED:
        return []
    policy = Policy.from_snapshot(booking.policy_snapshot)
    until = free_until(policy=policy, starts_at=booking.starts_at)
    arrival = booking.as_booked.arrival_note or _("Your appointment")
    steps: list[tuple[datetime | None, str]] = [(booking.starts_at, arrival)]
    if until is not None and is_free_now(policy=policy, starts_at=booking.starts_at, now=now):
        steps.insert(0, (until, _free_words(policy, booking, now=now)))
    return steps


def _free_words(policy: Policy, booking: Booking, *, now: datetime) -> str:
    """That it is free until then, and whether that takes a sign-in."""
    cancel = way_to_cancel(
        policy,
        starts_at=booking.starts_at,
        now=now,
        has_mailbox=bool(booking.contact_email),
    )
    how = sign_in_words(cancel=cancel, move=Way.LINK)
    return f"{_('Free cancellation until then.')} {how}".strip()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def address(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the right address, and send the mail there; only in the browser that booked."""
    booking = _made_here(request, reference)
    if request.method != "POST":
        return _show(request, booking, AddressForm())
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _show(request, booking, form, status=422)
    now = timezone.now()
    require_room(hits=[Hit(rules.LINKS_PER_NETWORK, client_network(request))], now=now)
    try:
        bookings.correct_address(
            booking_id=booking.pk,
            business_id=booking.business_id,
            email=form.cleaned_data["email"],
            now=now,
        )
    except bookings.AlreadyCorrected:
        words = and_reach(_("The address was corrected before."), booking.business)
        form.add_error("email", words)
        return _show(request, booking, form, status=409)
    except bookings.NotAllowed:
        form.add_error("email", _("This booking can no longer be changed here."))
        return _show(request, booking, form, status=409)
    return go_to(request, "self_service:done", reference=reference)


def _made_here(request: HttpRequest, reference: str) -> Booking:
    try:
        booking = get_booking(reference=reference)
    except Booking.DoesNotExist as missing:
        raise Http404 from missing
    if proof_of(request, booking) is not Proof.MADE:
        raise Http404
    return booking


def _show(
    request: HttpRequest, booking: Booking, form: AddressForm, *, status: int = 200
) -> HttpResponse:
    """The whole page, or for the done page a line that shows only when the mail came back."""
    context = {
        **frame_of(business=booking.business, place=booking.location),
        "reference": booking.reference,
        "contact": mask_address(booking.contact_email),
        "undeliverable": is_undeliverable(booking_id=booking.pk, email=booking.contact_email),
        "form": form,
    }
    page, fragment = "self_service/address.html", "self_service/_undeliverable.html"
    return render_page(request, page, fragment, context, status=status)
