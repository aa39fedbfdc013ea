"""Who is at the browser: a random id in the session, the network, and the bookings opened there;
and how often one network, address or phone may hold and book (rule S5, 429 with the wait).

No page ever learns more about a visitor than this; typing an address signs nobody in. Hits are
counted per business, so that people of one office who book at different places are not in each
other's way, and before the operation: what is refused counts too.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from apps.bookings.forms.picks import (
    Picks,
    zone_or,
)
from apps.bookings.held_plans import held_by_address
from apps.bookings.models import AccessLink, Booking
from apps.bookings.operations import Details, Visitor
from apps.bookings.queries.joinables import Browser
from apps.bookings.queries.links import list_live
from apps.bookings.queries.rebooking import only_of_person, perhaps_of_person
from apps.bookings.remembering import forget, remembered
from apps.businesses.models import Business
from apps.businesses.pages import or_reach
from apps.catalog.models import Service
from apps.customers.queries import identity_of
from apps.customers.signed_in import (
    ASKED,
    DESKS,
    PROVEN,
    SIGNED_IN,
    address_of,
    was_signed_out,
)
from apps.web import limit_rules as rules
from apps.web.http import client_network
from apps.web.limits import Hit, TooMany, require_room, window_start
from apps.web.phones import line_of

VISITOR, OPENED, PLANS = "visitor", "opened", "plans"
GRANTS = (VISITOR, OPENED, PLANS, SIGNED_IN, ASKED, PROVEN, DESKS)
"""What a session lets somebody do who has not signed in."""
LIVE = "live_grants"
"""On a request: its grants whose links are not closed, once they were asked for."""
MAX_OPENED = 50
MAX_PLANS = 20
ZONE_COOKIE = "zone"


class Grant(NamedTuple):
    """What a link gave a session, kept there as a list."""

    booking_id: int
    link_id: int
    purpose: str


class Proof(StrEnum):
    """How a browser came to a booking: it made it, or it has proven the mailbox, by the link in the
    mail or by signing in."""

    MADE = "MADE"
    LINK = "LINK"


def visitor_hash_of(request: HttpRequest) -> str:
    """Return the hash of the session's visitor id, "" when it has none, or was signed out."""
    visitor_id = "" if was_signed_out(request) else request.session.get(VISITOR, "")
    return _hash("visitor", visitor_id) if visitor_id else ""


def network_hash_of(request: HttpRequest) -> str:
    """Return the keyed hash of the client's network (rule D4)."""
    return _hash("network", client_network(request))


def visitor_of(request: HttpRequest, *, zone: ZoneInfo) -> Visitor:
    """Return who taps, giving the session a random id at the first tap."""
    _end_signed_out(request)
    if not request.session.get(VISITOR):
        request.session[VISITOR] = secrets.token_urlsafe(24)
    return Visitor(
        visitor_hash=visitor_hash_of(request),
        network_hash=network_hash_of(request),
        time_zone=zone.key,
    )


def grant(request: HttpRequest, link: AccessLink) -> None:
    """Let this session do what the link is for that it opened, as long as the link is not closed.

    The link proves a mailbox, so the session gets a new id with it: more rights, new key
    (rule S17).
    """
    _end_signed_out(request)
    held = _grants(request)
    kept = [it for it in held if (it.booking_id, it.purpose) != (link.booking_id, link.purpose)]
    fresh = Grant(link.booking_id, link.pk, link.purpose)
    request.session[OPENED] = [list(it) for it in [*kept, fresh]][-MAX_OPENED:]
    setattr(request, LIVE, None)
    if len(kept) == len(held):
        request.session.cycle_key()


def proof_of(request: HttpRequest, booking: Booking) -> Proof | None:
    """Return how this session came to the booking, to see and change all of it, or nothing."""
    if booking.pk in opened_by_link(request) or is_of_signed_in(request, booking):
        return Proof.LINK
    mine = visitor_hash_of(request)
    made_here = bool(mine) and constant_time_compare(mine, booking.visitor_hash)
    return Proof.MADE if made_here else None


def is_of_signed_in(request: HttpRequest, booking: Booking) -> bool:
    """Whether this browser is signed in with the address of a booking's customer."""
    address = address_of(request)
    return bool(address) and booking.customer is not None and booking.customer.email == address


def grant_plan(request: HttpRequest, purchase_id: int, *, business_id: int) -> None:
    """Let this session pay with a plan: it bought it, or opened the link in the plan's mail."""
    _end_signed_out(request)
    held = request.session.get(PLANS, [])
    if [purchase_id, business_id] not in held:
        request.session[PLANS] = [*held, [purchase_id, business_id]][-MAX_PLANS:]
        request.session.cycle_key()


