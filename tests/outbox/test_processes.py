"""Workers as real processes: killed in the middle, and several at once (rules C9, C8).

Seen to fail with the protection off: with leases that nobody respects, items got up to three lines
on both databases; with the mark before the work, the killed item was lost.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from apps.outbox import operations
from apps.outbox.models import OutboxItem

pytestmark = pytest.mark.real_time

PROGRAM = Path(__file__).with_name("outbox_worker_process.py")
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds; how long a busy machine may take, never how long it takes


def enqueue_numbers(count: int) -> None:
    now = timezone.now() - timedelta(seconds=1)
    with transaction.atomic():
        operations.enqueue_many(
            operations.NewItem("test.write", {"number": number}, None, now)
            for number in range(count)
        )


def start_worker(folder: Path, database_url: str, *options: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder), *options],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "bookings_portal.settings",
        },
    )


def lines(folder: Path) -> Counter[str]:
    return Counter(line for log in folder.glob("*.log") for line in log.read_text().split())


def wait_for_line(folder: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not lines(folder):
        assert time.monotonic() < until, "the worker never began"
        time.sleep(0.05)


def wait_for_a_try() -> None:
    """The worker is up, with its signals in hand, once it has tried an item."""
    until = time.monotonic() + PATIENCE
    while not OutboxItem.objects.filter(attempts__gte=1, leased_until=None).exists():
        assert time.monotonic() < until, "the worker never began"
        time.sleep(0.05)


@pytest.mark.crash
def test_an_item_whose_worker_was_killed_is_done_again_after_its_lease(
    tmp_path: Path, database_url: str
) -> None:
    enqueue_numbers(1)
    hanging = start_worker(tmp_path, database_url, "hang")
    wait_for_line(tmp_path)
    hanging.send_signal(signal.SIGKILL)
    hanging.wait(PATIENCE)

    early = start_worker(tmp_path, database_url)
    assert early.wait(PATIENCE) == 0
    item = OutboxItem.objects.get()
    assert (item.state, item.attempts) == ("LEASED", 1)

    OutboxItem.objects.update(leased_until=timezone.now())
    late = start_worker(tmp_path, database_url)
    assert late.wait(PATIENCE) == 0
    item.refresh_from_db()
    assert (item.state, item.attempts) == ("DONE", 2)
    assert lines(tmp_path) == {"0": 2}


@pytest.mark.race
@pytest.mark.slow
@pytest.mark.long
def test_four_workers_do_each_of_two_hundred_items_once(tmp_path: Path, database_url: str) -> None:
    enqueue_numbers(200)
    workers = [start_worker(tmp_path, database_url) for _ in range(4)]
    assert [worker.wait(PATIENCE) for worker in workers] == [0, 0, 0, 0]
    assert lines(tmp_path) == {str(number): 1 for number in range(200)}
    assert OutboxItem.objects.exclude(done_at=None).count() == 200
    assert set(OutboxItem.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.long
def test_the_command_stops_on_a_signal_and_leaves_nothing_leased(database_url: str) -> None:
    enqueue_numbers(1)  # nobody does this kind of work here: it is tried, and kept
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--poll", "0.1"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url, "PORTAL_PROCESS": "worker"},
    )
    wait_for_a_try()
    assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    assert not OutboxItem.objects.exclude(leased_until=None).exists()
