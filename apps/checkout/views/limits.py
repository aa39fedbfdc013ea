"""How often one network may try cards and codes (rules S5, M22)."""

import logging
from datetime import datetime

from django.http import HttpRequest

from apps.bookings.models import Booking
from apps.checkout.queries.payments import WINDOW, count_declined
from apps.web import limit_rules as rules
from apps.web.http import client_network
from apps.web.limits import Hit, TooMany, count_hits, require_room_left

logger = logging.getLogger("apps.checkout")


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
