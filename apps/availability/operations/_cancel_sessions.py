from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from apps.availability.models import Occupancy, Session
from apps.availability.operations._errors import IsDecided
from apps.availability.operations.locking import locked_resources


def cancel_sessions(
    *, session_ids: Collection[int], reason: str, unless_decided: bool = False, now: datetime
) -> list[Session]:
    """Let sessions of classes and courses not take place and give teacher and room back.

    Their seats stay counted until the bookings are cancelled, which is the caller's to do in the
    same transaction. Returns those that took place until now, locked, in order of their keys.

    The word of the team that they take place goes with them; unless_decided: a rule that came due
    does not overrule it.

    Raises:
        IsDecided: the team said meanwhile that one of them takes place.
        BusyTryAgain: the lock did not come in time.
    """
    held = Occupancy.objects.filter(session_id__in=session_ids)
    resource_ids = set(held.values_list("resource_id", flat=True))
    with locked_resources(resource_ids=resource_ids):
        rows = Session.objects.select_for_update(no_key=True).filter(
            pk__in=session_ids, state=Session.State.SCHEDULED, ends_at__gt=now
        )
        sessions = list(rows.order_by("pk"))
        if unless_decided and any(it.decided_at for it in sessions):
            raise IsDecided
        ids = [session.pk for session in sessions]
        Occupancy.objects.filter(session_id__in=ids).delete()
        Session.objects.filter(pk__in=ids).update(
            state=Session.State.CANCELED,
            canceled_reason=reason,
            decided_at=None,
            revision=F("revision") + 1,
        )
    return sessions
