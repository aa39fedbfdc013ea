from collections.abc import Sequence
from datetime import datetime

from django.db.models import Model

from apps.availability.models import Session
from apps.availability.operations._claim import Claim
from apps.availability.operations._door import open_door
from apps.statements import insert_with

__all__ = ["Claim", "take_time"]


def take_time(
    *,
    claim: Claim,
    now: datetime,
    expires_at: datetime | None = None,
    along: Sequence[Model] = (),
) -> Session:
    """Take the time of a claim: as a hold when expires_at (UTC) is given, else for good.

    Rule C2. The caller has peeked without a lock, so losers of a hot slot
    seldom come here. along are new rows of the caller that point to the session by a foreign key
    of this name: they are written with it.

    Raises:
        SlotTaken: somebody else has it, or the hours no longer allow it.
        BusyTryAgain: the lock did not come in time.
    """
    with open_door(resource_ids=claim.resource_ids):
        claim.check_under_lock(now=now)
        session = claim.session(
            state=Session.State.HELD if expires_at else Session.State.SCHEDULED,
            expires_at=expires_at,
            seats_taken=1,
        )
        occupied = claim.occupancies(None, expires_at=expires_at)
        insert_with(session, *occupied, *along, by="session")
    return session
