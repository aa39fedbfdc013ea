"""What is different from what a page showed, in words for whoever was about to pay."""

from django.utils.translation import gettext as _

from apps.businesses.models import Business
from apps.checkout import operations as checkout
from apps.checkout.queries.gifts import gift_now_words
from apps.web.formatting import format_money


def price_changed_words(price: int, seen: int, business: Business) -> str:
    """Both amounts are minor units."""
    return _("The price changed from %(was)s to %(now)s. Nothing was paid.") % {
        "was": format_money(seen, business.currency, business.locale),
        "now": format_money(price, business.currency, business.locale),
    }


def gift_refused_words(refused: checkout.GiftRefused, business: Business) -> str:
    """What the card was to pay, and what it can pay."""
    words = gift_now_words(
        left=refused.balance,
        wanted=refused.wanted,
        currency=business.currency,
        locale=business.locale,
    )
    return _("%(words)s Nothing was paid.") % {"words": words}
