"""What the details page shows around its form (templates/bookings/details.html)."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.deadlines import Rule, last_moment
from apps.bookings.forms.details import (
    PRICE_FIELD,
    TIMES_FIELD,
    DetailsForm,
    Known,
    seal_price,
    seal_way_back,
)
from apps.bookings.forms.picks import party_query, picks_of_booking, times_url
from apps.bookings.models import Booking
from apps.bookings.policy import Policy
from apps.bookings.queries.clock import cancel_fees
from apps.bookings.queries.drafts import pays_next
from apps.bookings.queries.offered import choice_of
from apps.bookings.queries.stub import stub_of
from apps.bookings.reductions import discount_words
from apps.bookings.wording import (
    cancel_by_words,
    moving_words,
    pay_words,
    rebooking_words,
    unanswered_words,
)
from apps.businesses.pages import frame_of
from apps.catalog.models import Service
from apps.catalog.queries import UnknownChoice, policy_of
from apps.web import formatting
from apps.web.signed import new_guard


def details_context(
    draft: Booking, form: DetailsForm, *, purpose: str, has_plan: bool, now: datetime
) -> dict[str, Any]:
    """Everything but the notice. The page's clock is the one the time was chosen on."""
    pays = pays_next(draft, has_plan=has_plan, now=now)
    address = {"draft": draft.draft_id}
    return {
        **frame_of(business=draft.business, place=draft.location),
        "zone": draft.zone,
        "now": now,
        "stub": stub_of(booking=draft),
        "hold": hold_of(draft, now=now),
        "back_url": back_url(draft),
        "back_label": _back_label(draft),
        "steps": 3 if pays else 2,
        "form": form,
        "participants": form.participants,
        **_known_here(form, draft),
        "conditions_url": reverse("bookings:fields", kwargs=address) if form.depends else None,
        "guard": new_guard(purpose=purpose, now=now),
        "seal_name": PRICE_FIELD,
        "price_seal": seal_price(draft_id=draft.draft_id, amount=draft.price),
        "times_name": TIMES_FIELD,
        "times_seal": sealed_way_back(draft),
        **_cancelling(draft, pays=pays, now=now),
        "answer_words": _answer_words(draft, now=now),
        "discount_words": _discount_words(draft, now=now),
        **_button(draft, pays=pays),
        "reference": draft.reference,
        "status": draft.status,
    }


def _cancelling(draft: Booking, *, pays: bool, now: datetime) -> dict[str, Any]:
    """A table where cancelling costs something at some time, and a sentence about the rest."""
    limits = cancel_fees(booking=draft, now=now)
    words = policy_sentence(draft, now=now, says_how_to_pay=not pays, says_fees=not limits)
    if often := rebooking_words(policy_of(service=draft.service)):
        words = format_html("{} {}", words, often)
    return {"policy_words": words, "limits": limits}


def _discount_words(draft: Booking, *, now: datetime) -> str:
    subtotal = draft.service.without_tax(draft.price or 0)
    return discount_words(
        service=draft.service, subtotal=subtotal, people=draft.party_size, now=now
    )


def _answer_words(draft: Booking, *, now: datetime) -> str:
    """What becomes of their request when nobody answers, said before they send it; "" where it is
    booked at once."""
    if not draft.asks_first:
        return ""
    last = last_moment(starts_at=draft.starts_at, ends_at=draft.ends_at, asked_at=now)
    hours = draft.business.answer_within_hours
    is_short = last <= now + timedelta(hours=hours)
    within = ngettext("within %d hour", "within %d hours", hours) % hours
    if is_short:
        zone, locale = draft.zone, draft.business.locale
        at = formatting.format_datetime(last, zone=zone, locale=locale)
        within = _("by %(at)s") % {"at": at}
    return unanswered_words(
        within=within,
        ends=is_short or Rule(draft.service.unanswered) is Rule.DECLINE,
        holds_time=not draft.service.allows_multiple_requests,
        offers_others=draft.kind == Service.Kind.APPOINTMENT,
    )


