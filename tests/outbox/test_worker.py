"""The loop: it does, retries, postpones, gives up, and is never stopped by broken work."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from apps.outbox import operations, registry
from apps.outbox.models import OutboxItem
from apps.outbox.worker import Worker

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


class Clock:
    """Time stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(clock: Clock) -> Worker:
    return Worker(clock=clock, name="one", jitter=lambda: 0.0)


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_work", {})
    monkeypatch.setattr(registry, "_periodic", {})


def enqueue(topic: str = "test.topic", count: int = 1) -> None:
    with transaction.atomic():
        operations.enqueue_many(
            operations.NewItem(topic, {"n": n}, None, NOON) for n in range(count)
        )


def register(work: Callable[[Mapping[str, Any]], object], topic: str = "test.topic") -> None:
    registry.register(topic, lambda payload, _item: _nothing(work(payload)))


def _nothing(_value: object) -> None:
    return None


def test_all_due_items_are_done_in_order(worker: Worker) -> None:
    done: list[int] = []
    register(lambda payload: done.append(payload["n"]))
    enqueue(count=45)
    assert worker.drain() == 45
    assert done == list(range(45))
    assert OutboxItem.objects.filter(done_at=NOON).count() == 45


def test_work_that_enqueues_work_is_drained_too(worker: Worker) -> None:
    done: list[str] = []
    register(lambda _payload: enqueue("test.second"))
    register(lambda _payload: done.append("second"), topic="test.second")
    enqueue()
    assert worker.drain() == 2
    assert done == ["second"]


def test_broken_work_is_retried_and_stops_nobody(worker: Worker, clock: Clock) -> None:
    done: list[int] = []

    def fail_at_first(payload: Mapping[str, Any]) -> None:
        if payload["n"] == 0 and clock.now == NOON:
            raise ConnectionError("mail server away")
        done.append(payload["n"])

    register(fail_at_first)
    enqueue(count=2)
    assert worker.drain() == 2
    assert done == [1]
    item = OutboxItem.objects.get(done_at=None)
    assert (item.attempts, item.last_error) == (1, "ConnectionError: mail server away")
    clock.now += timedelta(minutes=1)
    worker.drain()
    assert done == [1, 0]


def test_a_topic_nobody_knows_waits_for_a_newer_worker(worker: Worker) -> None:
    enqueue("test.of_the_next_version")
    worker.drain()
    item = OutboxItem.objects.get()
    assert (item.state, item.attempts) == ("OPEN", 1)
    assert "nobody does the topic test.of_the_next_version" in item.last_error


def test_work_may_give_up_or_postpone(worker: Worker) -> None:
    tomorrow = NOON + timedelta(days=1)

    def judge(payload: Mapping[str, Any]) -> None:
        raise (registry.GiveUp("no such address") if payload["n"] else registry.Postpone(tomorrow))

    register(judge)
    enqueue(count=2)
    worker.drain()
    postponed, given_up = OutboxItem.objects.order_by("pk")
    assert (postponed.state, postponed.not_before, postponed.attempts) == ("OPEN", tomorrow, 0)
    assert (given_up.state, given_up.last_error) == ("FAILED", "no such address")


def test_a_stopped_worker_gives_back_what_it_has_not_begun(worker: Worker) -> None:
    register(lambda _payload: worker.stop.set())
    enqueue(count=3)
    worker.drain()
    states = [(item.state, item.attempts) for item in OutboxItem.objects.order_by("pk")]
    assert states == [("DONE", 1), ("OPEN", 0), ("OPEN", 0)]


def test_slow_work_renews_the_leases_of_the_items_behind_it(worker: Worker, clock: Clock) -> None:
    ends: list[datetime | None] = []

    def work_slowly(_payload: Mapping[str, Any]) -> None:
        clock.now += timedelta(minutes=2)
        ends.append(OutboxItem.objects.order_by("pk").values_list("leased_until", flat=True)[1])

    register(work_slowly)
    enqueue(count=2)
    worker.drain()
    assert ends == [NOON + timedelta(minutes=3), NOON + timedelta(minutes=5)]


def test_items_lost_to_another_worker_meanwhile_are_left_alone(
    worker: Worker, clock: Clock
) -> None:
    done: list[int] = []

    def lose_the_next(payload: Mapping[str, Any]) -> None:
        done.append(payload["n"])
        clock.now += timedelta(minutes=4)
        operations.lease_due(worker="two", now=clock.now)

    register(lose_the_next)
    enqueue(count=2)
    worker.run_batch()
    assert done == [0]
    assert set(OutboxItem.objects.values_list("leased_by", flat=True)) == {"two"}


def test_periodic_work_runs_at_the_start_and_then_in_its_rhythm(
    worker: Worker, clock: Clock
) -> None:
    runs: list[datetime] = []
    registry.register_periodic("test.sweep", timedelta(minutes=1), runs.append)
    for seconds in (0, 30, 60, 90):
        clock.now = NOON + timedelta(seconds=seconds)
        worker.run_periodic()
    assert runs == [NOON, NOON + timedelta(minutes=1)]


def test_one_broken_sweep_does_not_stop_the_next(worker: Worker) -> None:
    runs: list[datetime] = []

    def break_down(_now: datetime) -> None:
        raise ZeroDivisionError

    registry.register_periodic("test.broken", timedelta(minutes=1), break_down)
    registry.register_periodic("test.sound", timedelta(minutes=1), runs.append)
    worker.run_periodic()
    assert runs == [NOON]


def test_a_topic_belongs_to_one_piece_of_work() -> None:
    register(lambda payload: payload)
    with pytest.raises(ValueError, match="registered twice"):
        register(lambda payload: payload)
    registry.register_periodic("test.sweep", timedelta(minutes=1), print)
    with pytest.raises(ValueError, match="registered twice"):
        registry.register_periodic("test.sweep", timedelta(minutes=2), print)


def test_the_command_does_one_batch_or_drains() -> None:
    register(lambda payload: payload)
    enqueue(count=5)
    OutboxItem.objects.update(not_before=timezone.now())
    out = StringIO()
    call_command("worker", "--once", "--batch", "2", stdout=out)
    assert OutboxItem.objects.exclude(done_at=None).count() == 2
    call_command("worker", "--drain", stdout=out)
    assert OutboxItem.objects.exclude(done_at=None).count() == 5
    assert out.getvalue() == "2 items\n3 items\n"
