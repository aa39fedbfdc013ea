"""What is taken off without a code: once, the best of several, the same on every page
(rule M14)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Discount, Order, Payment
from apps.checkout.operations import Act, Seen
from apps.checkout.pricing import Item, Way, quote
from apps.checkout.promotions import (
    NOTHING,
    PromotionKind,
    PromotionTerms,
    Taken,
    best,
    refusal,
    share_out,
    worth,
)
from apps.checkout.queries.offers import offer_of
from apps.ledger.check import find_all
from tests.checkout.test_balance import carl
from tests.checkout.test_views import press, to_pay_page
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.money import ORIGIN, make_prepared, pay_in_sandbox, work
from tests.factories.studio import join, make_session, make_studio
from tests.pages import fields_of, text_of
from tests.waitlists.test_places import wait

LATER = NOW + timedelta(minutes=1)
RULE = PromotionTerms(
    pk=1,
    name="Autumn",
    kind=PromotionKind.PERCENT,
    value=1000,
    starts_at=NOW - timedelta(days=1),
    ends_at=NOW + timedelta(days=1),
    service_ids=frozenset({1}),
    min_subtotal=1000,
    min_people=2,
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"ends_at": NOW}, False),
        ({"ends_at": None}, True),
        ({"starts_at": NOW}, True),
        ({"starts_at": NOW + timedelta(seconds=1)}, False),
        ({"service_ids": frozenset({2})}, False),
        ({"service_ids": frozenset()}, True),
        ({"min_subtotal": 4800}, True),
        ({"min_subtotal": 4801}, False),
        ({"min_people": 3}, False),
    ],
)
def test_whether_a_discount_counts(change: dict[str, Any], *, expected: bool) -> None:
    terms = replace(RULE, **change)

    refused = refusal(terms, service_id=1, subtotal=4800, people=2, now=NOW)

    assert (refused is None) is expected


def best_of(*rules: PromotionTerms) -> Taken:
    return best(rules, service_id=1, subtotal=4800, people=2, now=NOW)


def test_the_one_that_takes_most_off_counts_and_of_two_the_older() -> None:
    tenth = RULE
    five = replace(RULE, pk=2, name="Five", kind=PromotionKind.AMOUNT, value=500)
    same = replace(five, pk=3, name="Also five")
    over = replace(RULE, pk=4, name="Half", value=5000, ends_at=NOW)
    fixed = replace(RULE, pk=5, name="Fixed", kind=PromotionKind.FIXED_PRICE, value=4000)

    assert best_of(tenth, over) == Taken("Autumn", 480, 1)
    assert best_of(tenth, same, five, over) == Taken("Five", 500, 2)
    assert best_of(tenth, five, fixed) == Taken("Fixed", 800, 5)
    assert best_of(over) == best_of() == NOTHING
    assert best_of(replace(fixed, value=4800)) == NOTHING


KINDS = st.sampled_from(PromotionKind)
VALUES = st.integers(0, 10_000)


@given(
    amounts=st.lists(st.integers(0, 100_000), min_size=1, max_size=6),
    first=st.tuples(KINDS, VALUES),
    second=st.tuples(KINDS, VALUES),
    rate=st.integers(0, 5000),
    included=st.booleans(),
)
def test_discount_and_code_together_lose_no_unit_and_never_fall_below_zero(
    amounts: list[int],
    first: tuple[PromotionKind, int],
    second: tuple[PromotionKind, int],
    rate: int,
    *,
    included: bool,
) -> None:
    subtotal = sum(amounts)
    rule = replace(RULE, kind=first[0], value=first[1], min_subtotal=0)
    taken = best([rule], service_id=1, subtotal=subtotal, people=2, now=NOW)
    code = replace(RULE, kind=second[0], value=second[1])
    by_code = worth(code, subtotal=subtotal - taken.amount)

    off = share_out(amounts, discount=taken.amount, by_code=by_code, currency="EUR")
    priced = quote(
        items=[Item("Cut", amount) for amount in amounts],
        currency="EUR",
        tax_rate=rate,
        tax_included=included,
        way=Way.FULL,
        deposit=None,
        discounts=off,
        taken=taken,
    )

    assert sum(off) == taken.amount + by_code <= subtotal
    assert all(0 <= part <= amount for part, amount in zip(off, amounts, strict=True))
    assert (priced.taken.amount, priced.by_code) == (taken.amount, by_code)
    assert priced.total - (0 if included else priced.tax) == subtotal - sum(off) >= 0


def clean() -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


@pytest.mark.django_db
def test_it_is_taken_off_and_written_down_with_its_name(salon: Salon) -> None:
    make_discount(business=salon.business)
    make_discount(business=salon.business, name="Small", value=100)
    make_discount(business=make_salon(slug="other").business, value=5000)
    draft = make_prepared(service=salon.colour, starts_at=salon.at(26, 10), now=NOW)
    priced = offer_of(booking=draft, now=NOW).quotes[Way.IN_PERSON]

    booking = checkout.check_out(
        draft_id=draft.draft_id, way=Way.IN_PERSON, seen=Seen.of(priced), origin=ORIGIN, now=NOW
    ).booking

    order = Order.objects.get()
    assert (order.discount_name, order.by_discount, order.discount) == ("Autumn offer", 740, 740)
    assert (order.total, booking.price) == (6660, 6660)
    assert clean()


@pytest.mark.django_db
def test_a_code_counts_from_what_is_left(client: Client, salon: Salon) -> None:
    make_discount(business=salon.business, kind="AMOUNT", value=800)
    coupon = make_coupon(business=salon.business, min_subtotal=4000)
    path = to_pay_page(client, salon)
    page = client.post(path, {"update": "1", "way": "FULL", "code": "WINTER10"}, follow=True)

    for words in ("Autumn offer", "− €8.00", "Code WINTER10", "− €4.00", "Pay €36.00"):
        assert words in text_of(page)
    assert client.post(path, {**fields_of(page), "way": "FULL"}).status_code == 303

    order = Order.objects.get()
    coupon.refresh_from_db()
    assert (order.total, order.discount, order.by_discount, order.by_code) == (
        3600,
        1200,
        800,
        400,
    )
    assert (coupon.used, coupon.uses.get().amount) == (1, 400)
    assert clean()


@pytest.mark.django_db
def test_a_code_may_be_too_much_for_what_is_left(client: Client, salon: Salon) -> None:
    make_discount(business=salon.business, kind="AMOUNT", value=800)
    make_coupon(business=salon.business, min_subtotal=4001)

    page = client.post(to_pay_page(client, salon), {"update": "1", "code": "WINTER10"})

    assert "This code needs a higher total." in text_of(page)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("begins", "was", "now"), [(True, "€48.00", "€43.20"), (False, "€43.20", "€48.00")]
)
def test_what_begins_or_ends_before_the_click_is_a_409_with_both_prices(
    client: Client, salon: Salon, was: str, now: str, *, begins: bool
) -> None:
    if not begins:
        found = make_discount(business=salon.business)
    path = to_pay_page(client, salon)
    seen = fields_of(client.get(path))
    if begins:
        make_discount(business=salon.business)
    else:
        checkout.stop_discount(discount_id=found.pk, by=salon.olga, now=NOW)

    page = client.post(path, {**seen, "way": "DEPOSIT"})

    assert page.status_code == 409
    assert f"The price changed from {was} to {now}. Nothing was paid." in text_of(page)
    assert press(client, path, way="DEPOSIT").status_code == 303
    assert Order.objects.get().total == (4320 if begins else 4800)


@pytest.mark.django_db
def test_it_is_said_before_and_seen_before_the_click_also_where_it_is_paid_there(
    client: Client, salon: Salon
) -> None:
    salon.colour.pays_online = False
    salon.colour.save()
    words = "Autumn offer: 10 % off, applied before you pay."
    assert words not in text_of(client.get("/juniper/s/colour/"))
    make_discount(business=salon.business)
    assert words in text_of(client.get("/juniper/s/colour/"))

    path = to_pay_page(client, salon, service="colour")
    assert path.endswith("/pay")
    assert words in text_of(client.get(path.removesuffix("pay")))
    page = text_of(client.get(path))
    for shown in ("Autumn offer", "− €7.40", "€66.60", "Book this time"):
        assert shown in page
    press(client, path)

    booking = Booking.objects.get()
    assert (booking.status, booking.price, booking.payment_status) == (
        "CONFIRMED",
        6660,
        "NOT_PAID",
    )
    assert "€66.60, at the studio" in text_of(client.get(f"/done/{booking.reference}/"))
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER)
    assert Payment.objects.get().captured == 6660
    assert clean()


@pytest.mark.django_db
def test_a_request_is_sent_with_the_price_that_was_seen(client: Client, salon: Salon) -> None:
    make_discount(business=salon.business)
    salon.bridal.allows_multiple_requests = False
    salon.bridal.save()

    path = to_pay_page(client, salon, service="bridal")
    assert "Send request" in text_of(client.get(path))
    press(client, path)

    booking = Booking.objects.get()
    assert booking.status == "PENDING"
    assert booking.price == Order.objects.get().total
    assert clean()


@pytest.mark.django_db
def test_without_a_discount_nothing_is_one_step_longer(client: Client, salon: Salon) -> None:
    make_discount(business=salon.business, min_subtotal=7401)
    salon.colour.pays_online = False
    salon.colour.save()

    assert to_pay_page(client, salon, service="colour").startswith("/done/")
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_it_is_on_the_receipt_and_on_the_owner_s_page(client: Client, salon: Salon) -> None:
    make_discount(business=salon.business, kind="AMOUNT", value=500)
    path = to_pay_page(client, salon)
    press(client, path, way="FULL")
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    booking = Booking.objects.get()
    olga = Client()
    olga.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    pages = (
        text_of(carl(booking).get(f"/manage/{booking.reference}/receipt")),
        text_of(olga.get(f"/own/juniper/bookings/{booking.reference}/")),
    )

    assert booking.price == 4300
    for page in pages:
        for words in ("<td>Autumn offer</td><td>− €5.00</td>", "€48.00", "€43.00"):
            assert words in page
    assert clean()


@pytest.mark.django_db
def test_a_draft_keeps_its_price_until_it_is_booked(client: Client, salon: Salon) -> None:
    """Back from the bank to the details, nothing has changed."""
    make_discount(business=salon.business)
    path = to_pay_page(client, salon)
    press(client, path, way="FULL")
    details = path.removesuffix("pay")

    typed = fields_of(client.get(details))
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        again = client.post(details, typed)

    assert (again.status_code, again["Location"]) == (303, path)


@pytest.mark.django_db
def test_all_of_it_off_is_booked_at_once_and_owes_nothing(client: Client, salon: Salon) -> None:
    make_discount(business=salon.business, kind="FIXED_PRICE", value=0)

    press(client, to_pay_page(client, salon), way="FULL")

    booking = Booking.objects.get()
    assert (booking.status, booking.payment_status, booking.price) == ("CONFIRMED", "EXEMPT", 0)
    assert clean()


@pytest.mark.django_db
def test_who_comes_from_the_waitlist_or_the_team_has_it_too(at_now: object) -> None:
    studio = make_studio()
    make_discount(business=studio.business)
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=2)
    sam = join(session, email="sam@example.com", people=2)
    eva = wait(session, "Eva").booking
    bookings.cancel_booking(
        booking_id=sam.pk,
        business_id=sam.business_id,
        revision=sam.revision,
        by=studio.olga,
        now=NOW,
    )
    olga = Client()
    olga.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    browser = carl(eva)
    assert browser.post(f"/manage/{eva.reference}/take").status_code == 303
    typed = {"name": "Ida", "email": "ida@example.com", "people": "1"}
    olga.post(f"/own/harbor/classes/{session.pk}/add/", typed)

    told = Booking.objects.filter(status="CONFIRMED").values_list("price", "order__by_discount")
    assert list(told) == [(1620, 180), (1620, 180)]
    assert "$16.20" in text_of(browser.get(f"/manage/{eva.reference}/"))
    assert clean()


@pytest.mark.django_db
def test_more_people_cost_more_on_the_same_order(at_now: object) -> None:
    studio = make_studio()
    found = make_discount(business=studio.business)
    eva = join(make_session(studio, starts_at=studio.at(25, 18)), email="eva@example.com")
    checkout.book_with_discount(book=lambda: eva, now=NOW)

    checkout.add_people(booking=eva, more=1, now=NOW)
    assert sums(eva) == (3240, 3240, 360)
    checkout.stop_discount(discount_id=found.pk, by=studio.olga, now=NOW)
    checkout.add_people(booking=eva, more=1, now=NOW)

    assert sums(eva) == (5040, 5040, 360)
    assert prices_told(eva) == [(1800, 1620), (1620, 3240), (3240, 5040)]
    assert clean()


def prices_told(booking: Booking) -> list[tuple[int, int]]:
    """Before and after each line of history that tells a price."""
    lines = booking.history.order_by("revision")
    return [(it.before["price"], it.after["price"]) for it in lines if "price" in it.after]


def sums(booking: Booking) -> tuple[int | None, int, int]:
    booking.refresh_from_db()
    order = Order.objects.get()
    return booking.price, order.total, order.by_discount


@pytest.mark.django_db
def test_a_price_that_was_told_is_not_lowered_later(salon: Salon) -> None:
    booking = make_booking(service=salon.colour, starts_at=salon.at(26, 10), now=NOW)
    make_discount(business=salon.business)

    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER)

    assert Payment.objects.get().captured == 7400


@pytest.mark.django_db
def test_of_two_discounts_the_page_tells_the_one_that_counts(client: Client, salon: Salon) -> None:
    make_discount(business=salon.business, name="Many", value=5000, min_people=3)
    make_discount(business=salon.business, name="Tiny", value=100)
    assert "Tiny: 1 % off, applied" in text_of(client.get("/juniper/s/cut/"))

    Discount.objects.filter(name="Tiny").delete()

    assert "Many: 50 % off for 3 people or more, applied" in text_of(client.get("/juniper/s/cut/"))
