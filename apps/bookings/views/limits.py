"""How often one network, address or phone may hold and book (rule S5, 429 with the wait).

Counted per business, so that people of one office who book at different places are not in each
other's way, and before the operation: what is refused counts too.
"""

from datetime import datetime
from functools import partial

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.bookings.queries.drafts import count_live_holds, count_paid_since, count_unpaid_ahead
from apps.bookings.visitors import network_hash_of, opened_by_link, visitor_hash_of
from apps.businesses.models import Business
from apps.businesses.reaching import or_reach
from apps.customers.identity import identity_of
from apps.web.http import client_network
from apps.web.limits import Hit, TooMany, require_room, rules, window_start
from apps.web.phones import line_of


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
    """Ask for a proof of the mailbox once an address or a phone has three unpaid bookings ahead."""
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
        "There are already %(count)s unpaid bookings to come with this address "
        "or phone number. Please open one of them from our e-mail first, so that "
        "we know it’s you."
    )
    return or_reach(words % {"count": count}, draft.business)
