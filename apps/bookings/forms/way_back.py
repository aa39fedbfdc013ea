"""Where the time of a draft was chosen, sealed into its forms: when the draft itself is gone, after
24 hours, the form still knows the way to the times (rule W2)."""

from http import HTTPStatus

from django.core import signing

from apps.kernel.refusals import Refusal

SALT = "apps.bookings.way_back"
FIELD = "times_seal"


class NoWayBack(Refusal):
    """The seal is missing, changed, or another draft's."""

    status = HTTPStatus.NOT_FOUND


def seal_way_back(*, draft_id: str, business_id: int, path: str) -> str:
    """Seal the address of the picker, or of the class or course, for one draft."""
    return signing.dumps([draft_id, business_id, path], salt=SALT)


def open_way_back(raw: str, *, draft_id: str) -> tuple[int, str]:
    """Return the business and the address.

    Raises:
        NoWayBack: nobody of ours sealed this for this draft.
    """
    try:
        sealed_for, business_id, path = signing.loads(raw, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError) as broken:
        raise NoWayBack from broken
    if sealed_for != draft_id or not isinstance(business_id, int) or not isinstance(path, str):
        raise NoWayBack
    return business_id, path
