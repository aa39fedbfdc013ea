"""Everything that is due gets its turn on every look, whatever stands before it."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import OperationalError

from apps.outbox.models import OutboxItem
from apps.outbox.sweeping import each, keys_in_order, sweep
from tests.clock import NOW

pytestmark = pytest.mark.django_db


def make_items(number: int) -> list[int]:
    items = OutboxItem.objects.bulk_create(
        OutboxItem(topic="test", created_at=NOW, not_before=NOW) for _each in range(number)
    )
    return sorted(item.pk for item in items)


def test_every_key_comes_once_and_in_order_however_small_the_batches() -> None:
    keys = make_items(10)

    assert list(keys_in_order(OutboxItem.objects.order_by("-pk"), batch_size=3)) == keys
    assert list(keys_in_order(OutboxItem.objects.all(), batch_size=5)) == keys
    assert list(keys_in_order(OutboxItem.objects.none(), batch_size=3)) == []


def test_what_stays_due_stands_in_nobodys_way() -> None:
    keys, seen = make_items(450), []

    def do(key: int) -> int:
        seen.append(key)
        return 1

    assert sweep(OutboxItem.objects.all(), do) == 450
    assert seen == keys


def test_what_is_settled_on_the_way_is_left_out() -> None:
    keys, seen = make_items(6), []

    def do(key: int) -> bool:
        seen.append(key)
        OutboxItem.objects.filter(pk__in=keys[:5]).update(done_at=NOW + timedelta(seconds=1))
        return True

    assert sweep(OutboxItem.objects.filter(done_at=None), do, batch_size=2) == 3
    assert seen == [keys[0], keys[1], keys[5]]


def test_one_that_fails_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    def do(number: int) -> int:
        if number == 2:
            raise ValueError("broken")
        return number

    assert each([1, 2, 3], do) == 4
    assert "a sweep passed over 2" in caplog.text


def test_a_lock_that_does_not_come_is_passed_over_and_a_database_that_is_away_ends_it() -> None:
    turns = count()

    def busy_once(_key: int) -> int:
        if next(turns) == 1:
            raise OperationalError("lock timeout")
        return 1

    def away(_key: int) -> int:
        next(turns)
        raise OperationalError("gone")

    assert each(range(4), busy_once) == 3
    turns = count()
    with pytest.raises(OperationalError):
        each(range(10), away)
    assert next(turns) == 3
