"""Another provider, or none, takes new payments: what was begun stays with whoever took it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, Refund
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.checkout.queries.offers import offer_of
from apps.ledger.check import find_all
from apps.outbox.models import OutboxItem
from tests.factories import NOW, Salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
LATER = NOW + timedelta(minutes=1)
EACH = pytest.mark.parametrize("another", ["", "stripe"])


@pytest.fixture
def draft(salon: Salon) -> Booking:
    """Carl is on the page of the bank of the sandbox, with a deposit of €20.00."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    return draft


@pytest.fixture
def paid(draft: Booking) -> Booking:
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()
    return draft


def refund_remaining(booking: Booking, salon: Salon) -> None:
    checkout.refund_order(
        booking_id=booking.pk,
        amount=500,
        seen_refunded=0,
        reason="Ana was ill",
        by=salon.olga,
        now=LATER,
    )


def clean() -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


@EACH
def test_a_payment_under_way_is_settled_with_whoever_opened_it(
    draft: Booking, settings: Any, another: str
) -> None:
    settings.PAYMENT_PROVIDER = another

    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)

    draft.refresh_from_db()
    assert (draft.status, draft.paid) == ("CONFIRMED", 2000)
    assert clean()


@EACH
def test_a_payment_whose_word_never_came_is_asked_about(
    draft: Booking, settings: Any, another: str
) -> None:
    pay_in_sandbox(Payment.objects.get(), Act.PAY_SILENTLY, now=LATER)
    settings.PAYMENT_PROVIDER = another

    assert checkout.settle_open_payments(now=NOW + timedelta(minutes=3)) == 1
    work(NOW + timedelta(minutes=3))

    draft.refresh_from_db()
    assert draft.status == "CONFIRMED"


@EACH
def test_a_refund_goes_back_through_whoever_took_the_money(
    paid: Booking, salon: Salon, settings: Any, another: str
) -> None:
    settings.PAYMENT_PROVIDER = another

    refund_remaining(paid, salon)
    work(LATER)

    assert Refund.objects.get().status == "DONE"
    assert clean()


def test_nobody_new_pays_where_nobody_takes_it(draft: Booking, settings: Any) -> None:
    settings.PAYMENT_PROVIDER = ""

    assert offer_of(booking=draft, now=NOW).ways == (Way.IN_PERSON,)


def test_without_keys_a_refund_waits_and_the_owner_is_told(
    paid: Booking, salon: Salon, client: Client
) -> None:
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    Payment.objects.update(provider="stripe")
    refund_remaining(paid, salon)

    work(LATER)

    item = OutboxItem.objects.get(topic="payments.refund")
    assert (item.attempts, item.failed_at, item.done_at) == (0, None, None)
    assert Refund.objects.get().status == "PENDING"
    page = text_of(client.get("/own/juniper/conflicts/"))
    assert "Payments out of reach" in page
    assert "€5.00 to be refunded through Stripe" in page

    Payment.objects.update(provider="practice")  # as if the keys were back
    work(LATER + timedelta(hours=2))

    assert Refund.objects.get().status == "DONE"
    assert "Payments out of reach" not in text_of(client.get("/own/juniper/conflicts/"))


def test_without_keys_nobody_is_asked_in_vain(draft: Booking, salon: Salon, client: Client) -> None:
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    Payment.objects.update(provider="stripe")

    assert checkout.settle_open_payments(now=NOW + timedelta(minutes=3)) == 0
    assert checkout.look_after_authorized(now=NOW + timedelta(minutes=3)) == 0
    assert "€20.00 in progress at Stripe" in text_of(client.get("/own/juniper/conflicts/"))
    assert "1 problem to solve" in text_of(client.get("/own/juniper/"))
