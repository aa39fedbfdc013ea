"""What came and went: on one day, to be laid beside the drawer and the bank; every order with what
came for it; and the money of one booking, taken in person, taken back, refunded."""

from datetime import date, datetime, timedelta

from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import PlanPurchase
from apps.checkout.pricing import Way
from apps.checkout.queries.orders import find_payment_summary
from apps.checkout.queries.passes import plan_refused_words
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.forms import RefundForm, WaiveFeeForm
from apps.dashboard.bookings.views.booking_detail import refund_form, refuse, show_booking
from apps.dashboard.frame.forms import EARLIEST, LATEST
from apps.dashboard.frame.views.owner_page import (
    Incomplete,
    owner_page,
    redirect_search,
    required,
    show,
    to_page,
)
from apps.dashboard.frame.views.refusals import code_refused_words
from apps.dashboard.money.forms import (
    CodeForm,
    LeftoverForm,
    OrdersForm,
    PaidForm,
    PlanForm,
    UndoPaidForm,
)
from apps.dashboard.money.queries.orders import State, list_orders
from apps.dashboard.money.queries.takings import get_takings
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal
from apps.web.http import wants_fragment

DAY = timedelta(days=1)


@owner_page(Right.SEE_MONEY)
def takings(request: OwnerRequest) -> HttpResponse:
    """Show the day that is asked for, else today."""
    now, access = timezone.now(), request.access
    today = now.astimezone(access.business.zone).date()
    on = _date_asked(request.GET.get("on", ""), today)
    context = {
        "takings": get_takings(access=access, on=on),
        "before": on - DAY,
        "after": on + DAY if on < today else None,
    }
    return show(request, "dashboard/takings.html", context, now=now, current="takings")


def _date_asked(asked: str, today: date) -> date:
    try:
        on = datetime.strptime(asked, "%Y-%m-%d").date()  # noqa: DTZ007 - a date, no instant
    except ValueError:
        return today
    return on if EARLIEST < on < LATEST else today


CHIPS = (
    (State.ALL, _("All")),
    (State.OPEN, _("To be paid")),
    (State.UNDER_WAY, _("In progress")),
    (State.UNCLEAR, _("Different amount")),
    (State.ASIDE, _("Held on card")),
    (State.PAID, _("Paid")),
    (State.BACK, _("Refunded")),
    (State.FAILED, _("Failed")),
)


@owner_page(Right.SEE_MONEY, "GET", "POST")
def orders(request: OwnerRequest) -> HttpResponse:
    """Show the orders in a state, or those that are searched for."""
    state, search, before = OrdersForm(request.POST or request.GET).asked()
    if redirect := redirect_search(request, "orders", search, state=state.value):
        return redirect
    context = {
        "orders": list_orders(access=request.access, state=state, search=search, before=before),
        "chips": [(it.value or None, words, it is state) for it, words in CHIPS],
        "state": state.value,
        "search": search,
    }
    return show(
        request,
        "dashboard/orders.html",
        context,
        fragment="dashboard/_orders.html",
        now=timezone.now(),
        current="takings",
    )


@owner_page(Right.TAKE_MONEY, "POST")
def mark_paid(request: OwnerRequest, reference: str) -> HttpResponse:
    """Record that the rest was paid in person."""
    now, access = timezone.now(), request.access
    booking, form = access.booking(reference), PaidForm(request.POST)
    try:
        checkout.mark_paid(
            booking_id=booking.pk,
            revision=required(form)["revision"],
            by=access.member,
            now=now,
        )
    except Refusal as refusal:
        return refuse(request, booking, refusal, now=now)
    return to_page(request, "booking", reference, fragment="money")


@owner_page(Right.TAKE_MONEY, "POST")
def undo_paid(request: OwnerRequest, reference: str) -> HttpResponse:
    """Undo the record of a payment in person."""
    now, access = timezone.now(), request.access
    booking, form = access.booking(reference), UndoPaidForm(request.POST)
    try:
        checkout.undo_mark_paid(
            booking_id=booking.pk,
            payment_id=required(form)["payment"],
            by=access.member,
            now=now,
        )
    except Refusal as refusal:
        return refuse(request, booking, refusal, now=now)
    return to_page(request, "booking", reference, fragment="money")


@owner_page(Right.TAKE_MONEY, "POST")
def ask_to_pay(request: OwnerRequest, reference: str) -> HttpResponse:
    """Send the customer a link to pay what they owe of a fee."""
    now, access = timezone.now(), request.access
    booking, form = access.booking(reference), PaidForm(request.POST)
    try:
        checkout.ask_to_pay(booking_id=booking.pk, by=access.member, now=now, **required(form))
    except Refusal as refusal:
        return refuse(request, booking, refusal, now=now)
    return to_page(request, "booking", reference, fragment="money")


