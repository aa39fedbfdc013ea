"""What people read when a payment failed, could not be opened, or did not go back."""

from django.utils.translation import gettext as _

from apps.checkout.providers.protocol import OpenRefused

CONFLICT, UNAVAILABLE = 409, 503


def declined_words(code: str = "") -> str:
    """Why a card was declined; code is the bank's reason as Stripe names it."""
    return {
        "authentication_required": _("The bank needs the cardholder to confirm it."),
        "expired_card": _("The card has expired."),
        "insufficient_funds": _("There is not enough money on the card."),
    }.get(code) or _("The card was declined.")


def refused_words(code: str = "") -> str:
    """Why a refund did not go, or came back; code is the reason as Stripe names it."""
    return {
        "charge_for_pending_refund_disputed": _("The customer disputes the payment with the bank."),
        "lost_or_stolen_card": _("The card was lost or stolen."),
        "expired_or_canceled_card": _("The card has expired or was cancelled."),
        "insufficient_funds": _("There is not enough money in the account with Stripe."),
    }.get(code) or _("The bank did not take the money back.")


def lapsed_words() -> str:
    """What a payment says whose amount is authorized no longer."""
    return _("The bank no longer holds the amount.")


def unpaid_words(error: Exception) -> str:
    """That nothing was paid, and whether to try again: other ways stand on the page, if any do."""
    if isinstance(error, OpenRefused):
        return _(
            "This cannot be paid online: the payment service does not accept it. "
            "Nothing was charged."
        )
    return _("Payments are not working right now. Please try again in a minute.")


def unpaid_status(error: Exception) -> int:
    """409 for what will never be paid like that, 503 for what passes."""
    return CONFLICT if isinstance(error, OpenRefused) else UNAVAILABLE
