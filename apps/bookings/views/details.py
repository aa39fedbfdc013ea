"""The details of a draft: asked once, kept whatever happens, booked with one POST."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.details import (
    PRICE_FIELD,
    Asked,
    BrokenSeal,
    DetailsForm,
    Known,
    open_seal,
    seal_price,
)
from apps.bookings.models import Booking
from apps.bookings.operations import PriceChanged
from apps.bookings.queries.drafts import find_last, pays_next
from apps.bookings.queries.stub import stub_of
from apps.bookings.remembering import remember, remembered
from apps.bookings.views.details_page import details_context
from apps.bookings.views.drafts import (
    came_back,
    came_back_words,
    draft_page,
    show_draft_lost,
    to_done,
    try_again,
)
from apps.bookings.views.turned_away import often_words, turned_away_words
from apps.bookings.visitors import (
    forget_person,
    plans_of,
    require_room_to_book,
    too_much_ahead,
    visitor_of,
)
from apps.bookings.wording import price_words
from apps.businesses.pages import frame_of
from apps.catalog.queries import questions_of
from apps.customers.queries import find_contact, list_saved_people
from apps.customers.signed_in import address_of
from apps.web.http import go_to, render_page, wants_fragment
from apps.web.limits import TooMany
from apps.web.signed import SOONEST, Verdict, judge

RENEWED = {"csrfmiddlewaretoken", PRICE_FIELD}
PURPOSE = "details"
REFUSALS = {
    Verdict.TOO_FAST: gettext_lazy("Please check your details and press the button again."),
    Verdict.STALE: gettext_lazy(
        "This page was open for a long time. Please press the button again."
    ),
}
NO_WAIT = timedelta(0)
LONGEST_WAY = 30


def price_changed(request: HttpRequest, draft: Booking, changed: PriceChanged) -> HttpResponse:
    """Show what was seen and what holds now; one button sends the same details again."""
    fresh = changed.price
    locale = draft.business.locale
    was, now = (
        price_words(amount=amount, text=fresh.text, currency=fresh.currency, locale=locale)
        for amount in (changed.seen, fresh.total)
    )
    minutes = int((draft.ends_at - draft.starts_at).total_seconds() // 60)
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in RENEWED
        for value in values
    ]
    context: dict[str, Any] = {
        **frame_of(business=draft.business, place=draft.location),
        "zone": draft.zone,
        "stub": stub_of(booking=draft),
        "before": {"service_name": draft.title, "minutes": minutes, "price_words": was},
        "after": {"service_name": draft.title, "minutes": minutes, "price_words": now},
        "kept": kept,
        "seal_name": PRICE_FIELD,
        "price_seal": seal_price(draft_id=draft.draft_id, amount=fresh.total),
        "button_words": _("Continue with %(price)s") % {"price": now},
        "back_url": reverse("bookings:details", kwargs={"draft": draft.draft_id}),
        "back_label": _("Your details"),
    }
    return render_page(request, "bookings/price_changed.html", None, context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def details(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Ask for the details; with all of them, book, and send the browser to the result."""
    now = timezone.now()
    form = _form(request, draft)
    if request.method != "POST":
        return _show(request, draft, form, now=now, notice=_early(request, draft, form, now=now))
    if came_back(request):
        return _hold_anew(request, draft, form, now=now)
    refusal = _refusal(request, draft, form, now=now) if form.is_valid() else ""
    if refusal or not form.is_valid():
        return _show(request, draft, form, now=now, notice=refusal, status=422)
    _require_room(request, draft, form, now=now)
    return _submit(request, draft, form, now=now)


def _early(request: HttpRequest, draft: Booking, form: DetailsForm, *, now: datetime) -> str:
    """What whoever is signed in, or known on this device, would be told after typing it all; ""
    for anybody else (rule S27)."""
    known = form.asked_of.known
    email = known.email if known else address_of(request)
    return often_words(request, draft, email=email, phone="", now=now)


def _require_room(
    request: HttpRequest, draft: Booking, form: DetailsForm, *, now: datetime
) -> None:
    """Ask the limits; whoever has to wait finds what they typed on the page of the draft.

    Raises:
        TooMany: as ``require_room_to_book``.
    """
    try:
        require_room_to_book(request, draft, form.details(), now=now)
    except TooMany:
        bookings.store_draft_text(booking=draft, typed=form.typed())
        raise


def _hold_anew(
    request: HttpRequest, draft: Booking, form: DetailsForm, *, now: datetime
) -> HttpResponse:
    """The page with everything that was typed and the time held anew, for a browser whose cookie
    went meanwhile; where the time is gone, the times that are free (409)."""
    bookings.store_draft_text(booking=draft, typed=form.typed())
    try:
        bookings.hold_draft_again(draft_id=draft.draft_id, now=now)
    except (bookings.SlotGone, bookings.DraftGone):
        return show_draft_lost(request, draft, now=now)
    except BusyTryAgain:
        return try_again(request, draft.service)
    draft.refresh_from_db(fields=["hold_expires_at"])
    typed = _form(request, draft, typed=form.typed())
    return _show(request, draft, typed, now=now, notice=came_back_words(draft), status=409)


