"""Codes: what they are worth, to whom, how often, and never once too often (rule M13)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Coupon, CouponUse, Order, Payment
from apps.checkout.operations import Seen
from apps.checkout.pricing import Way
from apps.checkout.promotions import (
    PromotionKind,
    PromotionProblem,
    PromotionTerms,
    refusal,
    spread,
    worth,
)
from apps.checkout.queries.offers import offer_of
from apps.customers.queries import identity_of
from apps.ledger.check import find_all
from tests.checkout.test_views import press, to_pay_page
from tests.factories import NOW, Salon, make_salon
from tests.factories.coupons import make_coupon
from tests.factories.money import ORIGIN, make_prepared, work
from tests.pages import fields_of, text_of

TERMS = PromotionTerms(
    kind=PromotionKind.PERCENT,
    value=1000,
    starts_at=NOW - timedelta(days=1),
    ends_at=NOW + timedelta(days=1),
    service_ids=frozenset({1}),
    min_subtotal=1000,
    max_uses=5,
    max_per_customer=1,
    used=0,
    used_by_customer=0,
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"ends_at": NOW}, PromotionProblem.OVER),
        ({"starts_at": NOW + timedelta(seconds=1)}, PromotionProblem.NOT_YET),
        ({"service_ids": frozenset({2})}, PromotionProblem.OTHER_SERVICE),
        ({"service_ids": frozenset()}, None),
        ({"min_subtotal": 4801}, PromotionProblem.TOO_SMALL),
        ({"used": 5}, PromotionProblem.USED_UP),
        ({"used": 500, "max_uses": None}, None),
        ({"used_by_customer": 1}, PromotionProblem.USED_BY_YOU),
        ({"used_by_customer": 9, "max_per_customer": None}, None),
    ],
)
def test_whether_a_code_may_be_used(
    change: dict[str, Any], expected: PromotionProblem | None
) -> None:
    found = refusal(replace(TERMS, **change), service_id=1, subtotal=4800, now=NOW)

    assert found is expected


@pytest.mark.parametrize(
    ("kind", "value", "off"),
    [
        (PromotionKind.PERCENT, 1000, 480),
        (PromotionKind.PERCENT, 3333, 1600),
        (PromotionKind.PERCENT, 10_000, 4800),
        (PromotionKind.AMOUNT, 500, 500),
        (PromotionKind.AMOUNT, 9000, 4800),
        (PromotionKind.FIXED_PRICE, 4000, 800),
        (PromotionKind.FIXED_PRICE, 5000, 0),
    ],
)
def test_what_a_code_is_worth(kind: PromotionKind, value: int, off: int) -> None:
    assert worth(replace(TERMS, kind=kind, value=value), subtotal=4800) == off


@given(
    amounts=st.lists(st.integers(0, 1_000_000), min_size=1, max_size=8),
    share=st.integers(0, 10_000),
)
def test_a_discount_is_spread_without_losing_a_unit(amounts: list[int], share: int) -> None:
    off = worth(replace(TERMS, value=share), subtotal=sum(amounts))

    parts = spread(off, over=tuple(amounts), currency="EUR")

    assert sum(parts) == off
    assert all(0 <= part <= amount for part, amount in zip(parts, amounts, strict=True))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("Carl@Example.com", "carl@example.com"),
        ("carl+tag@example.com", "carl@example.com"),
        ("c.a.r.l@gmail.com", "carl@gmail.com"),
        ("carl+a@googlemail.com", "carl@gmail.com"),
        ("c.arl@example.com", "c.arl@example.com"),
    ],
)
def test_one_mailbox_has_one_name(address: str, name: str) -> None:
    assert identity_of(address) == name


def prepared(salon: Salon, *, hour: int = 10, email: str = "carl@example.com") -> Booking:
    return make_prepared(service=salon.colour, starts_at=salon.at(26, hour), now=NOW, email=email)


def check_out(draft: Booking, code: str, way: Way = Way.IN_PERSON) -> checkout.CheckedOut:
    quote = offer_of(booking=draft, code=code, now=NOW).quotes[way]
    seen = Seen.of(quote, code=code)
    return checkout.check_out(draft_id=draft.draft_id, way=way, seen=seen, origin=ORIGIN, now=NOW)


@pytest.mark.django_db
def test_a_code_lowers_the_price_and_is_written_down(salon: Salon) -> None:
    make_coupon(business=salon.business)

    booking = check_out(prepared(salon), "WINTER10").booking

    order = Order.objects.get()
    assert (order.total, order.discount, order.coupon_code) == (6660, 740, "WINTER10")
    assert (booking.price, Coupon.objects.get().used) == (6660, 1)
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_one_mailbox_uses_it_once_however_it_is_spelled(salon: Salon) -> None:
    make_coupon(business=salon.business)
    check_out(prepared(salon, email="carl@gmail.com"), "WINTER10")

    again = prepared(salon, hour=12, email="c.arl+again@gmail.com")

    assert offer_of(booking=again, code="WINTER10", now=NOW).applied.refused == "USED_BY_YOU"
    with pytest.raises(checkout.CouponRefused):
        check_out(again, "WINTER10")
    assert CouponUse.objects.count() == 1


@pytest.mark.django_db
def test_one_phone_uses_it_once_whatever_the_address(salon: Salon) -> None:
    make_coupon(business=salon.business)
    first, again, other = (
        prepared(salon, hour=hour, email=f"carl{hour}@example.com") for hour in (10, 12, 14)
    )
    for draft, phone in ((first, "+49305550142"), (again, "+49305550142"), (other, "+4930555")):
        draft.contact_phone = phone
        draft.save()
    check_out(first, "WINTER10")

    with pytest.raises(checkout.CouponRefused):
        check_out(again, "WINTER10")
    check_out(other, "WINTER10")

    assert CouponUse.objects.count() == 2


@pytest.mark.django_db
def test_the_last_use_goes_to_one(salon: Salon) -> None:
    make_coupon(business=salon.business, max_uses=1)
    first, second = prepared(salon), prepared(salon, hour=12, email="eva@example.com")
    check_out(first, "WINTER10")

    with pytest.raises(checkout.CouponRefused):
        check_out(second, "WINTER10")

    assert Booking.objects.get(pk=second.pk).status == "CREATED"


def give_up() -> None:
    begun = Payment.objects.latest("pk")
    checkout.give_up_payment(payment_id=begun.pk, order_id=begun.order_id, now=NOW)


@pytest.mark.django_db
def test_a_draft_that_is_paid_another_way_uses_it_once(salon: Salon) -> None:
    make_coupon(business=salon.business, max_uses=1)
    draft = prepared(salon)

    check_out(draft, "WINTER10", Way.FULL)
    check_out(draft, "WINTER10", Way.FULL)
    give_up()
    check_out(draft, "", Way.FULL)
    assert Coupon.objects.get().used == 0
    give_up()
    check_out(draft, "WINTER10", Way.IN_PERSON)

    assert (Coupon.objects.get().used, CouponUse.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_code_that_pays_for_all_of_it_books_at_once(salon: Salon) -> None:
    make_coupon(business=salon.business, value=10_000)

    done = check_out(prepared(salon), "WINTER10", Way.FULL)

    booking = Booking.objects.get()
    assert (done.url, booking.status, booking.payment_status) == ("", "CONFIRMED", "EXEMPT")
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_codes_of_another_business_are_unknown(salon: Salon) -> None:
    make_coupon(business=make_salon(slug="other").business)

    found = offer_of(booking=prepared(salon), code="WINTER10", now=NOW)

    assert found.applied.refused == "UNKNOWN"


@pytest.mark.django_db
def test_the_page_takes_a_code_and_says_why_not(client: Client, salon: Salon) -> None:
    make_coupon(business=salon.business)
    make_coupon(business=salon.business, code="OLD", ends_at=NOW)
    path = to_pay_page(client, salon)

    old = client.post(path, {"update": "1", "code": "old"})
    assert "This code ended on Tue 24 Nov." in text_of(old)
    assert 'value="OLD"' in text_of(old)
    assert old.status_code == 422
    used = client.post(path, {"update": "1", "way": "FULL", "code": "winter 10"}, follow=True)
    assert "Code WINTER10" in text_of(used)
    assert "€43.20" in text_of(used)
    done = client.post(path, {**fields_of(used), "way": "FULL"})

    assert done.status_code == 303
    assert Order.objects.get().total == 4320


@pytest.mark.django_db
def test_a_code_that_ended_meanwhile_is_a_409_that_goes_on_without_it(
    client: Client, salon: Salon
) -> None:
    coupon = make_coupon(business=salon.business)
    path = to_pay_page(client, salon)
    fields = fields_of(
        client.post(path, {"update": "1", "way": "DEPOSIT", "code": "WINTER10"}, follow=True)
    )
    checkout.stop_coupon(coupon_id=coupon.pk, by=salon.olga, now=NOW)

    page = client.post(path, {**fields, "way": "DEPOSIT"})

    assert page.status_code == 409
    assert "You can continue without it." in text_of(page)
    assert press(client, path, way="DEPOSIT").status_code == 303
    assert Order.objects.get().total == 4800


@pytest.mark.django_db
def test_a_code_that_was_not_sealed_changes_nothing(client: Client, salon: Salon) -> None:
    make_coupon(business=salon.business)
    path = to_pay_page(client, salon)

    press(client, path, way="DEPOSIT", code="WINTER10")

    assert Order.objects.get().total == 4800


@pytest.mark.django_db
def test_a_code_of_a_draft_that_nobody_goes_on_paying_is_free_again(salon: Salon) -> None:
    """Whoever begins anew uses it; whoever goes on with the draft uses it there."""
    coupon = make_coupon(business=salon.business)
    draft = prepared(salon)
    check_out(draft, "WINTER10", Way.FULL)
    later = NOW + timedelta(hours=1)
    checkout.settle_open_payments(now=later)
    work(later)

    assert [checkout.release_held(now=later) for _time in range(2)] == [1, 0]
    coupon.refresh_from_db()
    assert coupon.used == 0
    check_out(draft, "WINTER10", Way.FULL)
    coupon.refresh_from_db()
    assert coupon.used == 1
    assert list(find_all(business_id=None, now=later)) == []
