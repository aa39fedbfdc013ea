"""How often one network or address may buy, and ask for links (rule S5)."""

import logging
from datetime import datetime
from functools import partial

from django.http import HttpRequest

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.checkout.queries.bought import count_bought_since
from apps.checkout.queries.declined import WINDOW, count_declined
from apps.customers.identity import identity_of
from apps.web.http import client_network
from apps.web.limits import (
    Hit,
    TooMany,
    count_hits,
    require_room,
    require_room_left,
    rules,
    window_start,
)

logger = logging.getLogger("apps.checkout")


def require_room_to_buy(
    request: HttpRequest, business: Business, email: str, *, now: datetime
) -> None:
    """Count a purchase of this network and address; what they have paid for today does not count
    against them.

    Raises:
        TooMany: one of them bought too often.
    """
    hits = [
        Hit(rules.BOOKINGS_PER_NETWORK, f"{client_network(request)}:{business.pk}"),
        Hit(rules.PURCHASES_PER_EMAIL, f"{identity_of(email)}:{business.pk}", earns=True),
    ]
    since = window_start(rules.DAY, now)
    paid = partial(count_bought_since, business_id=business.pk, email=email, since=since)
    require_room(hits=hits, now=now, earned=paid)


def require_room_to_pay(draft: Booking, *, now: datetime) -> None:
    """Refuse to open another payment where card after card was refused: nobody owns so many
    (rule M22).

    Raises:
        TooMany: five cards of this draft were refused within an hour, or ten of its network.
    """
    of_draft, of_network = count_declined(draft=draft, now=now)
    if of_draft < rules.DECLINED_PER_DRAFT and of_network < rules.DECLINED_PER_NETWORK:
        return
    logger.warning("card testing? business %s, %s refused", draft.business_id, of_network)
    raise TooMany(action="pay", retry_after=int(WINDOW.total_seconds()))


def require_room_for_codes(request: HttpRequest, *, now: datetime) -> None:
    """Refuse to look at codes of a network that typed too many wrong ones, right or not.

    Raises:
        TooMany: ten in this hour were wrong.
    """
    require_room_left(hits=[_wrong_code(request)], now=now)


def count_wrong_code(request: HttpRequest, *, now: datetime) -> None:
    """Count a code that is neither a coupon's nor a gift card's."""
    count_hits(hits=[_wrong_code(request)], now=now)


def _wrong_code(request: HttpRequest) -> Hit:
    return Hit(rules.WRONG_CODES_PER_NETWORK, client_network(request))


def has_room_for_links(request: HttpRequest, email: str, *, now: datetime) -> bool:
    """Count a wish for links; too many for one address is no news to whoever typed it.

    Raises:
        TooMany: this network asked too often.
    """
    require_room(hits=[Hit(rules.LINKS_PER_NETWORK, client_network(request))], now=now)
    return not count_hits(hits=[Hit(rules.LINKS_PER_EMAIL, email)], now=now)
