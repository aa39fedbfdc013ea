"""Codes and gift cards for what is booked already: at the desk, and by whoever booked."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import Coupon, GiftCard, Order, Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from apps.messages.money_words import price_words
from apps.messages.queries import get_booking_facts
from tests.checkout.test_balance import carl, page_of
from tests.factories import NOW, Salon, make_booking
from tests.factories.coupons import make_coupon
from tests.factories.money import ORIGIN, check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card
from tests.factories.studio import Studio, join, make_session
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.detail]


@pytest.fixture
def booked(salon: Salon) -> Booking:
    """A colour of €74.00 with tax in it, to be paid at the salon."""
    Service.objects.filter(pk=salon.colour.pk).update(tax_rate=1900)
    salon.colour.refresh_from_db()
    return make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)


def use(booking: Booking, code: str, salon: Salon | None = None) -> checkout.UsedCode:
    return checkout.use_code(
        booking_id=booking.pk,
        business_id=booking.business_id,
        code=code,
        by=salon.olga if salon else None,
        now=NOW,
    )


def desk(salon: Salon) -> Client:
    browser = Client()
    browser.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def at_desk(salon: Salon, booking: Booking, code: str) -> Any:
    return desk(salon).post(f"/own/juniper/bookings/{booking.reference}/code/", {"code": code})


def walk_in(salon: Salon, hour: int, phone: str = "") -> Booking:
    """Somebody without an e-mail address."""
    booking = make_booking(
        service=salon.colour, starts_at=salon.at(26, hour), now=NOW, email=f"at{hour}@example.com"
    )
    Booking.objects.filter(pk=booking.pk).update(contact_email="", contact_phone=phone)
    booking.refresh_from_db()
    return booking


NOBODY = "Without an e-mail address or phone number, we cannot tell whether this customer"


def test_two_walk_ins_that_nobody_knows_are_two_customers(salon: Salon) -> None:
    coupon = make_coupon(business=salon.business, max_uses=2)

    for hour in (9, 12):
        visit = walk_in(salon, hour)
        page = desk(salon).get(f"/own/juniper/bookings/{visit.reference}/")
        assert NOBODY in text_of(page)
        use(visit, "WINTER10", salon)

    coupon.refresh_from_db()
    assert coupon.used == 2
    with pytest.raises(checkout.CouponRefused):
        use(walk_in(salon, 15), "WINTER10", salon)
    assert clean()


def test_a_walk_in_with_a_phone_is_known_by_it(salon: Salon) -> None:
    make_coupon(business=salon.business)
    use(walk_in(salon, 9), "WINTER10", salon)
    known = walk_in(salon, 12, phone="+493055501")
    assert NOBODY not in text_of(desk(salon).get(f"/own/juniper/bookings/{known.reference}/"))

    use(known, "WINTER10", salon)

    with pytest.raises(checkout.CouponRefused):
        use(walk_in(salon, 15, phone="+493055501"), "WINTER10", salon)


def clean() -> bool:
    return list(find_all(business_id=None, now=NOW)) == []


def test_a_gift_card_pays_at_the_desk_as_far_as_it_goes(booked: Booking, salon: Salon) -> None:
    card = make_gift_card(by=salon.olga, value=3000)

    assert at_desk(salon, booked, card.code.lower()).status_code == 303
    assert at_desk(salon, booked, card.code).status_code == 422

    booked.refresh_from_db()
    assert (booked.payment_status, booked.paid) == ("PARTIALLY_PAID", 3000)
    assert GiftCard.objects.get(pk=card.pk).balance == 0
    page = text_of(desk(salon).get(f"/own/juniper/bookings/{booked.reference}/"))
    assert "Gift card, paid" in page
    assert "Take €44.00" in page
    assert clean()


def test_a_code_makes_what_is_left_cheaper(booked: Booking, salon: Salon) -> None:
    make_coupon(business=salon.business, code="WINTER10")

    assert at_desk(salon, booked, "winter10").status_code == 303
    assert at_desk(salon, booked, "WINTER10").status_code == 422

    booked.refresh_from_db()
    order = Order.objects.get()
    assert (booked.price, order.total, order.discount, order.tax) == (6660, 6660, 740, 1063)
    assert (order.coupon_code, Coupon.objects.get().used) == ("WINTER10", 1)
    assert list(booked.history.order_by("pk").values_list("action", flat=True))[-1] == "PRICED"
    assert clean()


def test_a_code_after_a_part_was_paid_is_used_while_there_is_room(
    booked: Booking, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga, value=7000)
    make_coupon(business=salon.business, code="WINTER10")
    make_coupon(business=salon.business, code="LITTLE", kind="AMOUNT", value=400)
    use(booked, card.code, salon)

    with pytest.raises(checkout.CouponRefused):
        use(booked, "WINTER10", salon)
    assert use(booked, "LITTLE", salon).amount == 400

    booked.refresh_from_db()
    assert (booked.payment_status, booked.price, booked.paid) == ("PAID", 7000, 7000)
    assert clean()


def test_a_code_that_takes_everything_makes_it_free(booked: Booking, salon: Salon) -> None:
    make_coupon(business=salon.business, code="ALL", value=10_000)

    use(booked, "ALL", salon)

    booked.refresh_from_db()
    assert (booked.payment_status, booked.price) == ("EXEMPT", 0)
    assert "Free" in page_of(carl(booked), booked)
    assert clean()


def test_the_customer_uses_a_card_by_the_link_and_pays_the_rest(
    booked: Booking, salon: Salon
) -> None:
    card, browser = make_gift_card(by=salon.olga, value=3000), carl(booked)
    path = f"/manage/{booked.reference}/code"

    wrong = browser.post(path, {"code": "NOTHING"})
    assert (wrong.status_code, "We don’t recognise this code." in text_of(wrong)) == (422, True)
    assert browser.post(path, {"code": card.code})["Location"] == f"/manage/{booked.reference}/"

    page = page_of(browser, booked)
    assert "€30.00 paid, €44.00 at the studio" in page
    assert "Pay €44.00 online" in page
    assert Client().post(path, {"code": card.code}).status_code == 404
    assert clean()


def test_nothing_is_taken_while_a_payment_is_under_way_or_when_all_is_paid(
    booked: Booking, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga, value=3000)
    asked: dict[str, Any] = {"booking_id": booked.pk, "business_id": booked.business_id}
    checkout.pay_balance(**asked, origin=ORIGIN, now=NOW)
    with pytest.raises(checkout.PaymentUnderWay):
        use(booked, card.code, salon)
    booked.refresh_from_db()
    checkout.mark_paid(booking_id=booked.pk, revision=booked.revision, by=salon.olga, now=NOW)
    with pytest.raises(checkout.NotOwed):
        use(booked, card.code, salon)
    assert GiftCard.objects.get(pk=card.pk).balance == 3000


def test_wrong_codes_by_the_link_are_counted(booked: Booking) -> None:
    browser = carl(booked)
    answers = [
        browser.post(f"/manage/{booked.reference}/code", {"code": f"GUESS{number}"}).status_code
        for number in range(11)
    ]

    assert answers == [*10 * [422], 429]


def actions_of(booking: Booking) -> list[str]:
    return list(booking.history.order_by("pk").values_list("action", flat=True))


def test_a_code_that_makes_it_free_is_no_payment(salon: Salon, booked: Booking) -> None:
    make_coupon(business=salon.business, code="ALL", value=10_000)

    use(booked, "ALL")

    booked.refresh_from_db()
    assert (booked.price, booked.payment_status, booked.paid) == (0, "EXEMPT", 0)
    assert actions_of(booked) == ["BOOKED", "PRICED"]
    page = text_of(desk(salon).get(f"/own/juniper/bookings/{booked.reference}/"))
    order = Order.objects.get()
    assert f"Order {order.reference}, Free</p>" in page
    assert not list(find_all(business_id=None, now=NOW))


def test_a_code_that_takes_off_all_that_is_left_is_no_payment(salon: Salon) -> None:
    booking = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(booking, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    make_coupon(business=salon.business, code="REST", kind="AMOUNT", value=2800)

    use(booking, "REST")

    booking.refresh_from_db()
    assert (booking.price, booking.payment_status, booking.paid) == (2000, "PAID", 2000)
    assert actions_of(booking) == ["BOOKED", "PRICED"]
    assert not list(find_all(business_id=None, now=NOW))


def test_a_bill_that_opens_again_is_no_payment(studio: Studio) -> None:
    eva = join(make_session(studio, starts_at=studio.at(25, 18)), email="eva@example.com")
    make_coupon(business=studio.business, code="ALL", value=10_000)
    use(eva, "ALL")

    checkout.add_people(booking=eva, more=1, now=NOW)

    eva.refresh_from_db()
    assert (eva.price, eva.payment_status) == (1800, "NOT_PAID")
    assert actions_of(eva) == ["BOOKED", "PRICED", "RESIZED"]
    assert not list(find_all(business_id=None, now=NOW))


# What was paid in several ways is named by its parts wherever it is called paid

PARTS = "€30.00 by gift card, €44.00 in person"


@pytest.fixture
def paid(booked: Booking, salon: Salon) -> Booking:
    """A card with €30.00 on it, and a minute later the rest in the hand."""
    use(booked, make_gift_card(by=salon.olga, value=3000).code, salon)
    booked.refresh_from_db()
    later = NOW + timedelta(minutes=1)
    checkout.mark_paid(booking_id=booked.pk, revision=booked.revision, by=salon.olga, now=later)
    booked.refresh_from_db()
    return booked


def test_page_history_and_mail_name_the_parts(paid: Booking) -> None:
    page = page_of(carl(paid), paid)

    told = f"€74.00, paid ({PARTS})"
    assert told in page
    assert price_words(get_booking_facts(booking_id=paid.pk)) == told
    for words in ("Payment received: €30.00 by gift card", "Payment received: €44.00 in person"):
        assert words in page


def test_the_receipt_has_a_line_for_each_part(paid: Booking) -> None:
    receipt = text_of(carl(paid).get(f"/manage/{paid.reference}/receipt"))

    for words in ("gift card, ", "in person, ", "€30.00", "€44.00"):
        assert words in receipt


def test_the_team_reads_the_parts_on_the_page_of_the_booking(paid: Booking, salon: Salon) -> None:
    page = text_of(desk(salon).get(f"/own/juniper/bookings/{paid.reference}/"))

    assert f"Paid ({PARTS})" in page
    assert '<span class="quiet-text">€30.00 by gift card</span>' in page


def test_two_cards_are_one_way(booked: Booking, salon: Salon) -> None:
    for value in (1000, 2000):
        use(booked, make_gift_card(by=salon.olga, value=value).code, salon)

    assert "€30.00 paid, €44.00 at the studio" in page_of(carl(booked), booked)
