"""The money of a day."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.dashboard.money.queries import takings
from apps.prepaid import operations as prepaid
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_booking
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.pages import text_of

pytestmark = pytest.mark.django_db
MONEY = "/own/juniper/money/"


def pay(salon: Salon, number: int) -> Booking:
    booking = make_booking(
        service=salon.cut,
        starts_at=salon.at(26, 9 + number),
        now=NOW,
        name=f"Guest {number}",
        email=f"g{number}@example.com",
    )
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    return booking


def give_back(booking: Booking, salon: Salon, amount: int) -> None:
    checkout.refund_order(
        booking_id=booking.pk,
        amount=amount,
        seen_refunded=0,
        reason="",
        by=salon.olga,
        now=NOW + timedelta(minutes=5),
    )


def test_a_day_adds_up(olga: Client, salon: Salon) -> None:
    pay(salon, 1)
    give_back(pay(salon, 2), salon, 800)

    page = text_of(olga.get(MONEY))

    for words in ("Guest 1", "Guest 2", "refunded", "−\xa0€8.00", "€88.00"):
        assert words in page


def test_what_was_sold_beforehand_leads_to_its_page(olga: Client, seat: Sit, salon: Salon) -> None:
    purchase = make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)
    card = make_gift_card(by=salon.olga)
    links = (
        f'<a href="/own/juniper/plans/held/{purchase.reference}/">Carl Vogt</a>',
        f'<a href="/own/juniper/gift-cards/{card.reference}/">Eva Lindner</a>',
    )

    for_olga, for_adam = (text_of(it.get(MONEY)) for it in (olga, seat("ACCOUNTANT")))

    assert [it in for_olga for it in links] == [True, True]
    assert [it in for_adam for it in links] == [False, False]
    assert ["Carl Vogt" in for_adam, "Eva Lindner" in for_adam] == [True, True]


def test_other_days_are_other_pages(olga: Client, salon: Salon) -> None:
    pay(salon, 1)

    yesterday = text_of(olga.get(f"{MONEY}?on=2026-11-23"))

    assert "No payments or refunds on this day." in yesterday
    assert "?on=2026-11-24" in yesterday
    for odd in ("soon", "0001-01-01", "9999-12-31", "2026-13-01"):
        assert "Tuesday 24 November" in text_of(olga.get(f"{MONEY}?on={odd}"))


def test_the_day_costs_the_same_with_one_row_and_with_three(olga: Client, salon: Salon) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(MONEY).status_code == 200
        return len(queries)

    give_back(pay(salon, 1), salon, 100)
    one = cost()
    for number in (2, 3):
        give_back(pay(salon, number), salon, 100)

    assert cost() == one


@pytest.mark.parametrize(("role", "code"), [("ACCOUNTANT", 200), ("STAFF", 403)])
def test_who_sees_money_sees_it(seat: Sit, role: str, code: int) -> None:
    assert seat(role).get(MONEY).status_code == code


def test_what_a_gift_card_pays_came_when_it_was_bought(olga: Client, salon: Salon) -> None:
    card = make_gift_card(by=salon.olga)  # €50.00 into the drawer
    plan = make_plan(services=[salon.cut])  # €160.00, and the card pays €50.00 of it
    prepaid.sell_plan(
        plan_id=plan.pk,
        buyer=prepaid.Buyer(name="Lou", email="lou@example.com"),
        by=salon.olga,
        gift=checkout.SeenGift(card.pk, 5000),
        now=NOW,
    )

    assert sums_of(olga) == {
        "In person": "€160.00",
        "Total": "€160.00",
        "Paid with gift cards": "€50.00",
    }


def test_the_sums_are_of_all_rows_however_many_are_shown(
    olga: Client, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takings, "MAX_ROWS", 2)
    for number in (1, 2, 3):
        pay(salon, number)

    page = text_of(olga.get(MONEY))

    assert ("Guest 2" in page, "Guest 3" in page) == (True, False)
    assert "One more row, included in the totals." in page
    assert sums_of(olga) == {"In person": "€144.00", "Total": "€144.00"}


def sums_of(olga: Client) -> dict[str, str]:
    """The last rows of the sheet: what came how, and all of it."""
    cells = re.findall(
        r"<td>(In person|Total|Paid with gift cards).*?</td><td>([^<]*)</td>",
        text_of(olga.get(MONEY)),
    )
    return {words: amount.replace("\xa0", " ") for words, amount in cells}
