from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from apps.availability.models import Occupancy, Session
from apps.availability.operations._door import open_door


def cancel_sessions(*, session_ids: Collection[int], reason: str, now: datetime) -> list[Session]:
    """Let sessions of classes and courses not take place and give teacher and room back.

    Their seats stay counted until the bookings are cancelled, which is the caller's to do in the
    same transaction. Returns those that took place until now, locked, in order of their keys.
    """
    held = Occupancy.objects.filter(session_id__in=session_ids)
    resource_ids = set(held.values_list("resource_id", flat=True))
    with open_door(resource_ids=resource_ids):
        rows = Session.objects.select_for_update(no_key=True).filter(
            pk__in=session_ids, state=Session.State.SCHEDULED, ends_at__gt=now
        )
        sessions = list(rows.order_by("pk"))
        ids = [session.pk for session in sessions]
        Occupancy.objects.filter(session_id__in=ids).delete()
        Session.objects.filter(pk__in=ids).update(
            state=Session.State.CANCELED, canceled_reason=reason, revision=F("revision") + 1
        )
    return sessions
