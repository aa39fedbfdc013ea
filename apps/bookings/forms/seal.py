"""What is sealed into the forms of one draft: the price a customer saw (rule M3), and where its
time was chosen, so that a form whose draft is gone still knows the way to the times (rule W2)."""

from http import HTTPStatus

from django.core import signing

from apps.kernel.refusals import Refusal

SALT = "apps.bookings.price"
FIELD = "price_seal"
TIMES_SALT = "apps.bookings.way_back"
TIMES_FIELD = "times_seal"


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


class NoWayBack(Refusal):
    """The seal is missing, changed, or another draft's."""

    status = HTTPStatus.NOT_FOUND


def seal_way_back(*, draft_id: str, business_id: int, path: str) -> str:
    """Seal the address of the picker, or of the class or course, for one draft."""
    return signing.dumps([draft_id, business_id, path], salt=TIMES_SALT)


def open_way_back(raw: str, *, draft_id: str) -> tuple[int, str]:
    """Return the business and the address.

    Raises:
        NoWayBack: nobody of ours sealed this for this draft.
    """
    try:
        sealed_for, business_id, path = signing.loads(raw, salt=TIMES_SALT)
    except (signing.BadSignature, TypeError, ValueError) as broken:
        raise NoWayBack from broken
    if sealed_for != draft_id or not isinstance(business_id, int) or not isinstance(path, str):
        raise NoWayBack
    return business_id, path
