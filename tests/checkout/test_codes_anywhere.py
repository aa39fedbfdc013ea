"""Codes and gift cards wherever a price is paid; their numbers stand in no address."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client, override_settings

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.checkout.gifts import paid_by_card, spell_code
from apps.checkout.models import Discount, Order, Payment
from apps.checkout.pricing import Way
from apps.checkout.providers.stripe_amounts import stripe_bounds, to_stripe
from apps.checkout.queries.offers import offer_of
from apps.ledger.check import find_all
from tests.checkout.stripe_memory import SECRET_KEY
from tests.checkout.test_balance import carl, page_of
from tests.checkout.test_views import to_pay_page
from tests.factories import NOW, Salon, make_booking
from tests.factories.coupons import make_coupon
from tests.factories.money import make_prepared, work
from tests.factories.prepaid import make_gift_card
from tests.pages import fields_of, text_of

STRIPE = override_settings(PAYMENT_PROVIDER="stripe", STRIPE_SECRET_KEY=SECRET_KEY)


@pytest.fixture
def there(salon: Salon) -> Salon:
    """A colour of €74.00 is paid at the salon only."""
    Service.objects.filter(pk=salon.colour.pk).update(pays_online=False)
    salon.colour.refresh_from_db()
    return salon


def update(client: Client, path: str, **typed: str) -> Any:
    """Press the button and read the page it leads to."""
    return client.post(path, {"update": "1", **typed}, follow=True)


def addresses_of(page: Any) -> str:
    return " ".join(
        re.findall(r'(?:href|action|hx-get|hx-post|hx-push-url)="([^"]*)"', text_of(page))
    )


@pytest.mark.django_db
def test_what_is_paid_at_the_place_asks_for_codes_where_there_are_any(
    client: Client, there: Salon
) -> None:
    make_coupon(business=there.business, code="WINTER10")
    path = to_pay_page(client, there, service="colour")

    used = update(client, path, code="winter10")
    done = client.post(path, {**fields_of(used), "way": "IN_PERSON"})

    booking = Booking.objects.get()
    assert done["Location"] == f"/done/{booking.reference}/"
    assert (booking.price, booking.payment_status) == (6660, "NOT_PAID")
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_a_gift_card_pays_what_would_be_paid_at_the_place(client: Client, there: Salon) -> None:
    card = make_gift_card(by=there.olga, value=3000)
    path = to_pay_page(client, there, service="colour")

    used = update(client, path, code=spell_code(card.code))
    client.post(path, {**fields_of(used), "way": "IN_PERSON"})

    booking = Booking.objects.get()
    assert (booking.paid, booking.payment_status) == (3000, "PARTIALLY_PAID")
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_without_any_code_there_is_no_page_to_ask_for_one(client: Client, there: Salon) -> None:
    assert "/done/" in to_pay_page(client, there, service="colour")


@pytest.mark.django_db
def test_codes_are_posted_and_stand_in_no_address(client: Client, salon: Salon) -> None:
    make_coupon(business=salon.business, code="WINTER10")
    card = make_gift_card(by=salon.olga, value=1000)
    path = to_pay_page(client, salon)

    ignored = client.get(f"{path}?code=WINTER10&gift={card.code}&way=FULL")
    assert "Code WINTER10" not in text_of(ignored)
    assert "Gift card G-" not in text_of(ignored)

    both = update(client, path, way="FULL", code="WINTER10", gift=card.code)
    for words in ("Code WINTER10", f"Gift card {spell_code(card.code)}", "€33.20"):
        assert words in text_of(both)
    for number in ("WINTER10", card.code, spell_code(card.code)):
        assert number not in addresses_of(both)
    assert 'method="get"' not in text_of(both)

    sent = {name: value for name, value in fields_of(both).items() if name != "amounts"}
    without_gift = update(client, path, **sent, drop="gift")
    assert "Code WINTER10" in text_of(without_gift)
    assert "Gift card G-" not in text_of(without_gift)
    without_code = update(client, path, **sent, drop="code")
    assert "Code WINTER10" not in text_of(without_code)
    assert "Gift card G-" in text_of(without_code)


@pytest.mark.django_db
def test_a_coupon_that_makes_it_free_is_free_on_page_and_mail(client: Client, salon: Salon) -> None:
    make_coupon(business=salon.business, code="ALL", kind="PERCENT", value=10_000)
    path = to_pay_page(client, salon)

    page = update(client, path, way="FULL", code="ALL")
    assert re.search(r'class="total"><td>Total.*?</td><td>Free</td>', text_of(page), re.DOTALL)
    assert "Pay a deposit now" not in text_of(page)
    assert "Book this time" in text_of(page)
    client.post(path, fields_of(page))
    work(NOW)

    booking = Booking.objects.get()
    assert (booking.status, booking.price, booking.payment_status) == ("CONFIRMED", 0, "EXEMPT")
    assert "Free" in page_of(carl(booking), booking)
    assert "€0.00" not in page_of(carl(booking), booking)
    told = next(str(it.body) for it in mail.outbox if it.to == ["carl@example.com"])
    assert "Free" in told
    assert "€0.00" not in told
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.parametrize(
    ("currency", "least", "step", "most"),
    [
        ("EUR", 50, 1, 99_999_999),
        ("GBP", 30, 1, 99_999_999),
        ("JPY", 50, 1, 99_999_999),
        ("KWD", 10, 10, 99_999_990),
        ("IQD", 10, 10, 999_999_990),
        ("MGA", 100, 100, 9_999_999_900),
        ("ISK", 1, 1, 999_999),
    ],
)
def test_what_stripe_takes(currency: str, least: int, step: int, most: int) -> None:
    found = stripe_bounds(currency)

    assert (found.least, found.step, found.most) == (least, step, most)
    assert to_stripe(found.least, currency) > 0
    assert found.takes(least)
    assert not found.takes(least - step)
    assert not found.takes(most + step)


@pytest.mark.parametrize(
    ("balance", "paid"),
    [(1000, 1000), (4800, 4800), (5000, 4800), (4799, 4750), (4750, 4750), (4760, 4750)],
)
def test_a_card_leaves_what_can_be_paid_online(balance: int, paid: int) -> None:
    found = paid_by_card(balance=balance, total=4800, due_now=4800, way=Way.FULL, least=50)

    assert found == paid


def ways(draft: Booking, code: str) -> tuple[list[str], int]:
    offer = offer_of(booking=draft, code=code, now=NOW)
    return [way.value for way in offer.ways], offer.too_little


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("taken_off", "found"),
    [
        (4750, (["FULL"], 0)),
        (4751, (["IN_PERSON"], 49)),
        (4800, (["DEPOSIT", "FULL"], 0)),
        (0, (["DEPOSIT", "FULL"], 0)),
    ],
)
def test_what_is_too_little_to_be_paid_online_is_paid_at_the_place(
    salon: Salon, taken_off: int, found: tuple[list[str], int]
) -> None:
    make_coupon(business=salon.business, code="OFF", kind="AMOUNT", value=max(taken_off, 1))
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    with STRIPE:
        told, too_little = ways(draft, "OFF" if taken_off else "")

    assert (set(told) >= set(found[0]), too_little) == (True, found[1])
    if too_little:
        assert told == ["IN_PERSON"]


@pytest.mark.django_db
def test_the_page_says_why_and_how_instead(client: Client, salon: Salon) -> None:
    make_coupon(business=salon.business, code="OFF", kind="AMOUNT", value=4780)
    path = to_pay_page(client, salon)
    with STRIPE:
        page = update(client, path, way="FULL", code="OFF")
        done = client.post(path, fields_of(page))

    assert "€0.20 cannot be paid online. You pay this at the studio." in text_of(page)
    assert "/done/" in done["Location"]
    assert not Payment.objects.exists()
    assert Order.objects.get().total == 20


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "where"), [({"home_visit": True}, "at the visit"), ({"online": True}, "later")]
)
def test_what_is_too_little_is_paid_where_it_was_booked(
    salon: Salon, columns: dict[str, bool], where: str
) -> None:
    Service.objects.filter(pk=salon.colour.pk).update(**columns)
    booking = make_booking(
        service=Service.objects.get(pk=salon.colour.pk), starts_at=salon.at(26, 12), now=NOW
    )
    Booking.objects.filter(pk=booking.pk).update(price=20)
    booking.refresh_from_db()
    with STRIPE:
        page = page_of(carl(booking), booking)

    assert f"€0.20 cannot be paid online. You pay this {where}." in page


@pytest.mark.django_db
def test_what_is_too_little_is_paid_at_the_place_as_it_was_called(salon: Salon) -> None:
    booking = make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)
    Booking.objects.filter(pk=booking.pk).update(price=20)
    Business.objects.update(place_word="barn")
    booking = Booking.objects.get(pk=booking.pk)
    with STRIPE:
        page = page_of(carl(booking), booking)

    assert "€0.20 cannot be paid online. You pay this at the studio." in page


@pytest.mark.django_db
def test_a_rest_that_is_too_little_is_not_sent_to_the_bank(salon: Salon) -> None:
    booking = make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)
    Booking.objects.filter(pk=booking.pk).update(price=20)
    booking.refresh_from_db()
    with STRIPE:
        page = page_of(carl(booking), booking)
        answer = carl(booking).post(f"/manage/{booking.reference}/pay")

    assert "€0.20 cannot be paid online. You pay this at the studio." in page
    assert "Pay €0.20 online" not in page
    assert answer.status_code == 409
    assert not Payment.objects.exists()


@pytest.mark.django_db
def test_any_amount_begins_where_the_bank_begins(salon: Salon) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(any_amount=True, deposit=10)
    salon.cut.refresh_from_db()
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    with STRIPE:
        quote = offer_of(booking=draft, now=NOW).quotes[Way.DEPOSIT]

    assert (quote.least_now, quote.due_now, quote.most_now) == (50, 50, 4800)
    assert not Discount.objects.exists()