@owner_page(Right.REFUND, "POST")
def waive_fee(request: OwnerRequest, reference: str) -> HttpResponse:
    """Let go of what of a fee was not paid."""
    now, access = timezone.now(), request.access
    booking, form = access.booking(reference), WaiveFeeForm(request.POST, auto_id="waive_%s")
    try:
        checkout.waive_fee(booking_id=booking.pk, by=access.member, now=now, **required(form))
    except Refusal as refusal:
        return refuse(request, booking, refusal, now=now, forms={"waive": form})
    return to_page(request, "booking", reference, fragment="money")


@owner_page(Right.TAKE_MONEY, "POST")
def use_code(request: OwnerRequest, reference: str) -> HttpResponse:
    """Take a code off what is left, or have a gift card pay it."""
    now, access = timezone.now(), request.access
    booking, form = access.booking(reference), CodeForm(request.POST)
    try:
        checkout.use_code(
            booking_id=booking.pk,
            business_id=access.business.pk,
            code=required(form)["code"],
            by=access.member,
            now=now,
        )
    except Refusal as refusal:
        if isinstance(refusal, checkout.CouponRefused):
            words = code_refused_words(refusal, form.cleaned_data["code"], of=booking)
            form.add_error("code", words)
        return refuse(request, booking, refusal, now=now, forms={"code": form})
    return to_page(request, "booking", reference, fragment="money")


@owner_page(Right.TAKE_MONEY, "POST")
def use_plan(request: OwnerRequest, reference: str) -> HttpResponse:
    """Let a plan of the customer pay for what is booked and still owed."""
    now, access = timezone.now(), request.access
    booking, form = access.booking(reference), PlanForm(request.POST)
    plan = None
    try:
        plan = _plan_named(required(form)["way"], booking)
        checkout.pay_with_plan(
            booking_id=booking.pk,
            revision=form.cleaned_data["revision"],
            purchase_id=plan.pk if plan else 0,
            by=access.member,
            now=now,
        )
    except Refusal as refusal:
        if isinstance(refusal, checkout.PlanRefused):
            form.add_error("way", plan_refused_words(refusal.refused, plan))
        return refuse(request, booking, refusal, now=now, forms={"plan": form})
    return to_page(request, "booking", reference, fragment="money")


def _plan_named(way: str, booking: Booking) -> PlanPurchase | None:
    """The plan of the customer that was chosen."""
    plans = PlanPurchase.objects.filter(customer=booking.customer_id).select_related("business")
    return next((it for it in plans if way == f"{Way.PLAN.value}-{it.pk}"), None)


@owner_page(Right.REFUND, "POST")
def leftover(request: OwnerRequest, reference: str) -> HttpResponse:
    """Decide about the money of a booking that is over: refund it, or keep it."""
    now, access = timezone.now(), request.access
    booking, form = access.booking(reference), LeftoverForm(request.POST)
    try:
        decide = checkout.refund_the_rest if required(form)["back"] else checkout.keep_money
        decide(booking_id=booking.pk, by=access.member, now=now)
    except Refusal as refusal:
        return refuse(request, booking, refusal, now=now)
    return to_page(request, "conflicts")


@owner_page(Right.REFUND, "POST")
def refund(request: OwnerRequest, reference: str) -> HttpResponse:
    """Refund, or show what that would do; a page that does not know of the last refund is
    refused (rule M9)."""
    now, access = timezone.now(), request.access
    booking = access.booking(reference)
    form = refund_form(find_payment_summary(booking=booking), booking, request.POST)
    if "preview" in request.POST or not form.is_valid():
        return _weigh(request, booking, form, now=now)
    try:
        checkout.refund_order(
            booking_id=booking.pk,
            amount=form.besides,
            lines=form.lines,
            seen_refunded=form.cleaned_data["seen_refunded"],
            reason=form.cleaned_data["reason"],
            by=access.member,
            now=now,
        )
    except Refusal as refusal:
        again = refund_form(
            find_payment_summary(booking=booking), booking, request.POST, is_fresh=True
        )
        return refuse(request, booking, refusal, now=now, forms={"refund": again})
    return to_page(request, "booking", reference, fragment="money")


def _weigh(
    request: OwnerRequest, booking: Booking, form: RefundForm, *, now: datetime
) -> HttpResponse:
    """Show what a refund would do, or what is wrong with it; nothing is changed."""
    forms: dict[str, Form] = {"refund": form}
    preview = "preview" in request.POST
    if not preview or not (form.is_valid() or wants_fragment(request)):
        return refuse(request, booking, Incomplete(), now=now, forms=forms)
    if not wants_fragment(request):
        query = {name: request.POST.get(name, "") for name in form.fields}
        return to_page(request, "booking", booking.reference, query=query)
    return show_booking(
        request, booking, now=now, forms=forms, fragment="dashboard/_refund_effect.html"
    )
