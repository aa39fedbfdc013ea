"""Two bookings at one time, side by side, with the ways out; and questions about money."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.checkout.models import GiftCard, Refund
from apps.checkout.queries.orders import find_payment_summary
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.forms import (
    CancelForm,
    KeepForm,
    ResolveForm,
    SettleCardForm,
    WayOutForm,
)
from apps.dashboard.bookings.queries.conflicts import (
    Conflict,
    Side,
    get_conflict,
    list_conflicts,
    list_leftovers,
    list_let_go,
    list_missed,
    list_refused,
    list_stranded,
    list_unclear,
    list_uncovered,
)
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal
from apps.prepaid import operations as prepaid

BY_PLAN = Booking.PaymentOption.MEMBERSHIP
UNPROCESSABLE = 422


@owner_page(Right.RESOLVE)
def conflicts(request: OwnerRequest) -> HttpResponse:
    """List what has to be resolved, the soonest first."""
    return _show_all(request, now=timezone.now())


def _show_all(
    request: OwnerRequest,
    *,
    now: datetime,
    refused_problem: tuple[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page with all of it; refused_problem is what is wrong with a decision about a refund."""
    context = {
        "conflicts": list_conflicts(access=request.access, now=now),
        "leftovers": list_leftovers(access=request.access),
        "missed": list_missed(access=request.access),
        "let_go": list_let_go(access=request.access, now=now),
        "unclear": list_unclear(access=request.access),
        "stranded": list_stranded(access=request.access),
        "refused": list_refused(access=request.access),
        "refused_problem": refused_problem,
        "uncovered": list_uncovered(access=request.access),
    }
    template = "dashboard/conflicts.html"
    return show(request, template, context, now=now, current="requests", status=status)


@owner_page(Right.RESOLVE, "POST")
def looked_at(request: OwnerRequest, payment_id: int) -> HttpResponse:
    """Record that a payment of another amount was settled with the provider and the customer."""
    checkout.look_after_unclear(payment_id=payment_id, by=request.access.member, now=timezone.now())
    return to_page(request, "conflicts")


@owner_page(Right.REFUND, "POST")
def refused_refund(request: OwnerRequest, refund_id: int) -> HttpResponse:
    """Decide about a refund that the bank refused, in one of the ways that are offered for it."""
    now, form = timezone.now(), WayOutForm(request.POST)
    own = Refund.objects.filter(business=request.access.business, status=Refund.Status.FAILED)
    if not own.filter(pk=refund_id).exists():
        raise Http404
    problem = (refund_id, _("Choose one of these options. Nothing was changed."))
    if not form.is_valid():
        return _show_all(request, now=now, refused_problem=problem, status=UNPROCESSABLE)
    try:
        checkout.decide_refused_refund(
            refund_id=refund_id, way=form.cleaned_data["way"], by=request.access.member, now=now
        )
    except checkout.WayOutNotOffered:
        return _show_all(request, now=now, refused_problem=problem, status=UNPROCESSABLE)
    return to_page(request, "conflicts")


@owner_page(Right.REFUND, "POST")
def uncovered_card(request: OwnerRequest, reference: str) -> HttpResponse:
    """Record that what a refunded gift card had paid was settled with its buyer."""
    form = SettleCardForm(request.POST)
    card = GiftCard.objects.filter(business=request.access.business, reference=reference).first()
    if card is None or not form.is_valid():
        raise Http404
    seen = form.cleaned_data["seen"]
    prepaid.settle_uncovered(
        card_id=card.pk, seen=seen, by=request.access.member, now=timezone.now()
    )
    return to_page(request, "conflicts")


@owner_page(Right.RESOLVE, "GET", "POST")
def conflict(request: OwnerRequest, reference: str) -> HttpResponse:
    """Show both sides with the money that each way out moves; do the one that was chosen."""
    now = timezone.now()
    found = get_conflict(access=request.access, reference=reference, now=now)
    if request.method != "POST":
        return _show(request, found, KeepForm(), now=now)
    form, keep = ResolveForm(request.POST), KeepForm(request.POST)
    verb = form.cleaned_data.get("verb", "") if form.is_valid() else ""
    if not verb or (verb == "keep" and not keep.is_valid()):
        words = "" if verb else _("Choose one of these options.")
        return _show(request, found, keep, now=now, problem=words, status=UNPROCESSABLE)
    try:
        _resolve(found, form, keep, by=request.access.member, now=now)
    except Refusal as refusal:
        return _refuse(request, found, refusal, now=now)
    return to_page(request, "conflicts")


def _refuse(
    request: OwnerRequest, found: Conflict, refusal: Refusal, *, now: datetime
) -> HttpResponse:
    """Say why nothing was changed, beside the reason that was typed."""
    words = _("Somebody has changed this. Please check it again.")
    if isinstance(refusal, bookings.SlotGone):
        words = _("That time is no longer free. Nothing was changed.")
    elif isinstance(refusal, bookings.PlanDoesNotPay):
        words = _(
            "The plan that pays for this is already in use at that time. Nothing was changed."
        )
    elif isinstance(refusal, bookings.TooFewSoFar):
        words = _("That day still waits for more people than these. Nothing was changed.")
    elif isinstance(refusal, BusyTryAgain):
        words = _("Lots of people are booking right now. Please press the button again.")
    keep = KeepForm(initial={"reason": request.POST.get("reason", "")})
    return _show(request, found, keep, now=now, problem=words, status=refusal.status)


