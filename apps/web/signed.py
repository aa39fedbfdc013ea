"""What we have signed ourselves, read again while it lives."""

from datetime import timedelta
from typing import Any

from django.core import signing


def read_signed(token: str, *, salt: str, life: timedelta) -> Any:
    """Return what ``signing.dumps`` has signed with this salt less than ``life`` ago.

    Django's own ``max_age`` still reads it at the instant at which its life is over; a link of ours
    is over at its end, as holds and offers are.

    Raises:
        signing.BadSignature: it is forged, of another kind, or its life is over.
    """
    return signing.loads(token, salt=salt, max_age=life - timedelta.resolution)
