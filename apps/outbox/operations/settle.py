"""What becomes of a leased item: done, tried again later, postponed, or given up."""

from datetime import datetime, timedelta

from apps.outbox.backoff import MAX_ATTEMPTS, wait_after
from apps.outbox.models import OutboxItem
from apps.outbox.operations.lease import held

MAX_ERROR = 500


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
