"""The same races as browsers see them: a page for everybody, and never a 500 (rule B6)."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from apps.bookings.models import Booking
from apps.outbox.models import OutboxItem
from benchmarks.browser import Answer, Browser
from tests.factories import Salon, make_salon

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.real_time,
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
]

CLIENTS = 40
DETAILS = {"name": "Carl Vogt", "email": "carl@example.com"}


@pytest.fixture
def salon() -> Iterator[Salon]:
    with override_settings(RATE_LIMIT_SCALE=1000):
        yield make_salon(slug="juniper")


@pytest.fixture
def new_browser(live_server: LiveServer) -> Iterator[Callable[[], Browser]]:
    opened: list[Browser] = []

    def new() -> Browser:
        opened.append(Browser(urlsplit(live_server.url).port or 0))
        return opened[-1]

    yield new
    for browser in opened:
        browser.close()


def slot_of(salon: Salon, *, days: int) -> str:
    """Ana, at ten some days from today, as the button of the page says it."""
    on = timezone.now().astimezone(salon.business.zone) + timedelta(days=days)
    at = on.replace(hour=10, minute=0, second=0, microsecond=0)
    return f"{at.isoformat(timespec='minutes')};{salon.ana.resource_id};"


def all_at_once(browsers: list[Browser], path: str, fields: dict[str, str]) -> list[Answer]:
    with ThreadPoolExecutor(max_workers=len(browsers)) as pool:
        return list(pool.map(lambda browser: browser.post(path, fields), browsers))


@pytest.mark.long
def test_one_of_forty_taps_holds_the_time_and_the_others_get_their_409(
    salon: Salon, new_browser: Callable[[], Browser]
) -> None:
    browsers = [new_browser() for _ in range(CLIENTS)]
    for browser in browsers:
        browser.get("/juniper/s/cut/times")

    for days in range(2, 7):
        tap = {"service": "cut", "slot": slot_of(salon, days=days)}
        answers = all_at_once(browsers, "/juniper/hold", tap)

        assert Counter(answer.status for answer in answers) == {303: 1, 409: CLIENTS - 1}
        lost = next(answer for answer in answers if answer.status == 409)
        assert "10:00 has just been taken." in lost.text
        for browser in browsers:
            browser.forget_visit()

    call_command("check_ledger")


def test_one_draft_sent_twenty_times_and_again_after_back_is_one_booking(
    salon: Salon, new_browser: Callable[[], Browser]
) -> None:
    carl = new_browser()
    carl.get("/juniper/s/cut/times")
    held = carl.post("/juniper/hold", {"service": "cut", "slot": slot_of(salon, days=3)})
    details = {**carl.get(held.location).hidden, **DETAILS}
    twins = [new_browser() for _ in range(20)]
    for twin in twins:
        twin.cookies, twin.token = dict(carl.cookies), carl.token

    answers = all_too_slow_for_a_robot(twins, held.location, details)
    again = carl.post(held.location, details)

    booking = Booking.objects.get()
    assert {(answer.status, answer.location) for answer in [*answers, again]} == {
        (303, f"/done/{booking.reference}/")
    }
    assert (booking.status, booking.revision) == (Booking.Status.CONFIRMED, 2)
    assert OutboxItem.objects.count() == 1
    call_command("check_ledger")


def all_too_slow_for_a_robot(
    browsers: list[Browser], path: str, fields: dict[str, str]
) -> list[Answer]:
    """The form takes nothing within two seconds: no person types so fast."""
    time.sleep(2.1)
    return all_at_once(browsers, path, fields)
