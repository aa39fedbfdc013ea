"""How often one network or address may buy for later, and ask for links (rule S5)."""

from datetime import datetime
from functools import partial

from django.http import HttpRequest

from apps.businesses.models import Business
from apps.customers.queries import identity_of
from apps.prepaid.queries.plans import count_bought_since
from apps.web import limit_rules as rules
from apps.web.http import client_network
from apps.web.limits import Hit, count_hits, require_room, window_start


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


def has_room_for_links(request: HttpRequest, email: str, *, now: datetime) -> bool:
    """Count a wish for links; too many for one address is no news to whoever typed it.

    Raises:
        TooMany: this network asked too often.
    """
    require_room(hits=[Hit(rules.LINKS_PER_NETWORK, client_network(request))], now=now)
    return not count_hits(hits=[Hit(rules.LINKS_PER_EMAIL, email)], now=now)
