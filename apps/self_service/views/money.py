"""What is left of a booking, paid online; the receipt of what was paid (rules M12, M7); and a
booking that was paid for too late: another time for the same money, or all of it back."""

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.plan_uses import plan_words_of
from apps.bookings.queries.stub import stub_of
from apps.businesses.pages import frame_of
from apps.checkout import operations as checkout
from apps.checkout.promotions import PromotionProblem
from apps.checkout.providers import ProviderDown
from apps.checkout.providers.words import unpaid_status, unpaid_words
from apps.checkout.queries.orders import find_payment_summary
from apps.checkout.queries.pay_page import code_words
from apps.checkout.queries.payments import UnderWay
from apps.checkout.queries.promotions import Applied
from apps.checkout.views.limits import count_wrong_code, require_room_for_codes
from apps.kernel.refusals import Refusal
from apps.self_service.queries.booking import overlap_of
from apps.self_service.queries.money import money_of
from apps.self_service.views.booking import (
    Purpose,
    WrongCode,
    granted_booking,
    part_form,
    show_booking,
)
from apps.web.http import HttpResponseSeeOther, go_to, render_page


@require_POST
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Go where the rest is paid."""
    now, booking = timezone.now(), granted_booking(request, reference, Purpose.PAY)
    money = money_of(booking=booking, now=now)
    if "go_on" in request.POST or "give_up" in request.POST:
        return _begun(request, booking, money.under_way, now=now)
    part = part_form(booking, money, request.POST) if request.POST else None
    if part is not None and not part.is_valid():
        return show_booking(request, booking, now=now, status=422, part=part)
    try:
        url = checkout.pay_balance(
            booking_id=booking.pk,
            business_id=booking.business_id,
            origin=_origin(request),
            now=now,
            amount=part.cleaned_data["amount"] if part is not None else None,
        )
    except (checkout.NotOwed, checkout.WayNotOffered):
        words = _("There is nothing left to pay online.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    except checkout.PaymentUnderWay:
        words = _("Another payment is in progress. Continue it or cancel it first.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    except checkout.AmountRefused:
        words = _("The amount left to pay has changed. Please check it.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    except ProviderDown as down:
        return _provider_down(request, booking, down, now=now)
    return HttpResponseSeeOther(url)


def _begun(
    request: HttpRequest, booking: Booking, begun: UnderWay | None, *, now: datetime
) -> HttpResponse:
    """Go on with a payment that was begun, or give it up."""
    if begun is None:
        return go_to(request, "self_service:booking", reference=booking.reference)
    try:
        if "go_on" in request.POST:
            url = checkout.go_on_paying(order_id=begun.order_id, origin=_origin(request), now=now)
            return HttpResponseSeeOther(url)
        checkout.give_up_payment(payment_id=begun.payment_id, order_id=begun.order_id, now=now)
    except checkout.NotOwed:
        words = _("That payment has ended.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    except ProviderDown as down:
        return _provider_down(request, booking, down, now=now)
    return go_to(request, "self_service:booking", reference=booking.reference)


@require_POST
def use_code(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a code off what is left of a booking, or have a gift card pay it."""
    now, booking = timezone.now(), granted_booking(request, reference, Purpose.PAY)
    require_room_for_codes(request, now=now)
    code = request.POST.get("code", "")[:100]
    try:
        checkout.use_code(
            booking_id=booking.pk, business_id=booking.business_id, code=code, by=None, now=now
        )
    except checkout.CouponRefused as no:
        if no.refused is PromotionProblem.UNKNOWN:
            count_wrong_code(request, now=now)
        applied = Applied(code, refused=no.refused, at=no.at)
        words = code_words(code, applied, zone=booking.zone, locale=booking.business.locale)
        wrong = WrongCode(code, words)
        return show_booking(request, booking, now=now, wrong_code=wrong, status=422)
    except (checkout.NotOwed, checkout.PaymentUnderWay):
        words = _("There is nothing left to pay at the moment.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=reference)


def _provider_down(
    request: HttpRequest, booking: Booking, down: ProviderDown, *, now: datetime
) -> HttpResponse:
    words, status = unpaid_words(down), unpaid_status(down)
    return show_booking(request, booking, now=now, problem=words, status=status)


def _origin(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").removesuffix("/")


@require_safe
@never_cache
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what was paid, with the tax in it, ready to be printed."""
    booking = granted_booking(request, reference)
    summary = find_payment_summary(booking=booking)
    if summary is None or summary.paid <= 0:
        raise Http404
    context = {
        **frame_of(business=booking.business, place=booking.location),
        "zone": booking.zone,
        "now": timezone.now(),
        "stub": stub_of(booking=booking),
        "reference": booking.reference,
        "name": booking.contact_name,
        "summary": summary,
        "by_plan": plan_words_of(booking).get(booking.pk, ""),
        "rate": f"{summary.order.tax_rate / 100:g} %",
    }
    return render_page(request, "self_service/receipt.html", None, context)


@require_POST
def another_time(request: HttpRequest, reference: str) -> HttpResponse:
    """Take one of the times that are offered."""
    now, booking = timezone.now(), granted_booking(request, reference, Purpose.TIME)
    at = _offered(request, booking, now=now)
    if at is None:
        words = _("That time is no longer free. Please choose another one.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    try:
        bookings.move_out_of_conflict(
            booking_id=booking.pk,
            business_id=booking.business_id,
            starts_at=at,
            by=None,
            now=now,
        )
    except bookings.TooFewSoFar:
        words = _("Too few people have booked on that day so far. Please choose another one.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    except Refusal:
        words = _("That time is no longer free. Please choose another one.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=reference)


@require_POST
def money_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Cancel, with all of the money back."""
    now, booking = timezone.now(), granted_booking(request, reference, Purpose.TIME)
    try:
        checkout.cancel_and_refund(
            booking_id=booking.pk,
            business_id=booking.business_id,
            reason="",
            by=None,
            now=now,
        )
    except Refusal:
        words = _("This has already been settled. Here is how it stands now.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=reference)


def _offered(request: HttpRequest, booking: Booking, *, now: datetime) -> datetime | None:
    """The time that was tapped, when it is one of those that are offered."""
    overlap = overlap_of(booking=booking, now=now)
    asked = request.POST.get("time", "")
    times = overlap.times if overlap else ()
    return next((at for at in times if f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" == asked), None)
