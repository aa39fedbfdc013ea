from datetime import datetime

from apps.availability.models import Occupancy, Session
from apps.availability.operations._claim import Claim
from apps.availability.operations.locking import locked_resources

__all__ = ["Claim", "take_time"]


def take_time(*, claim: Claim, now: datetime, expires_at: datetime | None = None) -> Session:
    """Take the time of a claim: as a hold when expires_at (UTC) is given, else for good.

    Rule C2. The caller has peeked without a lock, so losers of a hot slot
    seldom come here.

    Raises:
        SlotTaken: somebody else has it, or the hours no longer allow it.
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=claim.resource_ids):
        claim.check_under_lock(now=now)
        session = claim.session(
            state=Session.State.HELD if expires_at else Session.State.SCHEDULED,
            expires_at=expires_at,
            seats_taken=1,
        )
        session.save(force_insert=True)
        Occupancy.objects.bulk_create(claim.occupancies(session.pk, expires_at=expires_at))
    return session
