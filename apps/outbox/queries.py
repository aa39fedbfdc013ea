"""Questions about the outbox; they never write."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from apps.outbox.models import OutboxItem


@dataclass(frozen=True, slots=True)
class OutboxAge:
    """How far the worker is behind: items due, the wait of the oldest, items given up."""

    due: int
    oldest_wait: timedelta
    failed: int


def get_outbox_age(*, now: datetime) -> OutboxAge:
    """Measure how long the oldest due item has waited (zero when nothing is due)."""
    due = OutboxItem.objects.filter(done_at=None, failed_at=None, not_before__lte=now)
    oldest = due.aggregate(oldest=Min("not_before"))["oldest"]
    return OutboxAge(
        due=due.count(),
        oldest_wait=now - oldest if oldest else timedelta(0),
        failed=OutboxItem.objects.exclude(failed_at=None).count(),
    )


def find_failed(*, keys: Collection[str]) -> set[str]:
    """Return which of these keys belong to work that was given up; one query."""
    failed = OutboxItem.objects.filter(key__in=keys).exclude(failed_at=None)
    return set(failed.values_list("key", flat=True))
