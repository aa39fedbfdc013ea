"""What a no-show had paid beyond the fee is a matter to decide until somebody has (rule B40)."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment
from apps.checkout.operations import Act, NotOver
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.pages import text_of

pytestmark = pytest.mark.django_db
TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def half(salon: Salon) -> Salon:
    """Not coming costs half of the price."""
    salon.policy.fee_windows = [[60, 5_000, None]]
    salon.policy.save()
    return salon


@pytest.fixture
def missed(half: Salon) -> Booking:
    """Carl paid his cut of €48.00 online and did not come."""
    booking = make_prepared(service=half.cut, starts_at=half.at(26, 12), now=NOW)
    check_out(booking, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    return mark(half, booking)


def mark(salon: Salon, booking: Booking) -> Booking:
    booking.refresh_from_db()
    at = booking.starts_at + TEN_MINUTES
    return checkout.mark_no_show(
        booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=at
    )


def listed(salon: Salon, booking: Booking) -> str:
    """What the owner reads among the problems to solve; "" where the booking is not there."""
    client = Client()
    client.force_login(salon.olga.user)
    with time_machine.travel(booking.starts_at + TEN_MINUTES, tick=False):
        page = text_of(client.get("/own/juniper/conflicts/"))
        inbox = text_of(client.get("/own/juniper/requests/"))
    assert ("1 problem" in inbox or "Problems" in inbox) == (booking.reference in page)
    return " ".join(strip_tags(page).split()) if booking.reference in page else ""


def decide(salon: Salon, booking: Booking, what: str) -> int:
    client = Client()
    client.force_login(salon.olga.user)
    with time_machine.travel(booking.starts_at + TEN_MINUTES, tick=False):
        path = f"/own/juniper/bookings/{booking.reference}/leftover/"
        return client.post(path, {what: "1"}).status_code


def money(booking: Booking) -> tuple[int, int]:
    booking.refresh_from_db()
    return booking.paid, booking.cancellation_fee


def is_clean(booking: Booking) -> bool:
    return list(find_all(business_id=None, now=booking.starts_at + TEN_MINUTES)) == []


def test_it_stands_among_the_problems_to_solve(half: Salon, missed: Booking) -> None:
    words = listed(half, missed)

    assert "Paid beyond the no-show fee" in words
    assert "They did not come. Their fee of €24.00 stays with you." in words
    assert "Refund €24.00" in words


@pytest.mark.parametrize(("what", "paid"), [("back", 2400), ("keep", 4800)])
def test_decided_once_it_is_there_no_more(
    half: Salon, missed: Booking, what: str, paid: int
) -> None:
    assert [decide(half, missed, what) for _tap in range(2)] == [303, 303]

    assert money(missed) == (paid, 2400)
    assert listed(half, missed) == ""
    assert is_clean(missed)


def test_the_customer_hears_what_was_decided(half: Salon, missed: Booking) -> None:
    mail.outbox.clear()
    decide(half, missed, "keep")
    work(missed.starts_at + TEN_MINUTES + timedelta(minutes=1))

    (told,) = [it for it in mail.outbox if it.to == ["carl@example.com"]]
    assert "Juniper Hair decided to keep the €48.00 that you paid." in " ".join(told.body.split())


def test_whoever_paid_the_fee_and_no_more_is_no_problem(half: Salon) -> None:
    booking = make_booking(service=half.cut, starts_at=half.at(26, 12), now=NOW)
    mark(half, booking)
    booking.refresh_from_db()
    checkout.mark_paid(
        booking_id=booking.pk, revision=booking.revision, by=half.olga, now=booking.starts_at
    )

    assert money(booking) == (2400, 2400)
    assert listed(half, booking) == ""


def test_whoever_came_after_all_is_asked_about_anew(half: Salon, missed: Booking) -> None:
    decide(half, missed, "keep")
    missed.refresh_from_db()

    checkout.take_no_show_back(
        booking_id=missed.pk,
        revision=missed.revision,
        by=half.olga,
        now=missed.starts_at + TEN_MINUTES,
    )

    assert Order.objects.get().kept_at is None
    assert listed(half, missed) == ""
    mark(half, missed)
    assert "Refund €24.00" in listed(half, missed)
    assert is_clean(missed)


def test_what_may_still_take_place_is_not_decided_about(half: Salon) -> None:
    booking = make_booking(service=half.cut, starts_at=half.at(26, 12), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=half.olga, now=NOW)

    for act in (checkout.keep_money, checkout.refund_the_rest):
        with pytest.raises(NotOver):
            act(booking_id=booking.pk, by=half.olga, now=NOW)
