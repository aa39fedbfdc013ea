"""Write work down in the caller's transaction, or take it back before it has begun."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from apps.outbox.models import OutboxItem


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
