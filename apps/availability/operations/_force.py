from datetime import datetime

from apps.availability.operations._claim import Claim
from apps.availability.operations._errors import SlotTaken
from apps.availability.operations._keep import keep_under_lock, take_anew
from apps.availability.operations._override import leave_out_of_the_guard
from apps.availability.operations.locking import locked_resources


def force_time(*, session_id: int, claim: Claim, now: datetime) -> bool:
    """Keep a session's time although something is in the way; tell whether anything was.

    Nothing is overridden that need not be: a time that fits is kept like any other, and of one
    that does not, only the resources that are taken are stored outside the constraint. Who may do
    this, and why, is written on the booking by the caller. Later looks see the rows all the same.

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=claim.resource_ids):
        try:
            keep_under_lock(session_id=session_id, claim=claim, now=now)
        except SlotTaken:
            rows = claim.occupancies(session_id, expires_at=None)
            leave_out_of_the_guard(rows, own_session_id=session_id)
            take_anew(session_id, claim, rows)
            return True
    return False
