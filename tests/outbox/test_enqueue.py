"""Writing work down, once, with the facts; and taking it back in time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.outbox import operations
from apps.outbox.models import OutboxItem

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def enqueue(*, key: str = "", delay: timedelta = timedelta(0)) -> OutboxItem:
    return operations.enqueue(
        topic="test.topic", payload={"booking_id": 7}, business_id=3, now=NOON, delay=delay, key=key
    )


@pytest.mark.django_db
def test_an_item_keeps_what_it_was_told() -> None:
    enqueue(key="booking:7:1", delay=timedelta(seconds=10))
    item = OutboxItem.objects.get()
    assert (item.topic, item.payload, item.business_id) == ("test.topic", {"booking_id": 7}, 3)
    assert item.not_before == NOON + timedelta(seconds=10)
    assert item.state == "OPEN"


@pytest.mark.django_db
def test_the_same_key_twice_is_one_item() -> None:
    enqueue(key="booking:7:1")
    enqueue(key="booking:7:1")
    assert OutboxItem.objects.count() == 1


@pytest.mark.django_db
def test_items_without_a_key_do_not_know_each_other() -> None:
    enqueue()
    enqueue()
    assert OutboxItem.objects.count() == 2


@pytest.mark.django_db
def test_several_items_cost_one_statement() -> None:
    items = [operations.NewItem("test.topic", {}, None, NOON, key=f"k{n}") for n in range(5)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        operations.enqueue_many(items)
    assert len(queries) == 1
    assert OutboxItem.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_work_outside_a_transaction_is_refused() -> None:
    with pytest.raises(operations.OutsideTransaction):
        enqueue()
    assert OutboxItem.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_work_goes_with_the_transaction_that_is_rolled_back() -> None:
    with transaction.atomic():
        enqueue(key="booking:7:1")
        transaction.set_rollback(True)
    assert OutboxItem.objects.count() == 0


@pytest.mark.django_db
def test_an_item_nobody_has_begun_can_be_withdrawn() -> None:
    enqueue(key="booking:7:1")
    enqueue(key="booking:7:2")
    assert operations.withdraw(keys=["booking:7:1", "booking:9:9", ""]) == 1
    assert list(OutboxItem.objects.values_list("key", flat=True)) == ["booking:7:2"]


@pytest.mark.django_db
def test_an_item_under_way_or_done_can_not_be_withdrawn() -> None:
    enqueue(key="booking:7:1")
    (item,) = operations.lease_due(worker="one", now=NOON)
    assert operations.withdraw(keys=["booking:7:1"]) == 0
    operations.mark_done(item=item, worker="one", now=NOON)
    assert operations.withdraw(keys=["booking:7:1"]) == 0
    assert OutboxItem.objects.get().state == "DONE"
