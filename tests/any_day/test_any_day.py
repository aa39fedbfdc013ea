"""The whole way on whatever day the clock of the tests shows (`--today`): the demo is made, a
customer books the first time on offer, owners open their pages, the ledger balances.

`.ci/run` asks this of the evenings before both clock changes, New Year's Eve and a leap day.
"""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from icalendar import Calendar
from pytest_django import DjangoDbBlocker

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.demo.seed import seed_demo
from apps.ledger.check import find_all
from apps.outbox.worker import Worker
from tests.clock import standing_at
from tests.pages import fields_of, fill, slots_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.long]

OWNERS = {"juniper": "olga@juniper.example", "harbor": "hannah@harbor.example"}


@pytest.fixture(scope="module")
def demo(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Sequence[str]]:
    """The demo as it is made on that day, once for all tests."""
    today = request.config.getoption("today")
    with django_db_blocker.unblock(), transaction.atomic():
        with standing_at(today):
            made = seed_demo(now=today)
        yield made
        transaction.set_rollback(True)


def test_the_demo_is_made_and_balances(demo: Sequence[str]) -> None:
    assert demo == ["juniper", "harbor", "northside"]
    assert list(find_all(business_id=None, now=timezone.now())) == []


def test_every_public_page_and_every_list_of_the_owner_opens(demo: Sequence[str]) -> None:
    sam = Client()
    assert {path: sam.get(path).status_code for path in public_pages(sam)} == dict.fromkeys(
        public_pages(sam), 200
    )
    for slug, email in OWNERS.items():
        owner = Client()
        owner.force_login(
            User.objects.get(email=email), "django.contrib.auth.backends.ModelBackend"
        )
        pages = own_pages(owner, f"/own/{slug}/")

        assert len(pages) > 5
        assert {path: owner.get(path).status_code for path in pages} == dict.fromkeys(pages, 200)


def test_the_first_time_offered_is_booked_and_told_as_it_was_shown(
    demo: Sequence[str], clock: time_machine.Traveller, tmp_path: Path
) -> None:
    carl, shown = Client(), ""
    page = carl.get("/juniper/s/cut-and-finish/times")
    for _week in range(8):
        if slots_of(page):
            break
        page = carl.get("/juniper/s/cut-and-finish/times", {"date": next_day(text_of(page))})
    shown = slots_of(page)[0]
    held = carl.post("/juniper/hold", {"service": "cut-and-finish", "slot": shown})
    to_pay = fill(carl, held["Location"])
    choices = {**fields_of(carl.get(to_pay["Location"])), "way": "IN_PERSON"}
    done = carl.post(to_pay["Location"], choices)

    booking = Booking.objects.get(contact_email="carl@example.com", created_at__gte=timezone.now())
    starts_at = datetime.fromisoformat(shown.split(";")[0])
    assert (done.status_code, booking.status, booking.starts_at) == (303, "CONFIRMED", starts_at)
    clock.shift(timedelta(minutes=1))
    folder = tmp_path / "mails"
    backend = "apps.messages.eml_files.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_FILE_PATH=str(folder)):
        Worker(clock=timezone.now, jitter=lambda: 0.0).drain()
    told = [
        start_in(mail) for mail in folder.glob("*.eml") if b"carl@example.com" in mail.read_bytes()
    ]
    assert told == [starts_at.astimezone(UTC)]
    assert list(find_all(business_id=None, now=timezone.now())) == []


def next_day(text: str) -> str:
    """The first later day that the picker marks as having times."""
    days: list[str] = re.findall(r'<a class="day[^"]*"[^>]*href="[^"]*date=([0-9-]+)', text)
    return days[-1]


def start_in(mail: Path) -> datetime:
    """DTSTART of the calendar file in a mail."""
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    (part,) = (it for it in message.walk() if it.get_content_type() == "text/calendar")
    file: Any = part.get_payload(decode=True)
    start: datetime = Calendar.from_ical(file.decode()).walk("VEVENT")[0].decoded("DTSTART")
    return start


def public_pages(browser: Client) -> list[str]:
    """Home, and whatever its links lead to within the business."""
    homes = [f"/{slug}/" for slug in Business.objects.values_list("slug", flat=True)]
    return homes + [path for home in homes for path in links(browser, home, within=home)]


def own_pages(browser: Client, start: str) -> list[str]:
    return links(browser, start, within=start)


def links(browser: Client, path: str, *, within: str) -> list[str]:
    text = text_of(browser.get(path, follow=True))
    found = (html.unescape(link) for link in re.findall(r'href="(/[^"#]+)"', text))
    return sorted({link for link in found if link.startswith(within)})
