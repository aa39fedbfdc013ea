"""Gift cards, refused refunds and prices that were stored before their rules are true after the
migration that brings the rules."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import GiftCard, GiftEntry, Order, Payment, Refund
from apps.checkout.operations import Act
from apps.checkout.queries.stranded import refused_refunds
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import pay_in_sandbox, work
from tests.factories.prepaid import buy_gift_online
from tests.pages import fill, hold

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
LATER = NOW + timedelta(minutes=1)


def upgrade() -> None:
    found = import_module("apps.checkout.migrations.0022_true_of_old_rows")
    found.name_refunds(apps, None)
    found.follow_purchases(apps, None)
    found.decide_refused(apps, None)
    found.tell_prices(apps, None)


def findings() -> list[str]:
    return [it.rule for it in find_all(business_id=None, now=LATER)]


@pytest.fixture
def bought(salon: Salon) -> GiftCard:
    """€50.00 that Eva bought online."""
    Business.objects.update(sells_gift_cards=True)
    salon.business.refresh_from_db()
    card = buy_gift_online(salon.business).card
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    card.refresh_from_db()
    return card


@pytest.mark.parametrize(
    ("used", "back", "after"),
    [
        (0, 5000, ("STOPPED", 0, 0)),
        (0, 2000, ("ACTIVE", 3000, 0)),
        (4800, 5000, ("STOPPED", 0, 4800)),
    ],
)
def test_a_card_whose_purchase_went_back_before_follows_it(
    salon: Salon, bought: GiftCard, used: int, back: int, after: tuple[str, int, int]
) -> None:
    if used:
        booking = make_booking(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
        told = {"booking_id": booking.pk, "business_id": booking.business_id}
        checkout.use_code(**told, code=bought.code, by=None, now=NOW)
    purchase = Payment.objects.get(order__gift_card=bought)
    Payment.objects.filter(pk=purchase.pk).update(refunded=back)
    Refund.objects.create(
        business=salon.business, payment=purchase, amount=back, status="DONE", created_at=NOW
    )
    status = "FULLY_REFUNDED" if back == 5000 else "PARTIALLY_REFUNDED"
    Order.objects.filter(gift_card=bought).update(payment_status=status)
    assert findings() == ["gift_cards_are_covered"]

    upgrade()
    upgrade()

    bought.refresh_from_db()
    assert (bought.status, bought.balance, bought.uncovered) == after
    assert GiftEntry.objects.filter(card=bought, kind="REFUNDED").count() == 1
    assert findings() == []


def test_what_the_team_put_on_a_card_covers_it_after_its_rest_went_back(
    salon: Salon, bought: GiftCard
) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    told = {"booking_id": booking.pk, "business_id": booking.business_id}
    checkout.use_code(**told, code=bought.code, by=None, now=NOW)
    prepaid.adjust_gift_card(
        card_id=bought.pk, amount=1000, seen_balance=200, reason="Sorry", by=salon.olga, now=NOW
    )
    prepaid.stop_gift_card(card_id=bought.pk, gives_back=True, by=salon.olga, now=LATER)
    GiftEntry.objects.filter(kind="REFUNDED").update(kind="ADJUSTED")  # as it was called
    assert findings() == ["gift_cards_are_covered"]

    upgrade()

    bought.refresh_from_db()
    assert (bought.status, bought.balance, bought.uncovered) == ("STOPPED", 0, 0)
    assert findings() == []


@pytest.mark.parametrize(
    ("later", "kept_at", "asked"),
    [([], None, 1), ([3000], None, 1), ([5000], None, 0), ([], LATER, 0)],
)
def test_a_refund_that_was_refused_before_is_asked_about_unless_something_followed(
    salon: Salon, bought: GiftCard, later: list[int], kept_at: datetime | None, asked: int
) -> None:
    purchase = Payment.objects.get(order__gift_card=bought)
    told: dict[str, Any] = {"business": salon.business, "payment": purchase, "created_at": NOW}
    Payment.objects.filter(pk=purchase.pk).update(captured=9000, amount=9000, refunded=sum(later))
    Refund.objects.create(**told, amount=5000, status="FAILED")
    for amount in later:
        Refund.objects.create(**told, amount=amount, status="DONE")
    Order.objects.update(kept_at=kept_at)

    upgrade()

    assert refused_refunds(business_id=salon.business.pk).count() == asked


def test_a_booking_says_what_the_desk_took_before(client: Client, salon: Salon) -> None:
    Service.objects.filter(pk=salon.colour.pk).update(tax_rate=1900, pays_online=False)
    Business.objects.update(prices_include_tax=False)
    at = salon.at(26, 10, 15).astimezone(salon.business.zone)
    fill(client, hold(client, salon.colour, at))
    booking = Booking.objects.get(status="CONFIRMED")
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    Booking.objects.filter(pk=booking.pk).update(price=7400)
    assert findings() == ["the_price_told_is_owed"]

    upgrade()

    booking.refresh_from_db()
    assert booking.price == 8806
    assert findings() == []
