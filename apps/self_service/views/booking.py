"""The page of a booking, and its calendar file; and what somebody in a line reads there: their
position, what is offered to them, and how it may be paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.bookings.forms.picks import again_url
from apps.bookings.models import AccessLink, Booking
from apps.bookings.queries.clock import cancel_limits
from apps.bookings.queries.drafts import get_booking
from apps.bookings.queries.ending import ending_of
from apps.bookings.queries.links import list_openings
from apps.bookings.queries.minimum import lacking, people_awaited
from apps.bookings.queries.move_requests import find_move_request
from apps.bookings.queries.requests import awaiting_of, question_of
from apps.bookings.queries.stub import calendar_links, stub_of
from apps.bookings.visitors import is_of_signed_in, plans_of, proof_of, purposes_of
from apps.businesses.pages import frame_of
from apps.checkout.forms import AmountForm
from apps.checkout.queries.passes import has_plans_for, passes_for
from apps.checkout.queries.pay_page import WayCard, cards_in_line
from apps.classes.queries.party import offers_party_change
from apps.kernel.money import Money
from apps.messages.composing import calendars_of
from apps.messages.queries import get_booking_facts
from apps.self_service.queries.better import better_of
from apps.self_service.queries.booking import (
    contact_words_of,
    list_events,
    overlap_of,
    suggested_slots,
)
from apps.self_service.queries.cancel import may_after_sign_in, may_cancel_now, undo_until
from apps.self_service.queries.mine import who_comes
from apps.self_service.queries.money import MyMoney, money_of
from apps.self_service.queries.moving import (
    asked_move,
    move_offer,
    moved_words,
    old_place_of,
)
from apps.self_service.queries.reaching import reach_of
from apps.self_service.queries.wallet import wallet_url
from apps.waitlists.queries import (
    find_entry,
    has_offer,
    has_waited_in_vain,
    position_in_line,
    wish_words_of,
)
from apps.web.http import render_page
from apps.web.refusals import NotOpenHere

Purpose = AccessLink.Purpose
PARTS = (Purpose.OFFER, Purpose.PAY, Purpose.TIME)
"""Links that open one part of the page of a booking (rule S23)."""


@dataclass(frozen=True, slots=True)
class PositionInLine:
    """position is 1 for the first; offer_ends_at is None while nothing is offered. is_enough: it
    takes place with them, so that they can take what is offered."""

    position: int
    offer_ends_at: datetime | None
    is_enough: bool = True


def position_of(*, booking: Booking, now: datetime) -> PositionInLine | None:
    """Return where a booking stands in its waitlist, None when it does not wait."""
    if booking.status != Booking.Status.WAITING_LIST:
        return None
    entry = find_entry(booking=booking)
    if entry is None:
        return None
    position = position_in_line(entry)
    if not has_offer(entry, now=now):
        return PositionInLine(position, None)
    target = entry.course_run or entry.session
    missing = lacking(target, booking.service, now=now) if target is not None else 0
    return PositionInLine(position, entry.offer_ends_at, is_enough=missing <= entry.people)


@dataclass(frozen=True, slots=True)
class TillInLine:
    """How what is offered may be paid, () where there is no choice. may_be_elsewhere: somebody has
    a plan for it, and this browser none."""

    cards: tuple[WayCard, ...]
    may_be_elsewhere: bool


def till_in_line(
    *, booking: Booking, waiting: PositionInLine | None, plans: Sequence[int], now: datetime
) -> TillInLine | None:
    """Return how somebody may pay for what is offered to them, with the plans of their browser;
    None, and no query, where nothing can be taken or it costs nothing."""
    can_take = waiting is not None and waiting.offer_ends_at is not None and waiting.is_enough
    if not can_take or not booking.price:
        return None
    passes = passes_for(booking=booking, purchase_ids=plans, now=now)
    cards = cards_in_line(booking=booking, passes=passes)
    return TillInLine(tuple(cards), may_be_elsewhere=not cards and has_plans_for(booking=booking))


@dataclass(frozen=True, slots=True)
class WrongCode:
    """A code as it was typed, and why it changes nothing."""

    code: str
    error: str


@require_safe
@never_cache
def booking(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the booking to a session that made it or opened its link; after a link of one purpose no
    more than that (rule S23)."""
    found = granted_booking(request, reference, *PARTS)
    return show_booking(request, found, now=timezone.now())


