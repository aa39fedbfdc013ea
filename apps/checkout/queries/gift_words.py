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
        words = _("Nothing can be paid with the gift card any more; it was to pay %(wanted)s.")
    elif left < wanted:
        words = _("The gift card has only %(left)s on it now; it was to pay %(wanted)s.")
    else:
        words = _("It costs less now than the %(wanted)s that the gift card was to pay.")
    return words % told
