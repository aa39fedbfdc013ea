from datetime import datetime

from django.db import transaction

from apps.availability.models import Occupancy, Session


@transaction.atomic(savepoint=False)
def extend_hold(*, session_id: int, expires_at: datetime, now: datetime) -> bool:
    """Move the end of a hold that is still alive to expires_at (UTC); tell whether it was.

    A hold that ran out is not revived here: submitting the draft takes the time again.
    """
    rows = Occupancy.objects.filter(session_id=session_id)
    if not rows.held(now).update(expires_at=expires_at):
        return False
    Session.objects.filter(pk=session_id).update(expires_at=expires_at)
    return True
