"""An appointment costs the same at every free time and with everybody, so that a move has no
difference to pay (ADR 37). Whoever lets a price depend on either finds it here, and then has to
show the difference beside each time and to settle it with the move."""

from datetime import timedelta

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.models import AddOn, Service, Variant
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.checkout.models import Discount, Order
from apps.checkout.queries.promotions import find_discount
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking
from tests.factories.coupons import make_discount

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
OF_A_PRICE = {"price", "price_kind", "price_text"}
NOT_OF_A_TIME = {
    *("id", "business", "name", "kind", "value", "min_subtotal", "min_people", "form_key"),
    *("starts_at", "ends_at"),  # of the offer: when one books, not when one comes
}


def test_whoever_does_it_costs_the_same(salon: Salon) -> None:
    prices = {
        choose(service=salon.cut, resource_id=who).price.total
        for who in (None, salon.ana.resource_id, salon.ben.resource_id)
    }

    assert prices == {4800}


def test_nothing_that_is_priced_knows_of_a_time_or_a_person() -> None:
    names = {it.name for it in Variant._meta.concrete_fields}
    assert names == {"id", "service", "name", "price", "duration_minutes", "position"}
    extras = {it.name for it in AddOn._meta.concrete_fields}
    assert extras >= {"price", "duration_minutes"}
    assert {it for it in extras if it in {"resource", "staff", "weekday", "starts_at"}} == set()
    assert {it.name for it in Service._meta.concrete_fields if "price" in it.name} == OF_A_PRICE
    assert {it.name for it in Discount._meta.concrete_fields} == NOT_OF_A_TIME


def test_a_discount_asks_when_one_books_and_not_when_one_comes(salon: Salon) -> None:
    make_discount(business=salon.business, ends_at=NOW + timedelta(days=1))
    soon = make_booking(service=salon.cut, starts_at=salon.at(24, 15), now=NOW)
    later = make_booking(
        service=salon.cut, starts_at=salon.at(30, 10), now=NOW, email="ida@example.com"
    )

    taken = {find_discount(booking=it, subtotal=4800, now=NOW).amount for it in (soon, later)}

    assert len(taken) == 1
    assert taken != {0}


def test_a_move_to_another_time_and_person_leaves_price_and_money_alone(salon: Salon) -> None:
    carl = make_booking(
        service=salon.cut, starts_at=salon.at(27, 10), now=NOW, resource_id=salon.ana.resource_id
    )
    make_discount(business=salon.business)
    Service.objects.filter(pk=salon.cut.pk).update(price=9900)
    checkout.mark_paid(booking_id=carl.pk, revision=carl.revision, by=salon.olga, now=NOW)
    carl.refresh_from_db()
    before = (carl.price, carl.paid, Order.objects.get().bill)

    moved = bookings.move_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        starts_at=salon.at(28, 11),
        resource_id=salon.ben.resource_id,
        by=None,
        now=NOW,
    )

    after = Booking.objects.get(pk=moved.pk)
    assert (after.starts_at, after.resource_id) == (salon.at(28, 11), salon.ben.resource_id)
    assert (after.price, after.paid, Order.objects.get().bill) == before
    assert list(find_all(business_id=None, now=NOW)) == []
