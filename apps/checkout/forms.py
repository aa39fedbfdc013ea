"""The amounts a customer saw, sealed into the page on which they pay (N071)."""

from collections.abc import Mapping

from django.core import signing
from django.http import QueryDict

from apps.checkout.coupons import plain_code
from apps.checkout.operations import Act, Seen
from apps.checkout.pricing import Quote, Way

SALT = "apps.checkout.amounts"
FIELD = "amounts"
LONGEST_CODE = 20


class BrokenSeal(Exception):
    """The seal is missing, changed, another draft's, or says nothing of this way to pay."""


def seal_amounts(*, draft_id: str, quotes: Mapping[Way, Quote], code: str) -> str:
    """Seal total and due now of every way for one draft, with the code that made them."""
    seen = {way.value: [quote.total, quote.due_now] for way, quote in quotes.items()}
    return signing.dumps([draft_id, seen, code], salt=SALT, compress=False)


def open_amounts(raw: str, *, draft_id: str, way: Way) -> Seen:
    """Return what was shown for a way to pay.

    Raises:
        BrokenSeal: nobody of ours sealed this for this draft.
    """
    try:
        sealed_for, seen, code = signing.loads(raw, salt=SALT)
        total, due_now = seen[way.value]
    except (signing.BadSignature, KeyError, TypeError, ValueError) as broken:
        raise BrokenSeal from broken
    if sealed_for != draft_id or not isinstance(total, int) or not isinstance(due_now, int):
        raise BrokenSeal
    return Seen(total=total, due_now=due_now, code=str(code))


def read_way(fields: QueryDict, *, offered: tuple[Way, ...]) -> Way:
    """The way that was chosen, the first that is offered when none or a foreign one was named."""
    asked = fields.get("way", "")
    return next((way for way in offered if way.value == asked), offered[0])


def read_code(fields: QueryDict) -> str:
    """The code that was typed, of the length a code may have."""
    return plain_code(fields.get("code", "")[:100])[:LONGEST_CODE]


def read_act(fields: QueryDict) -> Act | None:
    """What somebody does on the practice page; None for anything else."""
    asked = fields.get("act", "")
    return Act(asked) if asked in set(Act) else None
