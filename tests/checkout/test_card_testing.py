"""Card after card refused is nobody's bad luck (rule M22)."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from apps.bookings.models import Booking
from apps.checkout.models import Payment
from tests.checkout.test_views import press, to_pay_page
from tests.factories import NOW, Salon
from tests.factories.money import work

pytestmark = pytest.mark.django_db


def is_refused(client: Client, path: str) -> None:
    """Try a card at the bank; it says no, and the worker has asked."""
    there = press(client, path, way="FULL")["Location"]
    client.post(there, {"act": "DECLINE"})
    work(NOW)


def declined_before(booking: Booking, count: int) -> None:
    """As many cards were refused for another draft of this network."""
    order = booking.order
    Payment.objects.bulk_create(
        Payment(
            business_id=order.business_id,
            order=order,
            kind="ONLINE",
            status="FAILED",
            provider="practice",
            amount=4800,
            created_at=NOW,
            settled_at=NOW,
        )
        for _time in range(count)
    )


def test_the_sixth_card_of_a_draft_is_not_tried(
    client: Client, salon: Salon, caplog: pytest.LogCaptureFixture
) -> None:
    path = to_pay_page(client, salon)
    for _time in range(5):
        is_refused(client, path)

    with caplog.at_level(logging.WARNING, logger="apps.checkout"):
        answer = press(client, path, way="FULL")

    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert Payment.objects.filter(status="PENDING").count() == 0
    assert [it.message for it in caplog.records if it.name == "apps.checkout"] == [
        f"card testing? business {salon.business.pk}, 5 refused"
    ]


def test_an_hour_later_the_same_draft_may_try_again(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)
    for _time in range(5):
        is_refused(client, path)

    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        assert press(client, path, way="FULL").status_code == 303


def test_a_network_is_stopped_after_ten_whatever_drafts_it_used(
    client: Client, salon: Salon
) -> None:
    press(client, to_pay_page(client, salon), way="FULL")
    declined_before(Booking.objects.get(), 10)
    other = Client()

    path = to_pay_page(other, salon, service="colour")

    assert press(other, path, way="FULL").status_code == 429


def test_who_pays_at_the_place_is_not_asked_about_cards(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon, service="colour")
    booking = Booking.objects.get()
    press(client, path, way="FULL")
    declined_before(booking, 5)

    assert press(client, path, way="IN_PERSON").status_code == 303
    booking.refresh_from_db()
    assert booking.status == "CONFIRMED"