def _resolve(
    found: Conflict, form: ResolveForm, keep: KeepForm, *, by: TeamMember, now: datetime
) -> None:
    verb, side, at = (form.cleaned_data[it] for it in ("verb", "side", "time"))
    known = {it.reference: it.pk for it in (found.flagged, *found.others)}
    target = known.get(side or found.flagged.reference)
    if target is None:
        raise bookings.NoConflict
    flagged = found.flagged.pk
    if verb == "keep":
        reason = keep.cleaned_data["reason"]
        bookings.keep_both(booking_id=flagged, reason=reason, by=by, now=now)
    elif target == flagged:
        bookings.move_out_of_conflict(
            booking_id=flagged, business_id=by.business_id, starts_at=at, by=by, now=now
        )
    else:
        bookings.move_the_other(booking_id=flagged, other_id=target, starts_at=at, by=by, now=now)


def _show(
    request: OwnerRequest,
    found: Conflict,
    keep: KeepForm,
    *,
    now: datetime,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"conflict": found, "keep": keep, "problem": problem}
    return show(
        request, "dashboard/conflict.html", context, now=now, current="requests", status=status
    )


@owner_page(Right.RESOLVE, "GET", "POST")
def cancel_side(request: OwnerRequest, reference: str, side: str) -> HttpResponse:
    """Ask; with POST, cancel that side, with its money back or kept."""
    now = timezone.now()
    found, meant = _find(request, reference, side, now=now)
    if request.method != "POST":
        form = CancelForm(initial={"revision": _booking(request, meant).revision}, auto_id="%s")
        return _ask(request, found, meant, form, now=now)
    form = CancelForm(request.POST, auto_id="%s")
    if not form.is_valid():
        return _ask(request, found, meant, form, now=now, status=UNPROCESSABLE)
    try:
        _cancel(found, _booking(request, meant), form, by=request.access.member, now=now)
    except Refusal as refusal:
        return _refuse_cancel(request, found, meant, refusal, now=now)
    return to_page(request, "conflicts")


def _find(
    request: OwnerRequest, reference: str, side: str, *, now: datetime
) -> tuple[Conflict, Side]:
    found = get_conflict(access=request.access, reference=reference, now=now)
    meant = next((it for it in (found.flagged, *found.others) if it.reference == side), None)
    if meant is None:
        raise Http404
    return found, meant


def _booking(request: OwnerRequest, side: Side) -> Booking:
    return request.access.booking(side.reference)


def _cancel(
    found: Conflict, booking: Booking, form: CancelForm, *, by: TeamMember, now: datetime
) -> None:
    said = form.cleaned_data
    revision, reason = said["revision"], said["reason"]
    keeps = not said["refund"] and (booking.paid > 0 or booking.payment_option == BY_PLAN)
    if booking.pk != found.flagged.pk:
        checkout.cancel_the_other(
            booking_id=found.flagged.pk,
            other_id=booking.pk,
            revision=revision,
            reason=reason,
            keeps=keeps,
            by=by,
            now=now,
        )
    elif keeps:
        checkout.cancel_and_keep(
            booking_id=booking.pk, revision=revision, reason=reason, by=by, now=now
        )
    else:
        checkout.cancel_and_refund(
            booking_id=booking.pk,
            business_id=by.business_id,
            revision=revision,
            reason=reason,
            by=by,
            now=now,
        )


def _refuse_cancel(
    request: OwnerRequest, found: Conflict, meant: Side, refusal: Refusal, *, now: datetime
) -> HttpResponse:
    """What was typed, on the page as it is now: the next try knows it."""
    words = _("Somebody has changed this. Please check it again.")
    if isinstance(refusal, BusyTryAgain):
        words = _("Lots of people are booking right now. Please press the button again.")
    typed = request.POST.copy()
    typed["revision"] = str(_booking(request, meant).revision)
    form = CancelForm(typed, auto_id="%s")
    return _ask(request, found, meant, form, now=now, problem=words, status=refusal.status)


def _ask(
    request: OwnerRequest,
    found: Conflict,
    meant: Side,
    form: CancelForm,
    *,
    now: datetime,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {**_context(found, meant, _booking(request, meant)), "form": form, "problem": problem}
    return show(
        request, "dashboard/cancel_side.html", context, now=now, current="requests", status=status
    )


def _context(found: Conflict, meant: Side, booking: Booking) -> dict[str, Any]:
    summary = find_payment_summary(booking=booking)
    return {
        "conflict": found,
        "side": meant,
        "stay": [it for it in (found.flagged, *found.others) if it != meant],
        "summary": summary,
        "effect": summary.effect_of(summary.refundable) if summary and summary.refundable else None,
        "by_plan": booking.payment_option == BY_PLAN,
    }
