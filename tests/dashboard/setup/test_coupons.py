"""Codes in the hands of an owner (rule M13)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.checkout.models import Coupon
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_salon
from tests.factories.coupons import make_coupon
from tests.pages import text_of

pytestmark = pytest.mark.django_db
CODES = "/own/juniper/coupons/"
TYPED = {
    "name": "Winter",
    "code": "winter 10",
    "kind": "PERCENT",
    "value": "10",
    "max_per_customer": "1",
}


def make(olga: Client, **typed: str) -> Any:
    return olga.post(CODES, {**TYPED, **typed})


def test_a_code_is_made_and_listed(olga: Client, salon: Salon) -> None:
    assert "No promo codes yet." in text_of(olga.get(CODES))

    answer = make(olga, ends_on="2026-12-24", max_uses="50", services=str(salon.cut.pk))

    assert (answer.status_code, answer["Location"]) == (303, CODES)
    found = Coupon.objects.get()
    assert (found.code, found.kind, found.value) == ("WINTER10", "PERCENT", 1000)
    assert list(found.services.all()) == [salon.cut]
    page = text_of(olga.get(CODES))
    for words in ("WINTER10", "10 % off", "used 0 of 50 times"):
        assert words in page


def test_its_last_day_ends_at_midnight_of_the_salon(olga: Client, salon: Salon) -> None:
    make(olga, ends_on="2026-11-30")

    ends_at = Coupon.objects.get().ends_at
    assert ends_at is not None
    assert ends_at.astimezone(salon.business.zone).isoformat() == "2026-12-01T00:00:00+01:00"


def test_a_code_counts_from_its_first_day_and_from_a_price_on(olga: Client, salon: Salon) -> None:
    make(olga, starts_on="2026-12-01", min_subtotal="40,50")

    found = Coupon.objects.get()
    begins = found.starts_at.astimezone(salon.business.zone).isoformat()
    assert (begins, found.min_subtotal) == ("2026-12-01T00:00:00+01:00", 4050)
    page = text_of(olga.get(CODES))
    assert "Later" in page
    assert "minimum price €40.50" in page
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        assert "Later" not in text_of(olga.get(CODES))


def test_a_last_day_that_is_gone_makes_a_code_that_is_over(olga: Client) -> None:
    make(olga, ends_on="2026-11-01")

    found = Coupon.objects.get()
    assert found.ends_at == found.starts_at
    assert '<span class="state">Over</span>' in text_of(olga.get(CODES))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"code": ""}, "Enter a code."),
        ({"code": "50%"}, "Use letters and digits only."),
        ({"value": "101"}, "Enter 100 percent or less."),
        ({"value": "abc"}, "Enter a number like 10."),
        ({"kind": "AMOUNT", "value": "1.005"}, "Enter an amount with fewer decimals."),
        ({"value": "0"}, "Enter an amount."),
        ({"kind": "FIXED_PRICE", "value": "0"}, "Enter an amount."),
        ({"min_subtotal": "1.005"}, "Enter an amount with at most 2 decimals."),
        ({"ends_on": "soon"}, "Enter a date."),
        ({"starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "Choose a day after the first day."),
        ({"name": ""}, "Enter a name."),
    ],
)
def test_mistakes_are_named_and_the_text_is_kept(
    olga: Client, typed: dict[str, str], words: str
) -> None:
    page = make(olga, **typed)

    assert page.status_code == 422
    assert words in text_of(page)
    assert not Coupon.objects.exists()


def test_a_code_is_unique_in_a_business(olga: Client, salon: Salon) -> None:
    make(olga)
    make_coupon(business=make_salon(slug="other").business)

    page = make(olga, code="WINTER10")

    assert page.status_code == 409
    assert "This code already exists." in text_of(page)
    assert Coupon.objects.count() == 2


def test_a_code_is_stopped(olga: Client, salon: Salon) -> None:
    coupon = make_coupon(business=salon.business, starts_at=NOW - timedelta(days=1))

    assert olga.post(f"{CODES}{coupon.pk}/stop/").status_code == 303

    coupon.refresh_from_db()
    assert coupon.ends_at == NOW
    assert ">Over<" in text_of(olga.get(CODES))


def test_a_code_of_another_business_is_not_found(olga: Client) -> None:
    foreign = make_coupon(business=make_salon(slug="other").business)

    assert olga.post(f"{CODES}{foreign.pk}/stop/").status_code == 404


def test_services_of_another_business_are_no_choice(olga: Client) -> None:
    other = make_salon(slug="other")

    assert make(olga, services=str(other.cut.pk)).status_code == 422


def test_the_list_costs_the_same_with_one_row_and_with_three(olga: Client, salon: Salon) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(CODES).status_code == 200
        return len(queries)

    make_coupon(business=salon.business)
    one = cost()
    for number in range(2):
        make_coupon(business=salon.business, code=f"CODE{number}")

    assert cost() == one


def test_the_front_desk_makes_no_codes(seat: Sit) -> None:
    assert seat("FRONT_DESK").get(CODES).status_code == 403


def test_a_code_covers_plans_where_its_owner_says_so(olga: Client, salon: Salon) -> None:
    make(olga, covers_plans="on")
    make(olga, code="BASE")

    covers = dict(Coupon.objects.values_list("code", "covers_plans"))
    assert covers == {"WINTER10": True, "BASE": False}
    assert text_of(olga.get(CODES)).count("10 % off, also for plans") == 1
