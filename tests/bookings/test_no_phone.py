"""A business without a telephone asks nobody to call: it is written to, or nothing is said
(rule W10)."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.bookings.wording import call_instead
from apps.businesses.models import Business
from apps.businesses.pages import and_reach, or_reach
from tests.factories import NOW, Salon, make_booking
from tests.pages import fill, hold, text_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
WAYS = ("PHONE", "MAIL", "")
HOW = {"PHONE": " Please call 030 555 0142.", "MAIL": " Please write to hello@juniper.example."}
OR = {"PHONE": " Or call 030 555 0142.", "MAIL": " Or write to hello@juniper.example."}


def reached_by(business: Business, way: str) -> Business:
    """The business with a telephone and an address, an address alone, or neither."""
    business.phone = "030 555 0142" if way == "PHONE" else ""
    business.email = "hello@juniper.example" if way else ""
    business.save()
    return business


def words_of(page: Any) -> str:
    """The text of the page without its frame, as somebody reads it."""
    main = text_of(page).partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.mark.parametrize("way", WAYS)
def test_what_cannot_be_done_here_names_what_there_is(salon: Salon, way: str) -> None:
    business = reached_by(salon.business, way)

    assert and_reach("Closed.", business) == f"Closed.{HOW.get(way, '')}"
    assert or_reach("Wait.", business) == f"Wait.{OR.get(way, '')}"


@pytest.mark.parametrize("way", WAYS)
def test_whoever_is_blocked_is_not_asked_to_call_nobody(salon: Salon, way: str) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 11), now=NOW)
    booking.business = reached_by(salon.business, way)

    assert call_instead(booking) == f"This cannot be booked online.{HOW.get(way, '')}"


@pytest.mark.parametrize("way", WAYS)
def test_an_address_is_corrected_once(client: Client, salon: Salon, way: str) -> None:
    fill(client, hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone)))
    booking = Booking.objects.get()
    reached_by(salon.business, way)
    path = f"/done/{booking.reference}/address"
    assert client.post(path, {"email": "one@example.com"}).status_code == 303

    again = client.post(path, {"email": "two@example.com"})

    assert again.status_code == 409
    assert f"The address was corrected before.{HOW.get(way, '')} " in words_of(again) + " "


@pytest.mark.parametrize("way", WAYS)
def test_where_nothing_is_booked_online(client: Client, salon: Salon, way: str) -> None:
    reached_by(salon.business, way)
    Business.objects.update(state="PAUSED")

    page = words_of(client.get("/juniper/"))

    assert f"Online booking is paused.{HOW.get(way, '')} " in page
    assert ("call" in page, "write to" in page) == (way == "PHONE", way == "MAIL")


@pytest.mark.parametrize("way", WAYS)
def test_a_service_that_is_not_booked_online(client: Client, salon: Salon, way: str) -> None:
    reached_by(salon.business, way)
    salon.cut.bookable_online = False
    salon.cut.save()

    page = words_of(client.get(f"/juniper/s/{salon.cut.slug}/"))

    assert HOW.get(way, " ").strip() in page
    assert ("call" in page, "write to" in page) == (way == "PHONE", way == "MAIL")


@pytest.mark.parametrize("way", WAYS)
def test_whoever_finds_no_mail(client: Client, salon: Salon, way: str) -> None:
    reached_by(salon.business, way)

    page = words_of(client.get("/juniper/find/sent/"))

    assert f"Nothing there? Check your spam folder.{OR.get(way, '')} Back to" in page


def test_no_sentence_asks_to_call_without_a_number() -> None:
    """Whoever writes one more goes through ``reaching``, or stands behind the question whether
    there is a number."""
    files = [*(ROOT / "apps").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    asks = re.compile(r"(?i)\b(?<!just )(?:call|phone|ring) us\b(?! on \{\{)")

    found = [str(it.relative_to(ROOT)) for it in files if asks.search(it.read_text("utf-8"))]

    assert found == []