def revoke_plan(request: HttpRequest, purchase_id: int) -> None:
    """Forget in this session a plan that was never paid, and that its buyer gave up."""
    held = request.session.get(PLANS, [])
    request.session[PLANS] = [it for it in held if it[0] != purchase_id]


def plans_of(request: HttpRequest, *, business_id: int | None = None) -> list[int]:
    """Return the ids of the plans that this session may pay with, those of one business or all: it
    bought them or opened their link, or is signed in with their address."""
    opened = [] if was_signed_out(request) else request.session.get(PLANS, [])
    held = [*opened, *held_by_address(address_of(request))]
    here = [plan for plan, business in held if business_id in {None, business}]
    return list(dict.fromkeys(here))


def browser_of(request: HttpRequest) -> Browser:
    """Return what this browser can call its own bookings by."""
    known = (*opened_by_link(request), *remembered(request))
    return Browser(visitor_hash=visitor_hash_of(request), booking_ids=known)


def opened_by_link(request: HttpRequest) -> list[int]:
    """Return the ids of the bookings whose mailbox this session has proven to read, by a link that
    was not closed since. One query for a request, and none where nothing was opened."""
    manages = AccessLink.Purpose.MANAGE
    return [it.booking_id for it in _live_grants(request) if it.purpose == manages]


def purposes_of(request: HttpRequest, booking: Booking) -> frozenset[str]:
    """Return the purposes for which this session opened a link to a booking (rule S23). Whoever has
    a proof may do all of them."""
    return frozenset(it.purpose for it in _live_grants(request) if it.booking_id == booking.pk)


def _live_grants(request: HttpRequest) -> list[Grant]:
    held: list[Grant] | None = getattr(request, LIVE, None)
    if held is None:
        held = _grants(request)
        live = list_live(link_ids=[it.link_id for it in held]) if held else set()
        held = [it for it in held if it.link_id in live]
        setattr(request, LIVE, held)
    return held


def _grants(request: HttpRequest) -> list[Grant]:
    """What links gave this session; older versions kept ids without a link, which count no more."""
    held = [] if was_signed_out(request) else request.session.get(OPENED, [])
    return [Grant(*it) for it in held if isinstance(it, list)]


def forget_grants(request: HttpRequest) -> None:
    """Take from this session what it may do as a customer, under a new key; a sign-in of the team
    is not touched (rule D7)."""
    for name in GRANTS:
        request.session.pop(name, None)
    setattr(request, LIVE, None)
    request.session.cycle_key()


def forget_person(request: HttpRequest, response: HttpResponse) -> None:
    """Somebody else is at this device now: nothing is remembered of whoever was there before, and
    nothing of theirs can be opened (rule D7)."""
    forget(response)
    forget_grants(request)


def _end_signed_out(request: HttpRequest) -> None:
    """Begin anew in a session whose sign-in was ended elsewhere, before it is given anything."""
    if was_signed_out(request):
        forget_grants(request)


def _hash(salt: str, value: str) -> str:
    return salted_hmac(f"apps.bookings.{salt}", value, algorithm="sha256").hexdigest()


def page_zone(request: HttpRequest, service: Service, picks: Picks, *, venue: ZoneInfo) -> ZoneInfo:
    """The clock of the page: the venue's for what happens there, the customer's online."""
    if not service.online:
        return venue
    return zone_or(picks.zone or request.COOKIES.get(ZONE_COOKIE, ""), default=venue)


def require_room_to_hold(request: HttpRequest, business: Business, *, now: datetime) -> None:
    """Count a tap of this network and the times it holds at this moment.

    Raises:
        TooMany: with the time until the next hold ends.
    """
    key = f"{client_network(request)}:{business.pk}"
    require_room(hits=[Hit(rules.HOLDS_PER_NETWORK, key)], now=now)
    count, first = count_live_holds(
        business=business,
        network_hash=network_hash_of(request),
        besides=visitor_hash_of(request),
        now=now,
    )
    if first is not None and count >= rules.LIVE_HOLDS_PER_NETWORK * settings.RATE_LIMIT_SCALE:
        raise TooMany(action="hold:live", retry_after=int((first - now).total_seconds()) + 1)


def require_room_to_book(
    request: HttpRequest, draft: Booking, given: Details, *, now: datetime
) -> None:
    """Count a booking of this network, address and phone: a draft once for whom it is, however
    often its details are sent on the way to the page to pay on. What they have paid for today does
    not count against them.

    Raises:
        TooMany: one of them booked too often.
    """
    if _is_prepared_for(draft, given):
        return
    business = draft.business_id
    hits = _hits(request, business, given.email)
    if given.phone:
        key = f"{line_of(given.phone)}:{business}"
        hits.append(Hit(rules.BOOKINGS_PER_PHONE, key, earns=True))
    paid = partial(
        count_paid_since,
        business_id=business,
        email=given.email,
        phone=given.phone,
        since=today(now),
    )
    require_room(hits=hits, now=now, earned=paid)


