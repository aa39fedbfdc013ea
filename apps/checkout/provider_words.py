"""What somebody reads when the provider opens no payment. It asks no database."""

from django.utils.translation import gettext as _

from apps.checkout.providers import OpenRefused

CONFLICT, UNAVAILABLE = 409, 503


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
