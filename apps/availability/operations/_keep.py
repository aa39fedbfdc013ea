from collections.abc import Sequence
from datetime import datetime

from apps.availability.models import Occupancy, Session
from apps.availability.operations._claim import Claim
from apps.availability.operations.locking import locked_resources


def keep_time(*, session_id: int, claim: Claim, now: datetime) -> None:
    """Make the time of a session firm: a draft that is submitted, a request that is confirmed.

    What the session still occupies is kept. What is gone, whose hold ran out, or what lay beside
    the constraint by an override, is taken anew when the rule still allows it (rule C2, 5 and 6).

    Raises:
        SlotTaken: the time went to somebody else, or something overlaps it by an override.
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=claim.resource_ids):
        keep_under_lock(session_id=session_id, claim=claim, now=now)


def keep_under_lock(*, session_id: int, claim: Claim, now: datetime) -> None:
    """``keep_time``, by who has opened the door.

    Raises:
        SlotTaken: as there.
    """
    rows = claim.check_under_lock(now=now, own_session_id=session_id, keeps=True)
    own = {row.resource_id for row in rows if row.session_id == session_id}
    if own == set(claim.resource_ids) and _keep_own(session_id, count=len(own)):
        return
    take_anew(session_id, claim, claim.occupancies(session_id, expires_at=None))


def take_anew(session_id: int, claim: Claim, rows: Sequence[Occupancy]) -> None:
    """Write these rows of a claim in place of all that the session occupied, and make it firm."""
    Occupancy.objects.filter(session_id=session_id).delete()
    Occupancy.objects.bulk_create(rows)
    _make_firm(session_id, **claim.buffers)


def _keep_own(session_id: int, *, count: int) -> bool:
    """Make firm a session and what it occupies; tell whether those were all the rows seen.

    The worker sweeps without our lock and may delete a row that ran out after we have seen it, and
    a row beside the constraint is written anew, so only the rows that the update has found count.
    """
    own = Occupancy.objects.filter(session_id=session_id, enforced=True)
    if own.update(expires_at=None) != count:
        return False
    _make_firm(session_id)
    return True


def _make_firm(session_id: int, **buffers: int) -> None:
    """Write that the session takes place and its one seat is taken."""
    Session.objects.filter(pk=session_id).update(
        state=Session.State.SCHEDULED, expires_at=None, seats_taken=1, **buffers
    )
