"""Leases: who may do an item, for how long, and what a late worker may not do."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from apps.outbox import backoff, operations
from apps.outbox.models import OutboxItem

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


def enqueue(count: int = 1, *, delay: timedelta = timedelta(0)) -> None:
    with transaction.atomic():
        operations.enqueue_many(
            operations.NewItem("test.topic", {"n": n}, None, NOON, delay=delay)
            for n in range(count)
        )


def lease_one(worker: str, now: datetime = NOON) -> OutboxItem:
    (item,) = operations.lease_due(worker=worker, now=now, lease=MINUTE)
    return item


def test_two_workers_never_hold_one_item() -> None:
    enqueue(3)
    first = operations.lease_due(worker="one", now=NOON, limit=2)
    second = operations.lease_due(worker="two", now=NOON, limit=2)
    assert [item.payload["n"] for item in first] == [0, 1]
    assert [item.payload["n"] for item in second] == [2]
    assert operations.lease_due(worker="three", now=NOON) == []


def test_an_item_is_not_leased_before_its_time() -> None:
    enqueue(delay=timedelta(seconds=10))
    assert operations.lease_due(worker="one", now=NOON + timedelta(seconds=9)) == []
    assert lease_one("one", NOON + timedelta(seconds=10)).attempts == 1


def test_a_lease_ends_exactly_at_its_end() -> None:
    enqueue()
    lease_one("one")
    assert operations.lease_due(worker="two", now=NOON + MINUTE - timedelta(seconds=1)) == []
    assert lease_one("two", NOON + MINUTE).attempts == 2


def test_a_worker_that_is_too_late_changes_nothing() -> None:
    enqueue()
    late = lease_one("one")
    lease_one("two", NOON + MINUTE)
    assert not operations.mark_done(item=late, worker="one", now=NOON)
    assert not operations.retry_later(item=late, worker="one", error="x", now=NOON, jitter=0)
    assert not operations.give_up(item=late, worker="one", error="x", now=NOON)
    assert not operations.postpone(item=late, worker="one", until=NOON)
    assert not operations.renew_lease(item=late, worker="one", now=NOON)
    assert not operations.release(item=late, worker="one")
    row = OutboxItem.objects.get()
    assert (row.state, row.leased_by) == ("LEASED", "two")


def test_a_done_item_is_never_leased_again() -> None:
    enqueue()
    operations.mark_done(item=lease_one("one"), worker="one", now=NOON)
    assert operations.lease_due(worker="two", now=NOON + timedelta(days=1)) == []
    assert OutboxItem.objects.get().done_at == NOON


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 60)])
def test_the_pause_grows_from_one_minute_to_an_hour(attempt: int, minutes: int) -> None:
    assert backoff.wait_after(attempts=attempt, jitter=0) == timedelta(minutes=minutes)
    assert backoff.wait_after(attempts=attempt, jitter=0.5) == timedelta(minutes=minutes) * 1.1


@pytest.mark.parametrize(("attempts", "jitter"), [(0, 0.0), (1, 1.0), (1, -0.1)])
def test_a_pause_without_an_attempt_or_with_foreign_jitter_is_refused(
    attempts: int, jitter: float
) -> None:
    with pytest.raises(ValueError, match="wait_after"):
        backoff.wait_after(attempts=attempts, jitter=jitter)


def test_a_failed_attempt_is_due_again_after_the_pause_with_its_error() -> None:
    enqueue()
    operations.retry_later(item=lease_one("one"), worker="one", error="away", now=NOON, jitter=0.5)
    row = OutboxItem.objects.get()
    assert (row.state, row.last_error) == ("OPEN", "away")
    assert row.not_before == NOON + timedelta(seconds=66)


def test_after_the_last_attempt_the_item_waits_for_a_person() -> None:
    enqueue()
    OutboxItem.objects.update(attempts=backoff.MAX_ATTEMPTS - 1)
    operations.retry_later(item=lease_one("one"), worker="one", error="away", now=NOON, jitter=0)
    row = OutboxItem.objects.get()
    assert (row.state, row.failed_at, row.last_error) == ("FAILED", NOON, "away")


def test_an_item_that_kills_every_worker_is_given_up() -> None:
    enqueue()
    OutboxItem.objects.update(attempts=backoff.MAX_ATTEMPTS - 1)
    lease_one("one")
    later = NOON + MINUTE
    assert operations.lease_due(worker="two", now=later) == []
    assert operations.give_up_on_killers(now=later) == 1
    assert OutboxItem.objects.get().state == "FAILED"


def test_a_postponed_item_does_not_lose_an_attempt() -> None:
    enqueue()
    until = NOON + timedelta(hours=1)
    operations.postpone(item=lease_one("one"), worker="one", until=until)
    row = OutboxItem.objects.get()
    assert (row.attempts, row.not_before, row.last_error) == (0, until, "")


def test_done_items_are_forgotten_after_a_month_and_open_ones_never() -> None:
    enqueue(2)
    operations.mark_done(item=lease_done(), worker="one", now=NOON)
    assert operations.forget_done(now=NOON + timedelta(days=30)) == 0
    assert operations.forget_done(now=NOON + timedelta(days=31)) == 1
    assert OutboxItem.objects.get().state == "OPEN"


def lease_done() -> OutboxItem:
    return operations.lease_due(worker="one", now=NOON, limit=1)[0]


def test_an_operator_can_cancel_and_bring_back() -> None:
    enqueue()
    item = OutboxItem.objects.get()
    assert operations.cancel(item_ids=[item.pk], by="olga", now=NOON) == 1
    item.refresh_from_db()
    assert (item.state, item.last_error) == ("FAILED", "cancelled by olga")
    assert operations.retry_now(item_ids=[item.pk], now=NOON) == 1
    assert lease_one("one").attempts == 1
    assert operations.retry_now(item_ids=[item.pk], now=NOON) == 0
    assert operations.cancel(item_ids=[item.pk], by="olga", now=NOON) == 0
