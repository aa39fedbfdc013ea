"""What people read when a payment failed, the same for every provider."""

from django.utils.translation import gettext as _


def declined_words(code: str = "") -> str:
    """Why a card was declined; code is the bank's reason as Stripe names it."""
    return {
        "authentication_required": _("The bank wants the owner of the card to confirm it."),
        "expired_card": _("The card has expired."),
        "insufficient_funds": _("There is not enough money on the card."),
    }.get(code) or _("The card was declined.")


def lapsed_words() -> str:
    """What a payment says whose amount is kept aside no longer."""
    return _("The bank does not keep the amount aside any more.")
