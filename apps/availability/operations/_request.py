from django.db import transaction

from apps.availability.models import Occupancy, Session
from apps.availability.operations._claim import Claim


def request_time(*, claim: Claim) -> Session:
    """Write down a wanted time that takes nothing: several may ask for the same (rule B9), and a
    business with hold_minutes 0 keeps nothing while a draft is being filled in.
    """
    session = claim.session(state=Session.State.REQUESTED, seats_taken=0)
    session.save(force_insert=True)
    return session


@transaction.atomic(savepoint=False)
def unkeep_time(*, session_id: int) -> None:
    """Turn a session back into a mere request that takes nothing (rule B9): the undo of a
    confirmation, or a hold from before several might ask for one time."""
    Occupancy.objects.filter(session_id=session_id).delete()
    Session.objects.filter(pk=session_id).update(
        state=Session.State.REQUESTED, seats_taken=0, expires_at=None
    )
