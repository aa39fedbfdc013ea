"""The page of one booking, also as the answer to an action that was refused."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.queries.cancelling import no_show_by_policy
from apps.bookings.queries.stub import Stub, stub_of
from apps.bookings.states import OCCUPYING
from apps.checkout.models import Order, PlanPurchase
from apps.checkout.providers import takes_online
from apps.checkout.queries.orders import Effect, PaymentSummary, find_payment_summary
from apps.checkout.queries.passes import passes_of_customer
from apps.checkout.queries.pay_page import WayCard, cards_at_the_desk
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.forms import (
    DeclineMoveForm,
    NoShowForm,
    NoteForm,
    OnlineLinkForm,
    OverrideForm,
    RefundForm,
    TeamCancelForm,
    WaiveFeeForm,
)
from apps.dashboard.bookings.queries.booking_detail import BookingPage, read_booking
from apps.dashboard.bookings.queries.cancelling import CancelOffer, read_cancel_offer
from apps.dashboard.bookings.queries.no_show import read_no_show
from apps.dashboard.frame.queries.rows import staff_name, zone_told
from apps.dashboard.frame.views.owner_page import show
from apps.dashboard.frame.views.refusals import Problem, problem_of
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal
from apps.prepaid.queries.plans import find_plan_used
from apps.waitlists.queries import wish_words_of


def show_booking(
    request: OwnerRequest,
    booking: Booking,
    *,
    now: datetime,
    problem: Problem | None = None,
    forms: Mapping[str, Form] | None = None,
    fragment: str | None = None,
    saved: bool = False,
    link: str = "",
) -> HttpResponse:
    """Render the page with fresh forms, or with the forms that were refused and what they held;
    link is one that was made just now for the customer."""
    page = read_booking(access=request.access, booking=booking, now=now)
    summary = find_payment_summary(booking=booking)
    offer = _cancel_offer(request, page, booking, summary, now=now)
    shown = {**_fresh_forms(page, booking, summary, offer), **(forms or {})}
    context = {
        "page": page,
        "cancel_offer": offer,
        **_money(request, booking, summary, shown.get("plan"), now=now),
        **_ticket(request, booking, now=now),
        "forms": shown,
        "effect": _effect(summary, shown.get("refund")),
        "notes_saved": saved,
        "fresh_link": link,
        "other_note": _other_note(page, shown),
        "typed": _typed_elsewhere(page, summary, forms or {}),
        "problem": problem,
    }
    status, template = problem.status if problem else 200, "dashboard/booking.html"
    return show(request, template, context, fragment=fragment, now=now, status=status)


def refuse(
    request: OwnerRequest,
    booking: Booking,
    refusal: Refusal,
    *,
    now: datetime,
    forms: Mapping[str, Form] | None = None,
) -> HttpResponse:
    """Say why nothing was changed, with the fresh state and the buttons that are right now."""
    fresh = request.access.booking(booking.reference)
    problem = problem_of(refusal, access=request.access, of=booking)
    return show_booking(request, fresh, now=now, problem=problem, forms=forms)


def _other_note(page: BookingPage, forms: Mapping[str, Form]) -> str:
    """The saved note beside another one that was typed and refused: nobody erases it unseen."""
    form = forms["note"]
    if not form.is_bound or not page.owner_note:
        return ""
    typed = str(form.data.get("note", "")).replace("\r\n", "\n").strip()
    return "" if typed == page.owner_note.strip() else page.owner_note


TYPED = ("reason", "message", "link", "note")


def _typed_elsewhere(
    page: BookingPage, summary: PaymentSummary | None, forms: Mapping[str, Form]
) -> list[str]:
    """What was typed into a form that the page does not have any more, to be copied."""
    is_shown = {
        "cancel": "CANCEL" in page.actions,
        "decline_move": page.asked_move is not None,
        "override": page.may_override and not (page.fit and page.fit.ok),
        "link": page.row.status in {it.value for it in OCCUPYING},
        "refund": summary is not None and summary.refundable > 0,
        "waive": summary is not None and summary.owes_fee,
        "no_show": page.row.status == Booking.Status.CONFIRMED,
        "note": page.owner_note is not None,
    }
    gone = [form for name, form in forms.items() if not is_shown.get(name) and form.is_bound]
    words = [
        str(form.data.get(name, "")).strip()
        for form in gone
        for name in TYPED
        if name in form.fields
    ]
    return [it for it in words if it]


def _money(
    request: OwnerRequest,
    booking: Booking,
    summary: PaymentSummary | None,
    sent: Form | None,
    *,
    now: datetime,
) -> dict[str, object]:
    return {
        "plans": _plans(request, booking, summary, sent, now=now),
        "summary": summary if request.access.may(Right.SEE_MONEY) else None,
        "can_ask": summary is not None
        and bool(booking.contact_email)
        and takes_online(summary.balance, booking.currency),
        "plan_used": _plan_used(request, booking, summary),
    }


def _plans(
    request: OwnerRequest,
    booking: Booking,
    summary: PaymentSummary | None,
    sent: Form | None,
    *,
    now: datetime,
) -> list[WayCard]:
    """The plans of the customer beside what is owed, for those who take money."""
    if not request.access.may(Right.TAKE_MONEY):
        return []
    passes = passes_of_customer(booking=booking, summary=summary, now=now)
    chosen = str(sent.data.get("way", "")) if sent else ""
    return cards_at_the_desk(passes=passes, chosen=chosen)


def _plan_used(
    request: OwnerRequest, booking: Booking, summary: PaymentSummary | None
) -> PlanPurchase | None:
    """The plan that paid, for those who may open it."""
    if summary is None or summary.order.way != Order.Way.PLAN or not request.access.may(Right.SELL):
        return None
    return find_plan_used(booking=booking)


def _cancel_offer(
    request: OwnerRequest,
    page: BookingPage,
    booking: Booking,
    summary: PaymentSummary | None,
    *,
    now: datetime,
) -> CancelOffer | None:
    """For those who may decide about money; whoever else cancels leaves it to them (rule M11)."""
    if "CANCEL" not in page.actions or not request.access.may(Right.REFUND):
        return None
    return read_cancel_offer(booking=booking, summary=summary, now=now)


def cancel_form(booking: Booking, offer: CancelOffer | None, data: QueryDict | None = None) -> Form:
    """The form that cancels, with what was typed."""
    return TeamCancelForm(
        data,
        initial={"revision": booking.revision},
        currency=booking.currency,
        locale=booking.business.locale,
        most=offer.fee.amount if offer else 0,
    )


def no_show_form(booking: Booking, data: QueryDict | dict[str, str] | None = None) -> NoShowForm:
    """The form that says that nobody came, with what was typed."""
    return NoShowForm(
        data,
        initial={"revision": booking.revision},
        currency=booking.currency,
        locale=booking.business.locale,
        most=no_show_by_policy(booking=booking),
    )


def _fresh_forms(
    page: BookingPage,
    booking: Booking,
    summary: PaymentSummary | None,
    offer: CancelOffer | None,
) -> dict[str, Form]:
    link = booking.as_booked.online_link
    revision = {"revision": page.row.revision}
    return {
        "override": OverrideForm(initial=revision, auto_id="override_%s"),
        "cancel": cancel_form(booking, offer),
        "decline_move": DeclineMoveForm(initial=revision, auto_id="decline_%s"),
        "no_show": no_show_form(booking),
        "waive": WaiveFeeForm(initial=revision, auto_id="waive_%s"),
        "note": NoteForm(initial={**revision, "note": page.owner_note}),
        "link": OnlineLinkForm(initial={**revision, "link": link}, auto_id="online_%s"),
        "refund": refund_form(summary, booking),
    }


def refund_form(
    summary: PaymentSummary | None,
    booking: Booking,
    data: QueryDict | None = None,
    *,
    is_fresh: bool = False,
) -> RefundForm:
    """The form for a refund, with what was typed; is_fresh: the page says anew what has been
    refunded already, so that the next tap knows."""
    refunded = summary.refunded if summary else 0
    if data is not None and is_fresh:
        data = data.copy()
        data["seen_refunded"] = str(refunded)
    return RefundForm(
        data,
        initial={"seen_refunded": refunded},
        currency=booking.currency,
        locale=booking.business.locale,
        lines=list(summary.order.lines.all()) if summary else [],
    )


def _effect(summary: PaymentSummary | None, form: object) -> Effect | None:
    """What the refund that was typed would do; None while it is not complete or too much."""
    if summary is None or not isinstance(form, RefundForm) or not form.is_bound:
        return None
    if not form.is_valid() or form.total > summary.refundable:
        return None
    return summary.effect_of(form.total)


def _ticket(request: OwnerRequest, booking: Booking, *, now: datetime) -> dict[str, object]:
    return {
        "no_show": read_no_show(access=request.access, booking=booking, now=now),
        "stub": _stub(request, booking),
        "has_link": booking.status in {*OCCUPYING, Booking.Status.WAITING_LIST},
        # By the clock of its place, which the ticket names.
        "zone": ZoneInfo(zone_told(booking) or request.access.business.time_zone),
        "booked": booking.as_booked,
        "wish": wish_words_of(booking=booking),
    }


def _stub(request: OwnerRequest, booking: Booking) -> Stub:
    """The ticket beside the facts, the same as the customer has, with the way to a home visit; the
    address only for those who see contacts, the price for those who see money."""
    access = request.access
    stub = stub_of(booking=booking, is_for_team=True)
    if not stub.staff_name:
        stub = replace(stub, staff_name=staff_name(booking.resource))  # a room or a machine
    if booking.as_booked.is_home_visit and not access.may(Right.SEE_CONTACT):
        stub = replace(stub, where=_("At the customer's address"), directions_url="")
    return stub if access.may(Right.SEE_MONEY) else replace(stub, price_words="")
