from datetime import datetime

from django.db import transaction

from apps.availability.models import Occupancy

BATCH = 1000


@transaction.atomic
def sweep_expired_holds(*, now: datetime) -> int:
    """Delete occupancies of holds that ran out before now (UTC), a batch at most; return how many.

    Tidiness only: readers ignore them and writers delete them anyway (rule C5). Rows that a writer
    is deleting at this moment are skipped, so that the two never wait for each other in a ring.
    """
    lapsed = Occupancy.objects.lapsed(now)
    rows = lapsed.select_for_update(skip_locked=True).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:BATCH])
    deleted, _by_model = lapsed.filter(pk__in=ids).delete()
    return deleted