def _hits(request: HttpRequest, business_id: int, email: str) -> list[Hit]:
    return [
        Hit(rules.BOOKINGS_PER_NETWORK, f"{client_network(request)}:{business_id}"),
        Hit(rules.BOOKINGS_PER_EMAIL, f"{identity_of(email)}:{business_id}", earns=True),
    ]


def today(now: datetime) -> datetime:
    """When the window of a day began in which bookings are counted (UTC)."""
    return window_start(rules.DAY, now)


def _is_prepared_for(draft: Booking, given: Details) -> bool:
    """Whether these details were counted already: the draft waits for its payment, or is booked."""
    if draft.customer_id is None:
        return False
    known = (identity_of(draft.contact_email), line_of(draft.contact_phone or ""))
    return known == (identity_of(given.email), line_of(given.phone or ""))


def require_room_to_wait(
    request: HttpRequest, business: Business, email: str, *, now: datetime
) -> None:
    """Count somebody who joins a waitlist like a booking of this network and address.

    Raises:
        TooMany: one of them joined or booked too often.
    """
    paid = partial(
        count_paid_since, business_id=business.pk, email=email, phone="", since=today(now)
    )
    require_room(hits=_hits(request, business.pk, email), now=now, earned=paid)


def too_much_ahead(request: HttpRequest, draft: Booking, given: Details, *, now: datetime) -> str:
    """Ask for a proof of the mailbox once an address or a phone has three unpaid bookings ahead.
    How many there are is not told, for whoever asks has only typed it (rule S27)."""
    most = rules.FUTURE_UNPAID_PER_CUSTOMER * settings.RATE_LIMIT_SCALE
    count = count_unpaid_ahead(
        business=draft.business,
        email=given.email,
        phone=given.phone,
        proven=opened_by_link(request),
        now=now,
    )
    if count < most:
        return ""
    words = _(
        "To book more with this address or phone number, please open one of the bookings from "
        "our e-mail first, so that we know it’s you."
    )
    return or_reach(words, draft.business)


def count_unpaid_ahead(
    *, business: Business, email: str, phone: str, proven: Sequence[int], now: datetime
) -> int:
    """Count the unpaid bookings ahead of a mailbox (lower case, in all its spellings) or a phone
    (E.164, "" for none) at one business. The phone is the one typed for the booking, or that of its
    contact, who is known under another one perhaps.

    0 for somebody who opened the link of one of theirs (proven): the mailbox is theirs.
    """
    mine = Booking.objects.filter(business=business).filter(perhaps_of_person(email, phone))
    if proven and _count_of(email, phone, mine.filter(pk__in=list(proven))):
        return 0
    ahead = mine.filter(
        status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED),
        payment_status=Booking.PaymentStatus.NOT_PAID,
        starts_at__gt=now,
    )
    return _count_of(email, phone, ahead)


def count_paid_since(*, business_id: int, email: str, phone: str, since: datetime) -> int:
    """Count the bookings of a mailbox or a phone, as in ``count_unpaid_ahead``, that were begun
    since then (UTC) and for which money, or the promise of it, is here, or a plan paid."""
    money = Q(paid__gt=0) | Q(authorized__gt=0)
    by_plan = Q(payment_option=Booking.PaymentOption.MEMBERSHIP)
    live = Q(status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED))
    mine = Booking.objects.filter(perhaps_of_person(email, phone), business=business_id)
    return _count_of(email, phone, mine.filter(live, money | by_plan, created_at__gte=since))


def _count_of(email: str, phone: str, rows: QuerySet[Booking]) -> int:
    """How many of the bookings are of a mailbox in all its spellings, or of a phone."""
    return len(only_of_person(rows, email=email, phone=phone))


def count_live_holds(
    *, business: Business, network_hash: str, besides: str, now: datetime
) -> tuple[int, datetime | None]:
    """Count the live holds of a network at one business, and when the first of them ends.

    The visitor's own hold (besides, a visitor hash) does not count: a new one replaces it.
    """
    near = Booking.objects.filter(business=business, network_hash=network_hash)
    holds = near.held(now).exclude(visitor_hash=besides)
    found = holds.aggregate(count=Count("pk"), first=Min("hold_expires_at"))
    return found["count"], found["first"]
