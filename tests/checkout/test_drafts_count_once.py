"""A draft on its way to the page to pay on counts once, however often its details are sent."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Booking
from tests.factories import Salon
from tests.pages import fill, hold

pytestmark = pytest.mark.django_db
CARL = {"name": "Carl Vogt", "email": "carl@example.com"}


def details_of(browser: Client, salon: Salon, *, hour: int, day: int = 26) -> str:
    at = salon.at(day, hour).astimezone(salon.business.zone)
    return hold(browser, salon.colour, at)


def test_going_back_to_correct_the_details_costs_nothing(
    client: Client, asking: Salon, at_now: datetime
) -> None:
    address = details_of(client, asking, hour=10)

    answers = [fill(client, address, {**CARL, "note": f"Note {n}"}) for n in range(8)]

    assert [answer.status_code for answer in answers] == [303] * 8
    assert {answer["Location"] for answer in answers} == {f"{address}pay"}
    assert Booking.objects.get().status == Booking.Status.CREATED


def test_other_people_on_the_same_draft_are_counted(
    client: Client, asking: Salon, at_now: datetime
) -> None:
    address = details_of(client, asking, hour=10)

    codes = [
        fill(client, address, {**CARL, "email": f"{name}@example.com"}).status_code
        for _round in range(6)
        for name in ("carl", "eva")
    ]

    assert codes == [303] * 10 + [429, 303]  # the last of them is Eva, who was counted


def test_each_draft_of_an_address_counts(asking: Salon, at_now: datetime) -> None:
    codes: list[Any] = []
    for number in range(6):
        browser = Client(REMOTE_ADDR=f"10.1.{number}.7")
        address = details_of(browser, asking, day=25 + number // 3, hour=9 + number % 3 * 3)
        codes.append(fill(browser, address, CARL).status_code)

    assert codes == [303] * 5 + [429]
