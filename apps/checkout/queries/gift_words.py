"""Why a gift card does not pay what it was to pay, with both figures."""

from django.utils.translation import gettext as _

from apps.web import formatting


def gift_now_words(*, left: int, wanted: int, currency: str, locale: str) -> str:
    """left is what the card can pay now, wanted what it was to pay, in minor units."""
    told = {
        "left": formatting.format_money(left, currency, locale),
        "wanted": formatting.format_money(wanted, currency, locale),
    }
    if left <= 0:
        words = _("The gift card can no longer be used; it was going to pay %(wanted)s.")
    elif left < wanted:
        words = _("The gift card has only %(left)s on it now; it was going to pay %(wanted)s.")
    else:
        words = _("This now costs less than the %(wanted)s the gift card was going to pay.")
    return words % told
