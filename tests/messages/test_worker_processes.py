"""Real workers, a real mail server, SIGKILL: nothing lost, nothing twice (rule C9).

Seen to fail with the protection off: with leases that nobody respects, the server got mails twice.
"""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from apps.messages.models import Message
from apps.outbox.models import OutboxItem
from tests.factories import make_booking, make_salon
from tests.messages.mail_server import MailServer, serving

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds; how long a busy machine may take, never how long it takes

pytestmark = [pytest.mark.real_time, pytest.mark.crash, pytest.mark.slow]


def book(count: int) -> None:
    """``count`` bookings by as many people, by the real clock because workers have no other."""
    salon = make_salon(slug="juniper")
    now = timezone.now()
    nine = now.astimezone(salon.business.zone).replace(hour=9, minute=0, second=0, microsecond=0)
    for number in range(count):
        make_booking(
            service=salon.cut,
            starts_at=nine + timedelta(days=2 + number // 4, hours=2 * (number % 4)),
            now=now,
            email=f"carl{number}@example.com",
        )


def start_worker(database_url: str, server: MailServer, *options: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", *options],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url, "EMAIL_URL": server.url},
    )


def wait_until_everything_is_done() -> None:
    until = time.monotonic() + PATIENCE
    while OutboxItem.objects.filter(done_at=None).exists():
        assert time.monotonic() < until, list(OutboxItem.objects.filter(done_at=None).values())
        time.sleep(0.1)


@pytest.mark.long
def test_two_workers_send_every_mail_once(database_url: str) -> None:
    book(10)
    with serving(MailServer()) as server:
        workers = [start_worker(database_url, server, "--poll", "0.2") for _ in range(2)]
        try:
            wait_until_everything_is_done()
        finally:
            for worker in workers:
                worker.send_signal(signal.SIGTERM)
        assert [worker.wait(PATIENCE) for worker in workers] == [0, 0]
    ids = [mail["Message-ID"] for mail in server.accepted]
    assert len(ids) == 20
    assert len(set(ids)) == 20
    assert Message.objects.filter(status="SENT").count() == 20


def test_a_worker_killed_while_it_sends_loses_no_mail(database_url: str) -> None:
    book(1)
    with serving(MailServer(hang=60)) as server:
        killed = start_worker(database_url, server, "--lease", "3")
        until = time.monotonic() + PATIENCE
        while not OutboxItem.objects.filter(topic="mail.send", attempts=1).exists():
            assert time.monotonic() < until, "the worker never began"
            time.sleep(0.05)
        time.sleep(1)
        killed.send_signal(signal.SIGKILL)
        killed.wait(PATIENCE)
        assert Message.objects.filter(status="SENT").count() == 0
        server.hang = 0.0
        next_one = start_worker(database_url, server, "--poll", "0.2")
        try:
            wait_until_everything_is_done()
        finally:
            next_one.send_signal(signal.SIGTERM)
        assert next_one.wait(PATIENCE) == 0
    assert sorted(address for (address,) in server.recipients) == [
        "carl0@example.com",
        "hello@juniper.example",
    ]
    assert Message.objects.filter(status="SENT").count() == 2
