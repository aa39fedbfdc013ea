"""Money of one booking in the hands of the team: taken in person, taken back, refunded."""

from datetime import datetime

from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import PlanPurchase
from apps.checkout.pricing import Way
from apps.checkout.queries.orders import find_payment_summary
from apps.checkout.queries.plan_words import plan_refused_words
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.forms import LeftoverForm, RefundForm
from apps.dashboard.bookings.queries.booking_page import get_booking
from apps.dashboard.bookings.views.answers import refuse
from apps.dashboard.bookings.views.sheet import refund_form, show_sheet
from apps.dashboard.frame.views.owner_page import owner_page, to_page
from apps.dashboard.frame.views.refusals import Incomplete, code_refused_words, required
from apps.dashboard.money.forms import CodeForm, PaidForm, PlanForm, UndoPaidForm
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal
from apps.web.http import wants_fragment


@owner_page(Right.TAKE_MONEY, "POST")
def mark_paid(request: OwnerRequest, reference: str) -> HttpResponse:
    """Record that the rest was paid in person."""
    now, access = timezone.now(), request.access
    booking, form = get_booking(access=access, reference=reference), PaidForm(request.POST)
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
    """Take the record of a payment in person back."""
    now, access = timezone.now(), request.access
    booking, form = get_booking(access=access, reference=reference), UndoPaidForm(request.POST)
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
def use_code(request: OwnerRequest, reference: str) -> HttpResponse:
    """Take a code off what is left, or have a gift card pay it."""
    now, access = timezone.now(), request.access
    booking, form = get_booking(access=access, reference=reference), CodeForm(request.POST)
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
    booking, form = get_booking(access=access, reference=reference), PlanForm(request.POST)
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
    """Decide about the money of a booking that is over: give it back, or keep it."""
    now, access = timezone.now(), request.access
    booking, form = get_booking(access=access, reference=reference), LeftoverForm(request.POST)
    try:
        decide = checkout.refund_the_rest if required(form)["back"] else checkout.keep_money
        decide(booking_id=booking.pk, by=access.member, now=now)
    except Refusal as refusal:
        return refuse(request, booking, refusal, now=now)
    return to_page(request, "conflicts")


@owner_page(Right.REFUND, "POST")
def refund(request: OwnerRequest, reference: str) -> HttpResponse:
    """Give money back, or show what that would do; a page that does not know of the last refund is
    refused (rule M9)."""
    now, access = timezone.now(), request.access
    booking = get_booking(access=access, reference=reference)
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
    return show_sheet(
        request, booking, now=now, forms=forms, fragment="dashboard/_refund_effect.html"
    )
