"""The price a customer reads has its tax in it, and is what they owe, whatever is changed later."""

import re
from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import AddOn, AddOnGroup, Service
from apps.checkout import operations as checkout
from apps.checkout.models import Order
from apps.checkout.pricing import Item, Off, Way, quote
from apps.checkout.promotions import NOTHING, Taken
from apps.checkout.queries.orders import find_payment_summary
from apps.ledger.check import find_all
from tests.factories import NOW, Salon
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.studio import Studio, join, make_session
from tests.pages import fill, hold, text_of, times_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def taxed(salon: Salon) -> Salon:
    """A colour of €74.00 is paid at the salon only; 19 % tax."""
    Service.objects.filter(pk=salon.colour.pk).update(tax_rate=1900, pays_online=False)
    salon.colour.refresh_from_db()
    return salon


@pytest.fixture
def net(taxed: Salon) -> Salon:
    """Olga keeps her prices without tax: with it, the colour is €88.06."""
    Business.objects.update(prices_include_tax=False)
    taxed.business.refresh_from_db()
    return taxed


def euros(page: Any) -> list[str]:
    return sorted(set(re.findall(r"€\d+\.\d\d", text_of(page))))


def book(client: Client, salon: Salon) -> Booking:
    at = salon.at(26, 10, 15).astimezone(salon.business.zone)
    fill(client, hold(client, salon.colour, at))
    return Booking.objects.get(status="CONFIRMED")


def pay_at_the_desk(salon: Salon, booking: Booking) -> Order:
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    return Order.objects.get(booking=booking)


def findings() -> list[str]:
    return [str(it) for it in find_all(business_id=None, now=NOW)]


def test_where_tax_comes_on_top_every_page_names_the_price_with_it(
    client: Client, net: Salon
) -> None:
    assert "€88.06" in euros(client.get("/juniper/"))
    assert "€74.00" not in euros(client.get("/juniper/"))
    assert euros(client.get("/juniper/s/colour/")) == ["€88.06"]
    assert euros(client.get(times_url(net.colour))) == ["€88.06"]
    at = net.at(26, 10, 15).astimezone(net.business.zone)
    details = hold(client, net.colour, at)
    assert euros(client.get(details)) == ["€88.06"]
    fill(client, details)
    booking = Booking.objects.get(status="CONFIRMED")
    assert booking.price == 8806
    assert euros(client.get(f"/done/{booking.reference}/")) == ["€88.06"]


def test_what_was_told_is_what_is_taken_at_the_desk(client: Client, net: Salon) -> None:
    order = pay_at_the_desk(net, book(client, net))
    (line,) = order.lines.all()
    assert (order.total, order.tax, order.tax_rate, order.tax_included) == (8806, 1406, 1900, False)
    assert (line.amount, line.tax, line.total) == (7400, 1406, 8806)
    assert findings() == []


def test_another_tax_later_changes_nothing_of_what_is_booked(client: Client, taxed: Salon) -> None:
    booking = book(client, taxed)
    Business.objects.update(prices_include_tax=False)
    Service.objects.update(tax_rate=700)
    order = pay_at_the_desk(taxed, booking)
    assert (booking.price, order.total) == (7400, 7400)
    assert (order.tax, order.tax_rate, order.tax_included) == (1182, 1900, True)
    assert findings() == []


def test_tax_that_comes_later_on_top_is_not_in_what_was_told(client: Client, net: Salon) -> None:
    booking = book(client, net)
    Business.objects.update(prices_include_tax=True)
    Service.objects.update(tax_rate=0)
    order = pay_at_the_desk(net, booking)
    assert (order.total, order.tax, order.tax_rate, order.tax_included) == (8806, 1406, 1900, False)


def test_an_order_that_comes_to_another_price_than_was_told_is_found(
    client: Client, taxed: Salon
) -> None:
    booking = book(client, taxed)
    pay_at_the_desk(taxed, booking)
    Booking.objects.filter(pk=booking.pk).update(price=7000)
    where = f"the_price_told_is_owed: business {taxed.business.pk}, booking {booking.reference}"
    assert findings() == [f"{where}: was told 7000, its order comes to 7400"]


def test_a_price_of_several_lines_is_owed_to_the_cent(client: Client, net: Salon) -> None:
    group = AddOnGroup.objects.create(service=net.colour, name="Extras", max_add_ons=3)
    extras = [
        AddOn.objects.create(group=group, name=name, price=105) for name in ("Gloss", "Mask", "Oil")
    ]
    at = net.at(26, 10, 15).astimezone(net.business.zone)
    fill(client, hold(client, net.colour, at, {"add_on": [it.pk for it in extras]}))
    booking = Booking.objects.get(status="CONFIRMED")
    assert booking.price == 8806 + 3 * (105 + 20)
    assert sorted(booking.add_ons.values_list("price", flat=True)) == [125, 125, 125]
    assert pay_at_the_desk(net, booking).total == booking.price
    assert findings() == []


def test_a_code_is_told_with_the_tax_it_saves_wherever_a_bill_is_shown(
    client: Client, net: Salon
) -> None:
    booking = book(client, net)
    make_coupon(business=net.business, code="TEN", kind="AMOUNT", value=1000)
    told = {"booking_id": booking.pk, "business_id": net.business.pk}
    checkout.use_code(**told, code="TEN", by=net.olga, now=NOW)
    summary = find_payment_summary(booking=booking)
    assert summary is not None
    (line,) = summary.order.lines.all()
    assert (line.before, summary.order.off, summary.order.total) == (8806, Off(0, 1190), 7616)
    client.force_login(net.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    page = text_of(client.get(f"/own/juniper/bookings/{booking.reference}/"))
    for amount in ("€88.06", "−\xa0€11.90", "€76.16"):
        assert amount.replace("\xa0", " ") in page.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("taken", "by_code", "off"),
    [(740, 0, (881, 0)), (0, 1000, (0, 1190)), (740, 1000, (881, 1190))],
)
def test_what_is_taken_off_a_bill_is_told_with_its_tax(
    taken: int, by_code: int, off: tuple[int, int]
) -> None:
    priced = quote(
        items=[Item("Colour", 7400)],
        currency="EUR",
        tax_rate=1900,
        tax_included=False,
        way=Way.IN_PERSON,
        deposit=None,
        discounts=[taken + by_code],
        taken=Taken("Autumn", taken) if taken else NOTHING,
    )

    assert (priced.before, priced.off) == ((8806,), Off(*off))
    assert priced.total == 8806 - sum(off)


def test_a_code_at_the_desk_is_taken_off_before_tax(client: Client, net: Salon) -> None:
    booking = book(client, net)
    make_coupon(business=net.business, code="TEN", kind="AMOUNT", value=1000)
    checkout.use_code(
        booking_id=booking.pk, business_id=net.business.pk, code="TEN", by=net.olga, now=NOW
    )
    booking.refresh_from_db()
    assert booking.price == 6400 + 1216
    assert findings() == []


def test_one_more_person_costs_what_a_page_says_on_an_order_that_is_there(studio: Studio) -> None:
    studio.flow.tax_rate = 1000
    studio.flow.save()
    Business.objects.update(prices_include_tax=False)
    make_discount(business=studio.business)
    eva = join(make_session(studio, starts_at=studio.at(25, 18)), email="eva@example.com")
    eva.service.refresh_from_db()
    checkout.book_with_discount(book=lambda: eva, now=NOW)
    checkout.add_people(booking=eva, more=1, now=NOW)
    eva.refresh_from_db()
    order = Order.objects.get()
    assert (eva.price, order.total, order.discount, order.tax) == (3564, 3564, 360, 324)
    assert findings() == []
