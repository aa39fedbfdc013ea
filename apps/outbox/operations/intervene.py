"""What an operator does by hand in the admin."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from apps.outbox.models import OutboxItem


def retry_now(*, item_ids: Iterable[int], now: datetime) -> int:
    """Make open and failed items due at once, with all attempts before them; return how many.

    Items that are done or that a worker is doing at this moment stay as they are.
    """
    idle = Q(leased_until=None) | Q(leased_until__lte=now)
    return OutboxItem.objects.filter(idle, pk__in=item_ids, done_at=None).update(
        failed_at=None, attempts=0, not_before=now, leased_until=None, leased_by=""
    )


def cancel(*, item_ids: Iterable[int], by: str, now: datetime) -> int:
    """Mark open items as failed so that nobody does them; return how many there were.

    ``by`` names the operator and is kept as the reason. Nothing is deleted: ``retry_now`` brings
    an item back.
    """
    idle = Q(leased_until=None) | Q(leased_until__lte=now)
    return OutboxItem.objects.filter(idle, pk__in=item_ids, done_at=None, failed_at=None).update(
        failed_at=now,
        leased_until=None,
        leased_by="",
        last_error=f"cancelled by {by}"[:500],
    )
