"""The number of steps that the first page tells is the number that the others tell."""

import re
from typing import Any

import pytest
from django.test import Client

from apps.catalog.models import Service
from apps.checkout.models import Coupon
from tests.factories import NOW, Salon
from tests.pages import fill, hold, text_of, times_url

pytestmark = pytest.mark.django_db


def told(page: Any) -> list[str]:
    return re.findall(r"Step \d of \d", text_of(page))


def walk(client: Client, salon: Salon) -> list[str]:
    """What every page of a booking says about its step."""
    steps = told(client.get(times_url(salon.cut), {"date": "2026-11-26"}))
    address = hold(client, salon.cut, salon.at(26, 10, 15).astimezone(salon.business.zone))
    steps += told(client.get(address))
    after = fill(client, address)["Location"]
    return steps + told(client.get(after))


def make_code(salon: Salon) -> None:
    Coupon.objects.create(
        business=salon.business, code="TEN", kind="PERCENT", value=1000, starts_at=NOW
    )


def test_where_nothing_is_paid_on_the_way_there_are_two(client: Client, salon: Salon) -> None:
    assert walk(client, salon) == ["Step 1 of 2", "Step 2 of 2"]


def test_what_is_free_has_two_although_codes_are_around(client: Client, salon: Salon) -> None:
    salon.cut.price_kind = Service.PriceKind.FREE
    salon.cut.save()
    make_code(salon)

    assert walk(client, salon) == ["Step 1 of 2", "Step 2 of 2"]


@pytest.mark.parametrize("why", ["online", "code"])
def test_where_it_is_paid_there_are_three_from_the_first(
    client: Client, salon: Salon, why: str
) -> None:
    if why == "online":
        salon.cut.pays_online = True
        salon.cut.save()
    else:
        make_code(salon)

    assert walk(client, salon) == ["Step 1 of 3", "Step 2 of 3", "Step 3 of 3"]
