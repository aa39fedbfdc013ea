from apps.availability.models import Occupancy
from apps.availability.operations._claim import Claim
from apps.availability.operations._door import open_door
from apps.availability.operations._keep import make_firm


def force_time(*, session_id: int, claim: Claim) -> None:
    """Keep a session's time although something is in the way (design.md section 4, law 6).

    Its occupancies are stored with enforced = false; who may do this, and why, is written on
    the booking by the caller. Later looks see the rows all the same.

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with open_door(resource_ids=claim.resource_ids):
        Occupancy.objects.filter(session_id=session_id).delete()
        rows = claim.occupancies(session_id, expires_at=None, enforced=False)
        Occupancy.objects.bulk_create(rows)
        make_firm(session_id)
