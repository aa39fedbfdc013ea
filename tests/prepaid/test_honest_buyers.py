"""Whoever pays is not locked out by the limits against robots (rule S5)."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.prepaid.queries.plans import count_bought_since
from tests.factories import NOW, Salon
from tests.factories.money import check_out, pay_in_sandbox, work
from tests.pages import DETAILS, fill, hold
from tests.prepaid.test_plan_pages import CARL, GIFT, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
PHONE = {**DETAILS, "phone": "030 12345678"}
TIMES = [(day, hour) for day in (26, 27, 28) for hour in (10, 12, 14)]


def pay() -> None:
    """All of the newest booking, at once."""
    check_out(Booking.objects.latest("pk"), Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=NOW)
    work(NOW)


def book(client: Client, salon: Salon, day: int, hour: int) -> int:
    address = hold(client, salon.cut, salon.at(day, hour).astimezone(salon.business.zone))
    return int(fill(client, address, PHONE).status_code)


def test_an_evening_of_paid_bookings_meets_no_limit(client: Client, salon: Salon) -> None:
    answers = []
    for day, hour in TIMES[:7]:
        answers.append(book(client, salon, day, hour))
        pay()

    assert answers == [303] * 7
    assert Booking.objects.filter(payment_status="PAID").count() == 7


def test_what_is_not_paid_counts_as_before(client: Client, salon: Salon) -> None:
    """Three with one phone."""
    assert [book(client, salon, *at) for at in TIMES[:4]] == [303, 303, 303, 429]


def test_two_that_are_paid_leave_room_for_two_more(client: Client, salon: Salon) -> None:
    for at in TIMES[:2]:
        book(client, salon, *at)
        pay()

    assert [book(client, salon, *at) for at in TIMES[2:6]] == [303, 303, 303, 429]


def test_what_went_back_is_not_paid(client: Client, salon: Salon) -> None:
    for at in TIMES[:2]:
        book(client, salon, *at)
        pay()
    Booking.objects.update(paid=0, payment_status="REFUNDED")

    assert [book(client, salon, *at) for at in TIMES[2:4]] == [303, 429]


@pytest.fixture
def selling(salon: Salon) -> Business:
    Business.objects.update(sells_gift_cards=True)
    salon.business.refresh_from_db()
    return salon.business


def test_presents_for_everybody_meet_no_limit(client: Client, selling: Business) -> None:
    answers = []
    for _card in range(7):
        answers.append(send(client, GIFT, amount="5", **CARL).status_code)
        pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=NOW)
        work(NOW)

    assert answers == [303] * 7
    since = NOW - timedelta(hours=1)
    counts = [
        count_bought_since(business_id=selling.pk, email=email, since=at)
        for email, at in (
            (CARL["email"], since),
            ("sam@example.com", since),
            (CARL["email"], NOW + timedelta(days=1)),
        )
    ]
    assert counts == [7, 0, 0]
