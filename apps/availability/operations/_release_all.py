from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from apps.availability.models import Seating, Session


@transaction.atomic(savepoint=False)
def release_all_seats(*, session_ids: Collection[int], now: datetime) -> None:
    """Give back every seat of sessions that do not take place, held ones too.

    The sessions are cancelled, and so locked, in the same transaction (``cancel_sessions``).
    """
    Seating.objects.filter(session_id__in=session_ids, released_at=None).update(released_at=now)
    Session.objects.filter(pk__in=session_ids).update(seats_taken=0, seats_offered=0)
