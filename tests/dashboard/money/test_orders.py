"""Every order with what came for it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, Receipt
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.dashboard.money.queries import orders as listed
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work

pytestmark = pytest.mark.django_db
ORDERS = "/own/juniper/money/orders/"
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def online(salon: Salon) -> Salon:
    """A cut of €48.00 is paid online, or €20.00 of it."""
    salon.cut.pays_online = True
    salon.cut.deposit = 2000
    salon.cut.save()
    return salon


def draft_of(salon: Salon, name: str, hour: int) -> Booking:
    starts_at = salon.at(26, hour)
    return make_prepared(service=salon.cut, starts_at=starts_at, now=NOW, name=name)


def pays(salon: Salon, name: str, hour: int, *, way: Way = Way.FULL, act: Act = Act.PAY) -> Booking:
    draft = draft_of(salon, name, hour)
    check_out(draft, way, now=NOW)
    pay_in_sandbox(Payment.objects.latest("pk"), act, now=LATER)
    work(LATER)
    draft.refresh_from_db()
    return draft


def at_the_desk(salon: Salon, name: str, hour: int) -> Booking:
    booking = make_booking(service=salon.cut, starts_at=salon.at(27, hour), now=NOW, name=name)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    return booking


def names_in(answer: Any) -> list[str]:
    return [row.payer.name for row in answer.context["orders"].rows]


def give_back(booking: Booking, salon: Salon, amount: int) -> None:
    checkout.refund_order(
        booking_id=booking.pk, amount=amount, seen_refunded=0, reason="", by=salon.olga, now=LATER
    )


@pytest.fixture
def every_state(online: Salon) -> Salon:
    """Ada paid all, Ben a deposit, Cleo is at the bank, Dora's card was refused, Eva paid at the
    desk and got a part back; Finn has not begun to pay."""
    pays(online, "Ada", 9)
    pays(online, "Ben", 10, way=Way.DEPOSIT)
    check_out(draft_of(online, "Cleo", 11), Way.FULL, now=NOW)
    pays(online, "Dora", 12, act=Act.DECLINE)
    give_back(at_the_desk(online, "Eva", 9), online, 800)
    draft_of(online, "Finn", 14)
    return online


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("", ["Eva", "Dora", "Cleo", "Ben", "Ada"]),
        ("open", ["Ben"]),
        ("under-way", ["Cleo"]),
        ("kept-aside", []),
        ("paid", ["Ada"]),
        ("given-back", ["Eva"]),
        ("failed", ["Dora"]),
        ("no such state", ["Eva", "Dora", "Cleo", "Ben", "Ada"]),
    ],
)
def test_the_chips_tell_the_states_apart(
    olga: Client, every_state: Salon, state: str, names: list[str]
) -> None:
    assert names_in(olga.get(ORDERS, {"state": state})) == names


def test_a_request_is_authorized_and_not_to_be_paid(olga: Client, salon: Salon) -> None:
    salon.bridal.pays_online = True
    salon.bridal.deposit = 4000
    salon.bridal.save()
    draft = make_prepared(service=salon.bridal, starts_at=salon.at(26, 10), now=NOW, name="Gil")
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)

    (row,) = olga.get(ORDERS, {"state": "kept-aside"}).context["orders"].rows

    assert (row.payer.name, row.state_words, row.left.amount) == ("Gil", "Held on card", 0)
    assert names_in(olga.get(ORDERS, {"state": "open"})) == []


@pytest.mark.parametrize("by", ["name", "booking", "order", "receipt"])
def test_an_order_is_found_by_what_people_have_in_hand(
    olga: Client, every_state: Salon, by: str
) -> None:
    booking = Booking.objects.get(contact_name="Ada")
    typed = {
        "name": "ada",
        "booking": booking.reference.lower(),
        "order": Order.objects.get(booking=booking).reference,
        "receipt": str(Receipt.objects.get(order__booking=booking)),
    }

    assert names_in(olga.get(ORDERS, {"q": f" {typed[by]} "})) == ["Ada"]


@pytest.mark.parametrize("odd", ["9" * 30 + "-" + "9" * 30, "-", "%", "2026-", "١٢-١٢"])
def test_odd_searches_find_nothing_and_break_nothing(
    olga: Client, every_state: Salon, odd: str
) -> None:
    answer = olga.get(ORDERS, {"q": odd, "before": odd, "state": odd})

    assert (answer.status_code, names_in(answer)) == (200, [])


@pytest.mark.parametrize("odd", ["\x00", "a" * 5000])
def test_what_is_no_search_is_left_out(olga: Client, every_state: Salon, odd: str) -> None:
    answer = olga.get(ORDERS, {"q": odd, "before": odd, "state": odd})

    assert (answer.status_code, len(names_in(answer))) == (200, 5)


def test_the_next_page_goes_on_where_this_one_ends(
    olga: Client, every_state: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "PAGE", 2)
    first = olga.get(ORDERS)
    second = olga.get(ORDERS, {"before": first.context["orders"].older})
    third = olga.get(ORDERS, {"before": second.context["orders"].older})

    assert [names_in(it) for it in (first, second, third)] == [
        ["Eva", "Dora"],
        ["Cleo", "Ben"],
        ["Ada"],
    ]
    assert third.context["orders"].older is None


def test_a_cancelled_booking_keeps_its_order_in_the_list(olga: Client, online: Salon) -> None:
    booking = pays(online, "Ada", 9)
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=online.business.pk,
        revision=booking.revision,
        by=online.olga,
        now=LATER,
    )

    assert names_in(olga.get(ORDERS)) == ["Ada"]


def test_orders_of_others_are_not_there(olga: Client, online: Salon) -> None:
    other = make_salon(slug="sam")
    at_the_desk(other, "Sam", 9)

    assert names_in(olga.get(ORDERS)) == []
    assert names_in(olga.get(ORDERS, {"q": "Sam"})) == []


def test_the_list_costs_the_same_with_one_row_and_with_three(olga: Client, salon: Salon) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(ORDERS).status_code == 200
        return len(queries)

    at_the_desk(salon, "Ada", 9)
    one = cost()
    for hour in (10, 11):
        at_the_desk(salon, f"Guest {hour}", hour)

    assert cost() == one


@pytest.mark.parametrize(("role", "code"), [("ACCOUNTANT", 200), ("STAFF", 403)])
def test_who_sees_money_sees_orders(seat: Sit, role: str, code: int) -> None:
    assert seat(role).get(ORDERS).status_code == code
