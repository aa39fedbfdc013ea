"""The price a customer saw, sealed into the form for this one draft (rule M3)."""

from http import HTTPStatus

from django.core import signing

from apps.kernel.refusals import Refusal

SALT = "apps.bookings.price"
FIELD = "price_seal"


class BrokenSeal(Refusal):
    """The seal is missing, changed, or another draft's."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


def seal_price(*, draft_id: str, amount: int | None) -> str:
    """Seal minor units (None: price on request) for one draft."""
    return signing.dumps([draft_id, amount], salt=SALT, compress=False)


def open_seal(raw: str, *, draft_id: str) -> int | None:
    """Return the amount that was shown.

    Raises:
        BrokenSeal: nobody of ours sealed this for this draft.
    """
    try:
        sealed_for, amount = signing.loads(raw, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError) as broken:
        raise BrokenSeal from broken
    if sealed_for != draft_id or not isinstance(amount, int | None):
        raise BrokenSeal
    return amount
