"""The page of one booking, also as the answer to an action that was refused (ux.md O6)."""

from collections.abc import Mapping
from datetime import datetime

from django.forms import Form
from django.http import HttpResponse

from apps.bookings.models import Booking
from apps.bookings.queries.waitlist import wish_words_of
from apps.checkout.queries.orders import Sheet, find_sheet
from apps.dashboard.desk import OwnerRequest
from apps.dashboard.forms import CancelForm, NoteForm, OverrideForm
from apps.dashboard.money_forms import RefundForm
from apps.dashboard.queries.booking_page import BookingPage, read_booking
from apps.dashboard.roles import Right
from apps.dashboard.views.refusals import Problem
from apps.dashboard.views.showing import show
from apps.kernel.money import Money
from apps.web.formatting import format_money


def show_sheet(
    request: OwnerRequest,
    booking: Booking,
    *,
    now: datetime,
    problem: Problem | None = None,
    forms: Mapping[str, Form] | None = None,
    fragment: str | None = None,
    saved: bool = False,
) -> HttpResponse:
    """Render the page with fresh forms, or with the forms that were refused and what they held."""
    page = read_booking(desk=request.desk, booking=booking, now=now)
    sheet = find_sheet(booking=booking)
    return show(
        request,
        "dashboard/booking.html",
        fragment,
        {
            "page": page,
            "wish": wish_words_of(booking=booking),
            "sheet": sheet if request.desk.may(Right.SEE_MONEY) else None,
            "stub": _stub(page, request.desk.business.locale),
            "forms": {**_fresh_forms(page), **_refund_form(sheet), **(forms or {})},
            "problem": problem,
            "notes_saved": saved,
        },
        now=now,
        status=problem.status if problem else 200,
    )


def _fresh_forms(page: BookingPage) -> dict[str, Form]:
    revision = {"revision": page.row.revision}
    return {
        "override": OverrideForm(initial=revision, auto_id="override_%s"),
        "cancel": CancelForm(initial=revision, auto_id="cancel_%s"),
        "note": NoteForm(initial={**revision, "note": page.owner_note}),
    }


def _refund_form(sheet: Sheet | None) -> dict[str, Form]:
    if sheet is None or sheet.refundable <= 0:
        return {}
    left = Money(sheet.refundable, sheet.order.currency).to_decimal()
    initial = {"amount": left, "seen_refunded": sheet.refunded}
    return {"refund": RefundForm(initial=initial, currency=sheet.order.currency)}


def _stub(page: BookingPage, locale: str) -> dict[str, object]:
    """The ticket beside the facts, the same as the customer has."""
    total = page.bill.total if page.bill else None
    text = page.bill.text if page.bill else ""
    return {
        "starts_at": page.row.starts_at,
        "ends_at": page.row.ends_at,
        "service_name": page.row.service_name,
        "staff_name": page.full_staff_name,
        "where": page.where,
        "participants": page.participants,
        "price_words": format_money(total.amount, total.currency, locale) if total else text,
    }