def _submit(
    request: HttpRequest, draft: Booking, form: DetailsForm, *, now: datetime
) -> HttpResponse:
    try:
        seen = open_seal(request.POST.get(PRICE_FIELD, ""), draft_id=draft.draft_id)
        has_plan = bool(plans_of(request, business_id=draft.business_id))
        pays = pays_next(draft, has_plan=has_plan, now=now)
        finish = bookings.prepare_draft if pays else bookings.submit_draft
        booking = finish(draft_id=draft.draft_id, details=form.details(), seen_price=seen, now=now)
    except BrokenSeal:
        notice = _("Please check the price and press the button again.")
        return _show(request, draft, form, now=now, notice=notice, status=422)
    except bookings.AtTheTill:
        return go_to(request, "checkout:pay", draft=draft.draft_id)
    except bookings.TurnedAway:
        given = form.details()
        words = turned_away_words(request, draft, email=given.email, phone=given.phone, now=now)
        return _show(request, draft, form, now=now, notice=words, status=422)
    except (bookings.PriceChanged, bookings.SlotGone, bookings.DraftGone, BusyTryAgain) as lost:
        bookings.store_draft_text(booking=draft, typed=form.typed())
        return _not_booked(request, draft, lost, now=now)
    if booking.status == Booking.Status.CREATED:
        bookings.store_draft_text(booking=draft, typed=form.typed())
        response = go_to(request, "checkout:pay", draft=draft.draft_id, query=_way(request))
    else:
        response = to_done(request, booking)
    if form.asked_of.known is not None:
        remember(request, response, booking)
    return response


def _way(request: HttpRequest) -> dict[str, str]:
    """The way to pay that was chosen before the details, for the page after them to judge."""
    asked = request.GET.get("way", "")[:LONGEST_WAY]
    return {"way": asked} if asked else {}


def _not_booked(
    request: HttpRequest, draft: Booking, lost: Exception, *, now: datetime
) -> HttpResponse:
    if isinstance(lost, bookings.PriceChanged):
        return price_changed(request, draft, lost)
    if isinstance(lost, BusyTryAgain):
        return try_again(request, draft.service)
    return show_draft_lost(request, draft, now=now)


@require_POST
@draft_page
def fields(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Answer the asked fields anew when an answer opens another question; nothing is judged. Sent
    as a whole page, it is the details that show them."""
    form = _form(request, draft)
    bookings.store_draft_text(booking=draft, typed=form.typed())
    if not wants_fragment(request):
        return go_to(request, "bookings:details", draft=draft.draft_id)
    shown = _form(request, draft, typed=form.typed())
    context = {"form": shown, "conditions_url": request.path}
    return render_page(request, "bookings/_fields.html", None, context)


@require_POST
@draft_page
def not_me(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Forget the person this device remembers, close what they opened, drop what they typed, and
    ask for the details instead: the time that was just chosen stays with whoever is here now."""
    response = go_to(request, "bookings:details", draft=draft.draft_id)
    forget_person(request, response)
    visitor = visitor_of(request, zone=draft.zone)
    bookings.store_draft_text(booking=draft, typed={})
    try:
        bookings.take_over_draft(draft_id=draft.draft_id, visitor=visitor)
    except bookings.DraftGone:
        return show_draft_lost(request, draft, now=timezone.now())
    return response


def _form(
    request: HttpRequest, draft: Booking, *, typed: dict[str, list[str]] | None = None
) -> DetailsForm:
    form, questions = questions_of(service=draft.service)
    last = _last_here(request, draft)
    staff = getattr(draft.resource, "staff_member", None)
    asked = Asked(
        form=form,
        questions=questions,
        party_size=draft.party_size,
        staff_name=staff.short_name if staff else "",
        region=draft.business.country,
        locale=draft.business.locale,
        known=Known(last.contact_name, last.contact_email, last.contact_phone) if last else None,
        asks_address=draft.as_booked.is_home_visit,
        saved=[(it.pk, it.name) for it in list_saved_people(email=address_of(request))],
    )
    is_sent = request.method == "POST" and typed is None
    kept = draft.draft_text if typed is None else typed
    if not kept and last is None:
        kept = _of_signed_in(request, draft)
    return DetailsForm(asked=asked, data=request.POST if is_sent else None, draft=kept)


def _last_here(request: HttpRequest, draft: Booking) -> Booking | None:
    """What this device remembers; nothing of somebody else where somebody is signed in."""
    last = find_last(business=draft.business, booking_ids=remembered(request))
    address = address_of(request)
    is_other = last is not None and bool(address) and last.contact_email.lower() != address
    return None if is_other else last


def _of_signed_in(request: HttpRequest, draft: Booking) -> dict[str, list[str]]:
    """What whoever is signed in would type again: it stands in the fields and can be changed."""
    address = address_of(request)
    contact = find_contact(email=address, business_id=draft.business_id)
    if contact is None:
        return {"email": [address]} if address else {}
    return {"name": [contact.name], "email": [address], "phone": [contact.phone]}


def _show(
    request: HttpRequest,
    draft: Booking,
    form: DetailsForm,
    *,
    now: datetime,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    if form.is_bound:
        bookings.store_draft_text(booking=draft, typed=form.typed())
    has_plan = bool(plans_of(request, business_id=draft.business_id))
    context = details_context(draft, form, purpose=PURPOSE, has_plan=has_plan, now=now)
    context["notice"] = notice
    return render_page(request, "bookings/details.html", None, context, status=status)


def _refusal(request: HttpRequest, draft: Booking, form: DetailsForm, *, now: datetime) -> str:
    """Words for a robot, or for an address with much ahead; "" when nothing speaks against it.

    Somebody the device knows, or who is signed in, has nothing to type, so haste says nothing about
    them.
    """
    soonest = NO_WAIT if form.asked_of.known or address_of(request) else SOONEST
    verdict = judge(post=request.POST, purpose=PURPOSE, now=now, soonest=soonest)
    if verdict is not Verdict.PERSON:
        return str(REFUSALS.get(verdict, _("Please press the button again.")))
    return too_much_ahead(request, draft, form.details(), now=now)
