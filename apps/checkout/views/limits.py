"""How often one network or address may buy, and ask for links (security.md 5.5)."""

from datetime import datetime

from django.http import HttpRequest

from apps.businesses.models import Business
from apps.web.addresses import client_network
from apps.web.limits import Hit, count_hits, require_room, require_room_left, rules


def require_room_to_buy(
    request: HttpRequest, business: Business, email: str, *, now: datetime
) -> None:
    """Count a purchase of this network and address.

    Raises:
        TooMany: one of them bought too often.
    """
    hits = [
        Hit(rules.BOOKINGS_PER_NETWORK, f"{client_network(request)}:{business.pk}"),
        Hit(rules.BOOKINGS_PER_EMAIL, f"{email}:{business.pk}"),
    ]
    require_room(hits=hits, now=now)


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