def show_booking(
    request: HttpRequest,
    found: Booking,
    *,
    now: datetime,
    problem: str = "",
    status: int = 200,
    part: AmountForm | None = None,
    wrong_code: WrongCode | None = None,
    place_is_lost: bool = False,
) -> HttpResponse:
    """Show a booking as it is now; problem says why the last tap did nothing, part what was typed
    as an amount, wrong_code what was typed as a code; place_is_lost: an undo is not offered."""
    is_whole = proof_of(request, found) is not None
    shown = _whole(request, found, now=now) if is_whole else _parts(request, found, now=now)
    context = {
        **frame_of(business=found.business, place=found.location),
        **shown,
        "problem": problem,
        "wrong_code": wrong_code,
    }
    if part is not None:
        context["part"] = part
    if problem:
        context["moved_words"] = ""
    if place_is_lost:
        context["undo_until"] = None
    return render_page(request, "self_service/booking.html", None, context, status=status)


def _whole(request: HttpRequest, found: Booking, *, now: datetime) -> dict[str, Any]:
    """All that its customer may see of a booking."""
    is_known = is_of_signed_in(request, found)
    return {
        **_facts(found, now=now),
        **_cancelling(found, now=now, is_known=is_known),
        "contact_words": contact_words_of(booking=found, now=now, is_known=is_known),
        "events": list_events(booking=found),
        "suggested": suggested_slots(booking=found, now=now),
        "progress": people_awaited(found, now=now),
        **_moving(found, now=now, is_known=is_known),
        "moved_words": moved_words(booking=found, now=now),
        "better": better_of(booking=found, now=now, is_known=is_known),
        "may_change_party": offers_party_change(booking=found, now=now),
        **_in_line(request, found, now=now),
        **_paying(found, now=now),
        "overlap": overlap_of(booking=found, now=now),
        "is_whole": True,
    }


def _moving(found: Booking, *, now: datetime, is_known: bool) -> dict[str, Any]:
    """Where another time is chosen, or which one is asked for."""
    asked = find_move_request(booking=found)
    return {
        "move": move_offer(booking=found, asked=asked, now=now, is_known=is_known),
        "asked": asked_move(asked, now=now),
        "old_place": old_place_of(booking=found, now=now, is_known=is_known),
    }


def _parts(request: HttpRequest, found: Booking, *, now: datetime) -> dict[str, Any]:
    """What, when, and what the links are for that this session opened; not where, which may be the
    customer's home, and nothing of what happened before."""
    held = purposes_of(request, found)
    context: dict[str, Any] = {
        "zone": found.zone,
        "now": now,
        "stub": replace(stub_of(booking=found), where="", directions_url="", join_url=""),
        "reference": found.reference,
        "status": found.status,
        "kind": found.kind,
        "ending": ending_of(booking=found),
        "contact_words": contact_words_of(booking=found, now=now),
        "home_url": reverse("bookings:home", kwargs={"business": found.business.slug}),
    }
    if Purpose.OFFER in held:
        context |= _in_line(request, found, now=now)
        is_known = is_of_signed_in(request, found)
        context["better"] = better_of(booking=found, now=now, is_known=is_known)
        context["moved_words"] = moved_words(booking=found, now=now)
    if Purpose.PAY in held:
        context |= _paying(found, now=now)
    if Purpose.TIME in held:
        context["suggested"] = suggested_slots(booking=found, now=now)
        context["overlap"] = overlap_of(booking=found, now=now)
        if found.status == Booking.Status.DECLINED:
            context["again_url"] = again_url(booking=found)
    return context


