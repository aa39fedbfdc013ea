from datetime import datetime

from apps.availability.models import Occupancy, Session
from apps.availability.operations._claim import Claim
from apps.availability.operations._door import open_door


def keep_time(*, session: Session, claim: Claim, now: datetime) -> None:
    """Make the time of a session firm: a draft that is submitted, a request that is confirmed.

    What the session still occupies is kept, also after its hold ran out: whoever took the time
    meanwhile would have deleted it under the same lock. What is gone is taken anew when the
    rule still allows it (design.md section 4, laws 2 and 5).

    Raises:
        SlotTaken: the time went to somebody else, or something overlaps it by an override.
        BusyTryAgain: the lock did not come in time.
    """
    with open_door(resource_ids=claim.resource_ids):
        claim.check_under_lock(now=now, own_session_id=session.pk)
        if not _keep_own(session, claim):
            Occupancy.objects.filter(session=session).delete()
            Occupancy.objects.bulk_create(claim.occupancies(session, expires_at=None))
        _make_firm(session)


def _keep_own(session: Session, claim: Claim) -> bool:
    """Make firm what the session occupies; tell whether that is all it needs.

    The worker sweeps without our lock and may delete an expired row after we have seen it, so
    only the rows that the update has found count.
    """
    own = Occupancy.objects.filter(session=session)
    if set(own.values_list("resource_id", flat=True)) != set(claim.resource_ids):
        return False
    return own.update(expires_at=None) == len(claim.resource_ids)


def _make_firm(session: Session) -> None:
    session.state = Session.State.SCHEDULED
    session.expires_at = None
    session.seats_taken = 1
    session.save(update_fields=["state", "expires_at", "seats_taken"])
