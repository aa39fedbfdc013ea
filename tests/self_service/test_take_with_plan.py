"""An offered place is taken with a plan as any other is booked with one (rules M16, B19, B31)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.checkout import operations as checkout
from apps.checkout.models import Order, PlanPurchase
from apps.prepaid import operations as prepaid
from apps.prepaid.links import plan_token
from tests.dashboard.test_query_counts import queries_of
from tests.factories import NOW
from tests.factories.money import work
from tests.factories.prepaid import book_with_plan, make_plan, make_purchase
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fields_of, text_of
from tests.prepaid.books import assert_the_books_add_up, fresh, lines_of

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
CARD = r'value="([^"]+)"[^>]*><span><b>(.*?)</b><small>(.*?)</small>'
CARL = {"name": "Carl Vogt", "email": "carl@example.com", "notice": "0"}


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


@pytest.fixture
def ten(studio: Studio) -> PlanPurchase:
    """Ten visits that Carl has."""
    return make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)


@pytest.fixture
def full(studio: Studio) -> Session:
    """Tomorrow at six, one place, taken by Sam."""
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    join(session, email="sam@example.com")
    return session


def holding(purchase: PlanPurchase) -> Client:
    """A browser in which the link of the plan's mail was opened."""
    client = Client()
    assert client.get(f"/p/{plan_token(purchase)}").status_code == 303
    return client


def wait(client: Client, full: Session) -> str:
    """Wait for a place that comes free then; the address of the page of the offer."""
    path = f"/harbor/classes/{full.pk}/wait"
    hidden = fields_of(client.get(path))
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        manage = str(client.post(path, {**hidden, **CARL})["Location"])
    sam = Booking.objects.get(contact_email="sam@example.com")
    said: Any = {"booking_id": sam.pk, "business_id": sam.business_id, "revision": sam.revision}
    bookings.cancel_booking(**said, by=None, now=NOW)
    return manage


def ways_of(page: Any) -> list[tuple[str, ...]]:
    """The cards of the ways to pay: value, name, what is said of it, and which is chosen or off."""
    cards = re.findall(r'<label class="choice.*?</label>', text_of(page), re.DOTALL)
    return [(*re.search(CARD, it).groups(), state_of(it)) for it in cards]  # type: ignore[union-attr]


def state_of(card: str) -> str:
    return "off" if " disabled>" in card else "chosen" if " checked>" in card else ""


def carls() -> Booking:
    return Booking.objects.get(contact_email="carl@example.com")


def test_the_offer_can_be_paid_with_the_plan_of_this_browser(
    ten: PlanPurchase, full: Session
) -> None:
    carl = holding(ten)
    manage = wait(carl, full)

    page = carl.get(manage)

    assert ways_of(page) == [
        (f"PLAN-{ten.pk}", "Ten classes", "10 visits left, this uses 1", "chosen"),
        ("LATER", "At the studio", "When you are there", ""),
    ]


def test_taken_with_the_plan_it_is_paid_once(ten: PlanPurchase, full: Session) -> None:
    carl = holding(ten)
    manage = wait(carl, full)

    for _device in range(2):
        answer = carl.post(f"{manage}take", {"way": f"PLAN-{ten.pk}"})
        assert (answer.status_code, answer["Location"]) == (303, manage)

    booking, order = carls(), Order.objects.get(booking=carls())
    assert (booking.status, booking.payment_option) == ("CONFIRMED", "MEMBERSHIP")
    assert (booking.payment_status, booking.price) == ("EXEMPT", 0)
    assert (order.status, order.way, order.total) == ("APPROVED", "PLAN", 0)
    assert lines_of(ten) == [("BOUGHT", 10, 10), ("USED", -1, 9)]
    assert "Paid with Ten classes, 9 left" in text_of(carl.get(manage))
    assert_the_books_add_up()


