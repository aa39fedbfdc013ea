"""kill -9 of a gunicorn worker while a browser waits for its booking (rules C9, B6)."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from threading import Thread

import pytest
from django.utils import timezone

from apps.availability.engine.zones import link_time
from apps.availability.models import Occupancy
from apps.bookings.models import Booking, BookingEvent
from apps.outbox.models import OutboxItem
from benchmarks.browser import Answer, Browser
from tests.factories import Salon, make_salon
from tests.ports import free_port

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.crash,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.detail,
]

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).with_name("gunicorn_breakpoint.py")
PATIENCE = 120
TYPED = {"name": "Carl Vogt", "email": "carl@example.com"}


class Portal:
    """A gunicorn with one worker that will stop in the middle of the first booking."""

    def __init__(self, folder: Path, database_url: str, *, moment: str) -> None:
        self.port = free_port()
        self.marker = folder / "stopped"
        self.environment = {
            **os.environ,
            "CRASH_MARKER": str(self.marker),
            "CRASH_MOMENT": moment,
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder),
            "DEBUG": "1",
            "LOG_LEVEL": "ERROR",
            "PORTAL_ORIGIN": f"http://127.0.0.1:{self.port}",
            "PORTAL_PROCESS": "web",
        }

    @contextmanager
    def running(self) -> Iterator["Portal"]:
        command = [
            *(sys.executable, "-m", "gunicorn", "bookings_portal.wsgi", "--config", str(CONFIG)),
            *("--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "2"),
            *("--log-level", "critical", "--no-control-socket"),
        ]
        with subprocess.Popen(command, cwd=ROOT, env=self.environment) as web:
            try:
                self.wait_for_answer()
                yield self
            finally:
                web.terminate()
                web.wait(PATIENCE)

    def wait_for_answer(self) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                    return
            except OSError:
                assert time.monotonic() < until, "the web server does not answer"
                time.sleep(0.05)

    def kill_the_stopped_worker(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self.marker.exists() or not self.marker.read_text():
            assert time.monotonic() < until, "no worker came to the breakpoint"
            time.sleep(0.02)
        os.kill(int(self.marker.read_text()), signal.SIGKILL)


def tap(browser: Browser, salon: Salon) -> tuple[str, Answer]:
    """Hold tomorrow at ten; return the address of the draft and its page."""
    zone = salon.business.zone
    tomorrow = timezone.now().astimezone(zone).date() + timedelta(days=1)
    ten = datetime.combine(tomorrow, datetime.min.time(), zone).replace(hour=10)
    slot = f"{link_time(zone, int(ten.timestamp()))};;"
    browser.get(f"/{salon.business.slug}/s/cut/times")
    held = browser.post(f"/{salon.business.slug}/hold", {"service": "cut", "slot": slot})
    assert held.status == 303
    page = browser.get(held.location)
    type_slowly(browser)
    return held.location, page


def type_slowly(browser: Browser) -> None:
    """Nobody types faster (apps.web.signed); meanwhile the server ends an idle connection."""
    time.sleep(2.1)
    browser.close()


def send_and_lose_the_connection(portal: Portal, browser: Browser, path: str, page: Answer) -> None:
    failures: list[Exception] = []

    def send() -> None:
        try:
            browser.post(path, {**page.hidden, **TYPED})
        except (OSError, HTTPException) as failure:
            failures.append(failure)

    waiting = Thread(target=send)
    waiting.start()
    portal.kill_the_stopped_worker()
    waiting.join(PATIENCE)
    assert len(failures) == 1
    browser.close()
    portal.wait_for_answer()


def test_a_browser_that_lost_its_booking_before_the_commit_sends_it_again_and_has_one(
    tmp_path: Path, database_url: str
) -> None:
    salon = make_salon(slug="juniper")
    with (
        Portal(tmp_path, database_url, moment="before commit").running() as portal,
        closing(Browser(portal.port)) as browser,
    ):
        path, page = tap(browser, salon)
        send_and_lose_the_connection(portal, browser, path, page)

        assert Booking.objects.get().status == Booking.Status.CREATED
        assert BookingEvent.objects.count() == OutboxItem.objects.count() == 0

        again = browser.get(path)
        assert again.status == 200
        type_slowly(browser)
        booked = browser.post(path, {**again.hidden, **TYPED})

    booking = Booking.objects.get()
    assert (booked.status, booked.location) == (303, f"/done/{booking.reference}/")
    assert (booking.status, booking.revision) == (Booking.Status.CONFIRMED, 2)
    assert BookingEvent.objects.count() == OutboxItem.objects.count() == 1
    assert Occupancy.objects.get().expires_at is None


@pytest.mark.long
def test_a_browser_that_lost_the_answer_after_the_commit_finds_its_booking(
    tmp_path: Path, database_url: str
) -> None:
    salon = make_salon(slug="juniper")
    with (
        Portal(tmp_path, database_url, moment="after commit").running() as portal,
        closing(Browser(portal.port)) as browser,
    ):
        path, page = tap(browser, salon)
        send_and_lose_the_connection(portal, browser, path, page)

        booking = Booking.objects.get()
        assert (booking.status, booking.revision) == (Booking.Status.CONFIRMED, 2)

        reloaded = browser.get(path)
        sent_again = browser.post(path, {**page.hidden, **TYPED})
        shown = browser.get(reloaded.location)

    assert (reloaded.status, sent_again.status, shown.status) == (303, 303, 200)
    assert reloaded.location == sent_again.location == f"/done/{booking.reference}/"
    assert f'data-booking-reference="{booking.reference}"' in shown.text
    assert Booking.objects.get().revision == 2
    assert BookingEvent.objects.count() == OutboxItem.objects.count() == 1
