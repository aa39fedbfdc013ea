"""Work is written down in the caller's transaction, or taken back before it has begun; what is due
is leased, so that no other worker takes it meanwhile; what becomes of it: done, tried again later,
postponed, or given up; and what an operator does by hand in the admin."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from apps.outbox.backoff import MAX_ATTEMPTS, wait_after
from apps.outbox.models import OutboxItem

LEASE = timedelta(minutes=3)
"""Longer than the slowest honest attempt; the work of a killed worker begins again after it."""
MAX_ERROR = 500


class OutsideTransaction(RuntimeError):
    """Work was written outside a transaction: a crash could keep the fact and lose the work."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """One piece of work to write: see ``enqueue`` for the meaning of each field."""

    topic: str
    payload: dict[str, Any]
    business_id: int | None
    now: datetime
    delay: timedelta = field(default=timedelta(0))
    key: str = ""


def enqueue(
    *,
    topic: str,
    payload: dict[str, Any],
    business_id: int | None,
    now: datetime,
    delay: timedelta = timedelta(0),
    key: str = "",
) -> OutboxItem:
    """Write one item in the caller's transaction, to be done not before ``now + delay``.

    ``payload`` holds plain JSON (ids, no contact data). A ``key`` that is there already makes the
    call a no-op: one submit, one mail, however often it is sent (rule B6). With a key the returned
    item has no primary key, because it costs one statement only; ``withdraw`` takes keys.

    Raises:
        OutsideTransaction: there is no open transaction (rule C8).
    """
    item = NewItem(topic, payload, business_id, now, delay, key)
    return enqueue_many([item])[0]


def enqueue_many(items: Iterable[NewItem]) -> list[OutboxItem]:
    """Write several items with one statement; rules and errors as in ``enqueue``."""
    if not connection.in_atomic_block:
        raise OutsideTransaction("outbox items belong to the transaction that causes them")
    rows = [
        OutboxItem(
            topic=item.topic,
            payload=item.payload,
            business_id=item.business_id,
            key=item.key,
            created_at=item.now,
            not_before=item.now + item.delay,
        )
        for item in items
    ]
    return OutboxItem.objects.bulk_create(rows, ignore_conflicts=any(row.key for row in rows))


def withdraw(*, keys: Iterable[str]) -> int:
    """Delete the items with these keys that nobody has leased yet; return how many there were.

    This is the owner's undo: 0 means that it is too late and the work is under way.
    A worker that leases at the same moment wins or loses as a whole: it locks the row first.
    """
    untouched = OutboxItem.objects.filter(
        key__in=[key for key in keys if key],
        attempts=0,
        leased_until=None,
        done_at=None,
        failed_at=None,
    )
    return untouched.delete()[0]


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


def mark_done(*, item: OutboxItem, worker: str, now: datetime) -> bool:
    """Settle an item for good; False when the lease had ended and another worker has it."""
    return bool(
        held(item, worker).update(done_at=now, leased_until=None, leased_by="", last_error="")
    )


def retry_later(*, item: OutboxItem, worker: str, error: str, now: datetime, jitter: float) -> bool:
    """Put an item back for a later attempt, or mark it as failed after the last one.

    ``jitter`` is drawn by the caller, from 0 up to 1 (see ``backoff.wait_after``). Returns False
    when the lease had ended and another worker has the item.
    """
    if item.attempts >= MAX_ATTEMPTS:
        return give_up(item=item, worker=worker, error=error, now=now)
    wait = wait_after(attempts=item.attempts, jitter=jitter)
    return bool(
        held(item, worker).update(
            not_before=now + wait, leased_until=None, leased_by="", last_error=error[:MAX_ERROR]
        )
    )


def postpone(*, item: OutboxItem, worker: str, until: datetime) -> bool:
    """Put an item back until a given instant without counting the attempt."""
    return bool(
        held(item, worker).update(
            not_before=until, leased_until=None, leased_by="", attempts=item.attempts - 1
        )
    )


def give_up(*, item: OutboxItem, worker: str, error: str, now: datetime) -> bool:
    """Mark a leased item as failed: it stays, and waits for a person in the admin."""
    return bool(
        held(item, worker).update(
            failed_at=now, leased_until=None, leased_by="", last_error=error[:MAX_ERROR]
        )
    )


def give_up_on_killers(*, now: datetime) -> int:
    """Mark items as failed whose last allowed attempt ended with the death of the worker."""
    return OutboxItem.objects.filter(
        done_at=None, failed_at=None, attempts__gte=MAX_ATTEMPTS, leased_until__lte=now
    ).update(
        failed_at=now,
        leased_until=None,
        leased_by="",
        last_error="the worker died at this item each time",
    )


def forget_done(*, now: datetime, keep: timedelta = timedelta(days=30), limit: int = 5000) -> int:
    """Delete items done longer than ``keep`` ago, at most ``limit`` per call; return how many."""
    old = OutboxItem.objects.filter(done_at__lt=now - keep).order_by("done_at")
    ids = list(old.values_list("pk", flat=True)[:limit])
    return OutboxItem.objects.filter(pk__in=ids).delete()[0]


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


def forget_address(*, business_id: int, email: str) -> int:
    """Forget an address (lower case) that is erased: items of this business that were written with
    it go, and where a mail server repeated it that is emptied; return how many went."""
    of = OutboxItem.objects.filter(business_id=business_id)
    of.filter(last_error__icontains=email).update(last_error="")
    return of.filter(payload__email=email).delete()[0]