def _button(draft: Booking, *, pays: bool) -> dict[str, str]:
    if pays:
        words = _("Continue to payment") if draft.service.pays_online else _("Continue")
        return {"button_words": words, "sending_words": _("One moment…")}
    if draft.asks_first:
        return {"button_words": _("Send request"), "sending_words": _("Sending…")}
    return {"button_words": _("Book this time"), "sending_words": _("Booking…")}


def policy_sentence(
    draft: Booking, *, now: datetime, says_how_to_pay: bool = True, says_fees: bool = True
) -> str:
    """ "Free cancellation until Wed 25 Nov, 10:15. You pay at the salon." """
    policy = Policy.from_snapshot(draft.policy_snapshot)
    cancel = cancel_by_words(
        policy,
        starts_at=draft.starts_at,
        now=now,
        zone=draft.zone,
        business=draft.business,
        kind=draft.kind,
        price=draft.price,
        says_fees=says_fees,
    )
    if moves := moving_words(policy, kind=draft.kind):
        cancel = format_html("{} {}", cancel, moves)
    if not says_how_to_pay:
        return cancel
    pay = pay_words(draft.service, amount=draft.price)
    return format_html("{} {}", cancel, pay) if pay else cancel


def mask_address(address: str) -> str:
    """ "e…@gmail.com": enough to be recognised by its owner, useless to anybody else."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if local else ""


def _known_here(form: DetailsForm, draft: Booking) -> dict[str, Any]:
    """Whose details are known or stand in the fields, and where somebody else says so."""
    return {
        "known": _masked(form.asked_of.known),
        "is_filled": _is_filled(form),
        "not_me_url": reverse("bookings:not_me", kwargs={"draft": draft.draft_id}),
    }


def _is_filled(form: DetailsForm) -> bool:
    """Whether somebody's name or address stands in the fields before anything is typed."""
    asks = [name for name in ("name", "email") if name in form.fields]
    return not form.is_bound and any(form[name].value() for name in asks)


def _masked(known: Known | None) -> dict[str, str] | None:
    if known is None:
        return None
    first, _blank, rest = known.name.partition(" ")
    initial = f" {rest.strip()[:1]}." if rest.strip() else ""
    return {
        "words": f"{first}{initial}",
        "contact": mask_address(known.email),
    }


def hold_of(draft: Booking, *, now: datetime) -> dict[str, Any]:
    """The line about the hold: until when, where it is made longer, or words instead."""
    until = draft.hold_expires_at
    if until is None:
        many = draft.service.allows_multiple_requests
        words = _("Available now, but others can request it too.") if many else ""
        return {"until": None, "longer_url": None, "words": words}
    if until <= now:
        words = _(
            "We’re no longer holding this time. If it’s still free when you book, it’s yours."
        )
        return {"until": None, "longer_url": None, "words": words}
    url = reverse("bookings:longer", kwargs={"draft": draft.draft_id})
    return {"until": until, "longer_url": url}


def _back_label(draft: Booking) -> str:
    return _("Change time") if draft.kind == Service.Kind.APPOINTMENT else _("Change")


def sealed_way_back(draft: Booking) -> str:
    """The same for a form of the draft, which may outlive it."""
    return seal_way_back(
        draft_id=draft.draft_id, business_id=draft.business_id, path=back_url(draft)
    )


def back_url(draft: Booking) -> str:
    """Where it was chosen, with all that was: variant, extras, people, person, place and day."""
    if draft.kind == Service.Kind.APPOINTMENT:
        on = draft.starts_at.astimezone(draft.zone).date()
        return times_url(draft.service, picks_of_booking(draft), date=on.isoformat())
    slugs: dict[str, object] = {"business": draft.business.slug}
    if draft.kind == Service.Kind.CLASS:
        page = reverse("classes:session", kwargs={**slugs, "session": draft.session_id})
    else:
        page = reverse("classes:course", kwargs={**slugs, "service": draft.service.slug})
    return f"{page}{_party(draft)}"


def _party(draft: Booking) -> str:
    try:
        return party_query(choice_of(booking=draft))
    except UnknownChoice:
        return ""
