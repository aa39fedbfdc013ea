"""What we have signed ourselves, read again while it lives; and with it three quiet signs of a
robot on a public form: a trap field, haste, and a stale or forged form.

The page renders ``templates/web/_form_guard.html`` with ``guard`` inside its form; the view judges
the POST before anything else (rule S6). Nobody has to solve anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from django.core import signing

TRAP = "website_address"
SEAL = "form_seal"
SALT = "apps.web.formguard"
SOONEST = timedelta(seconds=2)
OLDEST = timedelta(hours=12)


class Verdict(Enum):
    """What the signs say. Only ``PERSON`` may go on."""

    PERSON = "PERSON"
    TOO_FAST = "TOO_FAST"
    STALE = "STALE"
    FORGED = "FORGED"
    TRAPPED = "TRAPPED"


@dataclass(frozen=True, slots=True)
class FormGuard:
    """What the form has to carry: names of the two fields and the signed time of rendering."""

    seal: str
    trap_name: str = TRAP
    seal_name: str = SEAL


def new_guard(*, purpose: str, now: datetime) -> FormGuard:
    """Seal the time of rendering for one purpose, e.g. ``"details"``."""
    return FormGuard(seal=signing.dumps(int(now.timestamp()), salt=f"{SALT}.{purpose}"))


def judge(
    *,
    post: Mapping[str, str],
    purpose: str,
    now: datetime,
    soonest: timedelta = SOONEST,
    oldest: timedelta = OLDEST,
) -> Verdict:
    """Judge a submitted form. Never raises; the text typed is the view's to keep (422).

    ``TOO_FAST`` means younger than ``soonest``, ``STALE`` ``oldest`` or older; a seal of another
    purpose, from the future, or changed by one character is ``FORGED``.
    """
    if post.get(TRAP, ""):
        return Verdict.TRAPPED
    rendered_at = _open(post.get(SEAL, ""), purpose)
    if rendered_at is None or rendered_at > now + timedelta(minutes=1):
        return Verdict.FORGED
    age = now - rendered_at
    if age >= oldest:
        return Verdict.STALE
    # The seal counts whole seconds, so a form rendered 1.2 s ago must not look 2 s old.
    return Verdict.TOO_FAST if age < soonest else Verdict.PERSON


def _open(seal: str, purpose: str) -> datetime | None:
    try:
        seconds = signing.loads(seal, salt=f"{SALT}.{purpose}")
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (signing.BadSignature, TypeError, ValueError, OverflowError):
        return None


def read_signed(token: str, *, salt: str, life: timedelta) -> Any:
    """Return what ``signing.dumps`` has signed with this salt less than ``life`` ago.

    Django's own ``max_age`` still reads it at the instant at which its life is over; a link of ours
    is over at its end, as holds and offers are.

    Raises:
        signing.BadSignature: it is forged, of another kind, or its life is over.
    """
    return signing.loads(token, salt=salt, max_age=life - timedelta.resolution)
