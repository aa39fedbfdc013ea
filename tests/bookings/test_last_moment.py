"""Until when cancelling is free, at that moment, a second before and after, on every page and mail
that names it: never as open once it is over, and never as over while it is open."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings.models import Booking
from apps.bookings.policy import Policy
from apps.bookings.wording import cancel_by_words
from apps.businesses.models import Business
from apps.messages.notes import may_still_cancel
from apps.messages.queries import get_booking_facts
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.pages import fill, hold, text_of

pytestmark = pytest.mark.usefixtures("at_now")

DAY = timedelta(days=1)
SECONDS = pytest.mark.parametrize("seconds", [-1, 0, 1], ids=["before", "at", "after"])
SALON = Business(phone="030 555 0142", locale="en-GB")
LENGTHS = pytest.mark.parametrize("minutes", [24 * 60, 0], ids=["a day before", "until it begins"])


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon(slug="juniper")


def words_of(page: object) -> str:
    return " ".join(strip_tags(text_of(page)).split())


@SECONDS
@LENGTHS
def test_the_words_before_booking(seconds: int, minutes: int) -> None:
    starts_at = NOW + 2 * DAY
    now = starts_at - timedelta(minutes=minutes, seconds=-seconds)
    policy = Policy.from_snapshot({"cancel_allowed": True, "cancel_until_minutes": minutes})

    words = cancel_by_words(
        policy,
        starts_at=starts_at,
        now=now,
        zone=ZoneInfo("Europe/Berlin"),
        business=SALON,
        kind="APPOINTMENT",
    )

    until = {1440: "Wed 25 Nov, 10:42", 0: "Thu 26 Nov, 10:42"}[minutes]
    is_open = seconds < 0 or (seconds == 0 and minutes > 0)
    late = {
        1440: "This starts in less than 24 hours, so it cannot be cancelled free of charge.",
        0: "This has already started, so it cannot be cancelled free of charge.",
    }[minutes]
    assert strip_tags(words) == (f"Free cancellation until {until}." if is_open else late)


@SECONDS
@LENGTHS
def test_the_team_s_page_and_the_mail(
    client: Client, salon: Salon, seconds: int, minutes: int
) -> None:
    salon.policy.cancel_until_minutes = minutes
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    is_open = seconds < 0 or (seconds == 0 and minutes > 0)

    now = booking.starts_at - timedelta(minutes=minutes, seconds=-seconds)
    with time_machine.travel(now, tick=False):
        client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
        page = words_of(client.get(f"/own/juniper/bookings/{booking.reference}/"))
    facts = get_booking_facts(booking_id=booking.pk)

    until = {1440: "Wed 25 Nov, 10:00", 0: "Thu 26 Nov, 10:00"}[minutes]
    said = re.findall(r"The customer c(?:an|ould) cancel free of charge until [^.]*\.", page)
    how = (
        "can cancel free of charge until {}."
        if is_open
        else "could cancel free of charge until {}."
    )
    assert said == [f"The customer {how.format(until)}"]
    assert may_still_cancel(facts, now) is is_open


@SECONDS
def test_the_page_that_says_booked(client: Client, salon: Salon, seconds: int) -> None:
    """Booked 24 hours and a minute ahead: the last moment comes while the page is open."""
    start = salon.at(25, 10, 45).astimezone(salon.business.zone)
    address = hold(client, salon.cut, start)
    done = fill(client, address, {"name": "Eva", "email": "eva@example.com"})["Location"]

    with time_machine.travel(start - DAY + timedelta(seconds=seconds), tick=False):
        page = words_of(client.get(done))

    assert Booking.objects.get().status == "CONFIRMED"
    assert page.count("Free cancellation until then.") == (1 if seconds <= 0 else 0)
