"""What a customer reads of a fee they owe, and where they pay it (rules M34, S23)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
PAY = AccessLink.Purpose.PAY


@pytest.fixture
def owed(salon: Salon) -> Booking:
    """Carl cancelled ten minutes ago, too late, what he would have paid at the salon."""
    salon.policy.fee_windows = [[3 * 24 * 60, 5_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    bookings.cancel_own(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        seen_fee=2400,
        now=NOW - timedelta(minutes=10),
    )
    checkout.finish_cancellations(now=NOW)
    return booking


@pytest.fixture
def carl(client: Client, owed: Booking) -> Client:
    token = bookings.create_access_link(booking=owed, now=NOW, purpose=PAY)
    client.get(f"/m/pay/{token}")
    return client


def page_of(booking: Booking) -> str:
    return f"/manage/{booking.reference}/"


def words_of(page: Any) -> str:
    return " ".join(strip_tags(text_of(page)).replace("\xa0", " ").split())


def test_the_link_in_the_mail_opens_what_is_owed_and_a_button(carl: Client, owed: Booking) -> None:
    told = words_of(carl.get(page_of(owed)))

    assert "The fee is €24.00. €24.00 is still to be paid to Juniper Hair." in told
    assert "Pay €24.00 online" in told
    assert "Have a code?" not in told


def test_it_is_paid_there_once(carl: Client, owed: Booking) -> None:
    first = carl.post(f"{page_of(owed)}pay")
    second = carl.post(f"{page_of(owed)}pay")
    assert (first.status_code, first["Location"]) == (303, second["Location"])

    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)

    told = words_of(carl.get(page_of(owed)))
    assert "still to be paid" not in told
    assert carl.post(f"{page_of(owed)}pay").status_code == 409


def test_a_fee_that_is_paid_is_not_the_price(client: Client, carl: Client, owed: Booking) -> None:
    client.get(f"/m/{bookings.create_access_link(booking=owed, now=NOW)}")
    assert "€24.00 fee, still to be paid" in words_of(client.get(page_of(owed)))
    carl.post(f"{page_of(owed)}pay")
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)

    told = words_of(client.get(page_of(owed)))

    assert "€24.00 of €48.00 paid" in told
    assert "€48.00, paid" not in told


def test_whoever_did_not_come_reads_of_the_fee_and_not_of_the_price_at_the_salon(
    client: Client, owed: Booking, salon: Salon
) -> None:
    missed = make_booking(service=salon.cut, starts_at=salon.at(26, 14), now=NOW)
    client.get(f"/m/{bookings.create_access_link(booking=missed, now=NOW)}")
    assert "€48.00, at the" in words_of(client.get(page_of(missed)))
    after = missed.starts_at + timedelta(minutes=10)
    checkout.mark_no_show(booking_id=missed.pk, revision=missed.revision, by=salon.olga, now=after)

    told = words_of(client.get(page_of(missed)))

    assert "The fee is €24.00. €24.00 is still to be paid to Juniper Hair." in told
    assert "€48.00, at the" not in told


def test_a_gift_card_pays_it_on_the_page(carl: Client, owed: Booking, salon: Salon) -> None:
    card = make_gift_card(by=salon.olga, value=2000)
    assert "Have a gift card?" in words_of(carl.get(page_of(owed)))

    refused = carl.post(f"{page_of(owed)}code", {"code": "SPRING"})
    assert refused.status_code == 422
    assert "Only a gift card pays a fee." in words_of(refused)
    answer = carl.post(f"{page_of(owed)}code", {"code": card.code})

    assert answer.status_code == 303
    assert "€4.00 is still to be paid to Juniper Hair." in words_of(carl.get(page_of(owed)))


def test_the_whole_page_tells_it_too(client: Client, owed: Booking) -> None:
    client.get(f"/m/{bookings.create_access_link(booking=owed, now=NOW)}")

    told = words_of(client.get(page_of(owed)))

    assert "€24.00 is still to be paid to Juniper Hair." in told
    assert "The cancellation fee is €24.00." not in told


def test_the_receipt_tells_the_fee_and_not_what_was_booked(client: Client, owed: Booking) -> None:
    owed.refresh_from_db()
    olga = TeamMember.objects.filter(business=owed.business, role="OWNER").earliest("pk")
    checkout.mark_paid(booking_id=owed.pk, revision=owed.revision, by=olga, now=NOW)
    client.get(f"/m/{bookings.create_access_link(booking=owed, now=NOW)}")

    told = words_of(client.get(f"{page_of(owed)}receipt"))

    assert "Fee€24.00" in told
    assert "€48.00" not in told
