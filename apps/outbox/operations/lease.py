"""Take due items for a while, so that no other worker takes them meanwhile."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from apps.outbox.backoff import MAX_ATTEMPTS
from apps.outbox.models import OutboxItem

LEASE = timedelta(minutes=3)
"""Longer than the slowest honest attempt; the work of a killed worker begins again after it."""


def _free(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=now)


def _due(now: datetime) -> QuerySet[OutboxItem]:
    open_items = OutboxItem.objects.filter(done_at=None, failed_at=None, not_before__lte=now)
    return open_items.filter(_free(now))


def lease_due(
    *, worker: str, now: datetime, limit: int = 20, lease: timedelta = LEASE
) -> list[OutboxItem]:
    """Lease up to ``limit`` due items to ``worker`` until ``now + lease``, oldest first.

    A short transaction of its own: rows are locked with SKIP LOCKED on PostgreSQL and by the one
    writer on SQLite (whose transactions are IMMEDIATE), and the lock is gone before the work
    begins. Each lease counts as an attempt, so an item that kills its worker does not do so for
    ever. Raises nothing of its own.
    """
    with transaction.atomic():
        ready = _due(now).filter(attempts__lt=MAX_ATTEMPTS).order_by("not_before", "pk")
        ids = list(ready.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        if not ids:
            return []
        _due(now).filter(pk__in=ids).update(
            leased_by=worker, leased_until=now + lease, attempts=F("attempts") + 1
        )
        leased = OutboxItem.objects.filter(pk__in=ids, leased_by=worker, leased_until=now + lease)
        return list(leased.order_by("not_before", "pk"))


def renew_lease(*, item: OutboxItem, worker: str, now: datetime, lease: timedelta = LEASE) -> bool:
    """Prolong a lease until ``now + lease``; False when somebody else has the item by now."""
    return bool(held(item, worker).update(leased_until=now + lease))


def release(*, item: OutboxItem, worker: str) -> bool:
    """Give an item back that was leased but not begun (the worker was asked to stop)."""
    return bool(
        held(item, worker).update(leased_by="", leased_until=None, attempts=F("attempts") - 1)
    )


def held(item: OutboxItem, worker: str) -> QuerySet[OutboxItem]:
    """The item, as long as this worker holds it: a late worker must not write over the next."""
    return OutboxItem.objects.filter(
        pk=item.pk, leased_by=worker, done_at=None, failed_at=None
    ).exclude(leased_until=None)