def _paying(found: Booking, *, now: datetime) -> dict[str, Any]:
    money = money_of(booking=found, now=now)
    return {"money": money, "part": part_form(found, money)}


@require_safe
@never_cache
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out the same calendar file that the mail carries."""
    return calendar_file(granted_booking(request, reference), now=timezone.now())


def calendar_file(found: Booking, *, now: datetime, is_feed: bool = False) -> HttpResponse:
    """The calendar files of a booking as they are now, one after the other; is_feed: the one that a
    calendar subscribed to, and shows by itself."""
    facts = get_booking_facts(booking_id=found.pk)
    files = calendars_of(facts=facts, now=now, is_feed=is_feed)
    response = HttpResponse(
        b"".join(it.content for it in files),
        content_type=f"text/calendar; charset=utf-8; method={files[0].method}",
    )
    if not is_feed:
        response.headers["Content-Disposition"] = f'attachment; filename="{found.reference}.ics"'
    return response


def granted_booking(request: HttpRequest, reference: str, *parts: AccessLink.Purpose) -> Booking:
    """Return the booking for a session that may see and change it, or that opened a link for one of
    these parts of it; 404 for any other."""
    try:
        found = get_booking(reference=reference)
    except Booking.DoesNotExist as missing:
        raise NotOpenHere from missing
    if proof_of(request, found) is None and not purposes_of(request, found) & {*parts}:
        raise NotOpenHere
    return found


def part_form(found: Booking, money: MyMoney, data: QueryDict | None = None) -> AmountForm | None:
    """The field for a part of what is left; None where all of it is paid at once."""
    if not money.takes_any or money.left is None or money.least is None:
        return None
    return AmountForm(
        data, least=money.least, most=money.left, locale=found.business.locale, chosen=money.left
    )


def _in_line(request: HttpRequest, found: Booking, *, now: datetime) -> dict[str, Any]:
    waiting, plans = (
        position_of(booking=found, now=now),
        plans_of(request, business_id=found.business_id),
    )
    return {
        "waiting": waiting,
        "till": till_in_line(booking=found, waiting=waiting, plans=plans, now=now),
        "wish": wish_words_of(booking=found),
    }


def _cancelling(found: Booking, *, now: datetime, is_known: bool) -> dict[str, Any]:
    """The cancellation clock, and what may be cancelled or taken back."""
    return {
        "limits": cancel_limits(booking=found, now=now),
        "may_cancel": may_cancel_now(booking=found, now=now, is_known=is_known),
        "signs_in_first": not is_known and may_after_sign_in(booking=found, now=now),
        "undo_until": undo_until(booking=found, now=now),
        "fee": Money(found.cancellation_fee, found.currency),
    }


def _facts(found: Booking, *, now: datetime) -> dict[str, Any]:
    stub = stub_of(booking=found)
    is_over = found.ends_at <= now or found.status in {"CANCELED", "DECLINED"}
    is_kept = not is_over and found.status != "WAITING_LIST"
    return {
        "zone": found.zone,
        "now": now,
        "stub": stub,
        "who_comes": who_comes(found),
        "reference": found.reference,
        "status": found.status,
        "waited": has_waited_in_vain(booking=found),
        "ending": ending_of(booking=found),
        "kind": found.kind,
        "awaiting": awaiting_of(booking=found, now=now),
        "question": question_of(booking=found, now=now),
        "calendar": calendar_links(booking=found, stub=stub) if is_kept else None,
        "reach": reach_of(booking=found, stub=stub) if is_kept else None,
        "wallet_url": wallet_url(booking=found, now=now),
        "again_url": again_url(booking=found) if is_over else "",
        "openings": list_openings(booking=found),
        "has_address": bool(found.contact_email),
        "revision": found.revision,
        "home_url": reverse("bookings:home", kwargs={"business": found.business.slug}),
    }