def test_its_mail_says_that_the_plan_paid(
    ten: PlanPurchase, full: Session, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    carl = holding(ten)
    manage = wait(carl, full)
    carl.post(f"{manage}take", {"way": f"PLAN-{ten.pk}"})

    work(NOW + timedelta(minutes=1))

    mail = next(it for it in mailoutbox[::-1] if it.to == ["carl@example.com"])
    assert mail.subject.startswith("Booked: ")
    assert "Paid with Ten classes, 9 left" in str(mail.body)
    assert "$18.00" not in str(mail.body)


def test_it_can_be_paid_there_all_the_same(ten: PlanPurchase, full: Session) -> None:
    carl = holding(ten)
    manage = wait(carl, full)

    carl.post(f"{manage}take", {"way": "LATER"})

    booking = carls()
    assert (booking.status, booking.payment_option, booking.price) == ("CONFIRMED", "OFFLINE", 1800)
    assert fresh(ten).balance == 10


def test_without_a_plan_there_is_no_choice(full: Session, studio: Studio) -> None:
    carl = Client()
    manage = wait(carl, full)

    page = carl.get(manage)

    assert ways_of(page) == []
    assert "Open my plan" not in text_of(page)


def test_whoever_has_a_plan_elsewhere_reads_how_to_use_it_here(
    ten: PlanPurchase, full: Session
) -> None:
    carl = Client()
    manage = wait(carl, full)

    page = carl.get(manage)

    assert ways_of(page) == []
    assert 'href="/harbor/plans/find"' in text_of(page)


def test_a_plan_that_does_not_pay_says_why(studio: Studio, full: Session) -> None:
    other = make_plan(services=[studio.course])
    ten = make_purchase(plan=other, by=studio.olga)
    carl = holding(ten)

    page = carl.get(wait(carl, full))

    assert ways_of(page) == [
        (f"PLAN-{ten.pk}", "Ten classes", "It does not cover this.", "off"),
        ("LATER", "At the studio", "When you are there", "chosen"),
    ]


def test_a_plan_that_was_used_up_meanwhile_takes_nothing(
    studio: Studio, ten: PlanPurchase, full: Session
) -> None:
    carl = holding(ten)
    manage = wait(carl, full)
    said: Any = {"revision": ten.revision, "reason": "By phone", "by": studio.olga, "now": NOW}
    prepaid.adjust_plan(purchase_id=ten.pk, visits=-10, **said)

    answer = carl.post(f"{manage}take", {"way": f"PLAN-{ten.pk}"})

    assert answer.status_code == 409
    words = "Your plan cannot pay for this. Too few visits are left: 0 visits left."
    assert words in text_of(answer)
    assert carls().status == "WAITING_LIST"
    assert WaitlistEntry.objects.get().state == "OFFERED"
    assert_the_books_add_up()


def test_an_unlimited_plan_pays_one_visit_at_a_time(studio: Studio, full: Session) -> None:
    unlimited = make_plan(services=[studio.flow], name="Unlimited", slug="u", kind="UNLIMITED")
    purchase = make_purchase(plan=unlimited, by=studio.olga)
    carl = holding(purchase)
    manage = wait(carl, full)
    also = (studio.dan.resource_id, studio.loft.pk)
    book_with_plan(make_session(studio, starts_at=studio.at(25, 18), resource_ids=also), purchase)

    answer = carl.post(f"{manage}take", {"way": f"PLAN-{purchase.pk}"})

    assert answer.status_code == 409
    assert "It is for one person, who already has a booking with it at that time." in text_of(
        answer
    )
    assert_the_books_add_up()


@pytest.mark.parametrize("way", ["PLAN-{}", "PLAN-1x", "PLAN-", "PLAN-99999999999999999999999"])
def test_a_plan_of_somebody_else_pays_nothing(ten: PlanPurchase, full: Session, way: str) -> None:
    sam = Client()
    manage = wait(sam, full)

    answer = sam.post(f"{manage}take", {"way": way.format(ten.pk)})

    assert answer.status_code == 409
    assert (carls().status, fresh(ten).balance) == ("WAITING_LIST", 10)


def test_a_cancelled_visit_comes_back(studio: Studio, ten: PlanPurchase, full: Session) -> None:
    carl = holding(ten)
    carl.post(f"{wait(carl, full)}take", {"way": f"PLAN-{ten.pk}"})
    booking = carls()

    checkout.cancel_and_refund(
        booking_id=booking.pk,
        business_id=booking.business_id,
        reason="",
        by=studio.olga,
        now=NOW,
    )

    assert lines_of(ten)[2:] == [("RETURNED", 1, 10)]
    assert_the_books_add_up()


def test_more_plans_cost_no_more_queries(studio: Studio, ten: PlanPurchase, full: Session) -> None:
    carl = holding(ten)
    manage = wait(carl, full)
    carl.get(manage)
    one = queries_of(carl, manage)
    for number in range(2):
        more = make_plan(services=[studio.flow], name=f"P{number}", slug=f"p{number}")
        carl.get(f"/p/{plan_token(make_purchase(plan=more, by=studio.olga))}")
    carl.get(manage)

    assert queries_of(carl, manage) == one
