"""The bank tells of another amount than was asked for: somebody is told, nobody asks for ever."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, SandboxSession
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from apps.outbox.models import OutboxItem
from apps.prepaid import operations as prepaid
from tests.checkout.test_balance import carl, page_of
from tests.checkout.test_views import press, to_pay_page
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import ORIGIN, check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import buy_gift_online, buy_online
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
LATER = NOW + timedelta(minutes=1)
INBOX = "/own/juniper/conflicts/"


@pytest.fixture
def draft(salon: Salon) -> Booking:
    """Carl's cut: a deposit of €20.00 was asked for."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    return draft


def tell(**facts: object) -> None:
    """Let the bank have another truth."""
    SandboxSession.objects.update(**facts)


def owner(salon: Salon) -> Client:
    browser = Client()
    browser.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"amount": 200, "captured": 200, "state": "PAID"}, "€2.00"),
        ({"currency": "USD", "captured": 2000, "state": "PAID"}, "US$20.00"),
    ],
)
def test_the_inbox_holds_both_figures_until_somebody_has_looked(
    draft: Booking, salon: Salon, facts: dict[str, object], words: str
) -> None:
    tell(**facts)
    work(LATER)
    checkout.settle_payment(payment_id=Payment.objects.get().pk, now=LATER)

    payment = Payment.objects.get()
    assert (payment.status, payment.captured) == ("UNCLEAR", 0)
    page = text_of(owner(salon).get(INBOX))
    for told in (
        "Payments of a different amount",
        f"You asked for €20.00. Sandbox reports {words}.",
        f"This is not counted as paid. Find {payment.provider_ref} in your account there",
    ):
        assert told in page
    assert "1 problem to solve" in text_of(owner(salon).get("/own/juniper/"))
    assert list(find_all(business_id=None, now=LATER)) == []

    done = owner(salon).post(f"{INBOX}payments/{payment.pk}/")
    assert done["Location"] == INBOX
    assert "Payments of a different amount" not in text_of(owner(salon).get(INBOX))
    payment.refresh_from_db()
    assert (payment.status, payment.told_amount) == ("CANCELED", facts["captured"])
    assert list(find_all(business_id=None, now=LATER)) == []


def test_the_worker_stops_asking(draft: Booking) -> None:
    tell(amount=200, captured=200, state="PAID")
    for seconds in range(60, 900, 30):
        at = NOW + timedelta(seconds=seconds)
        checkout.settle_open_payments(now=at)
        work(at)

    looks = OutboxItem.objects.filter(topic="payments.look")
    assert looks.count() == 1
    assert not OutboxItem.objects.filter(done_at=None, topic="payments.look").exists()


def test_the_customer_reads_what_happens_next_and_cannot_pay_twice(
    client: Client, salon: Salon
) -> None:
    path = to_pay_page(client, salon)
    press(client, path, way="DEPOSIT")
    tell(amount=200, captured=200, state="PAID")
    checkout.settle_payment(payment_id=Payment.objects.get().pk, now=LATER)
    wait = path.replace("/pay", "/wait")

    assert client.get(path)["Location"] == client.post(path, {"way": "FULL"})["Location"] == wait
    page = text_of(client.get(wait))
    for words in (
        "€2.00",
        "but we asked for €20.00",
        "Juniper Hair has been told",
        "not pay again",
    ):
        assert words in page
    assert "hx-get" not in page.split("<main")[1]
    assert Payment.objects.count() == 1


def test_a_booking_says_so_too(salon: Salon) -> None:
    booking = make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)
    asked = {"booking_id": booking.pk, "business_id": booking.business_id}
    checkout.pay_balance(**asked, origin=ORIGIN, now=NOW)
    tell(amount=200, captured=200, state="PAID")
    checkout.settle_payment(payment_id=Payment.objects.get().pk, now=LATER)

    assert "The bank reports €2.00, but we asked for €74.00." in page_of(carl(booking), booking)
    with pytest.raises(checkout.PaymentUnderWay):
        checkout.pay_balance(**asked, origin=ORIGIN, now=LATER)


def test_it_is_called_the_same_on_every_page_of_an_owner(salon: Salon) -> None:
    """Seen to fail: "Payment under way" in the list and on the page of the booking."""
    booking = make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)
    asked = {"booking_id": booking.pk, "business_id": booking.business_id}
    checkout.pay_balance(**asked, origin=ORIGIN, now=NOW)
    tell(amount=200, captured=200, state="PAID")
    checkout.settle_payment(payment_id=Payment.objects.get().pk, now=LATER)
    browser = owner(salon)

    listed = text_of(browser.get("/own/juniper/money/orders/"))
    page = text_of(browser.get(f"/own/juniper/bookings/{booking.reference}/"))

    for words in (listed, page):
        assert "Different amount received" in words
        assert "Payment in progress" not in words
    assert booking.contact_name in text_of(
        browser.get("/own/juniper/money/orders/?state=another-amount")
    )
    assert "No orders found." in text_of(browser.get("/own/juniper/money/orders/?state=under-way"))


def test_what_was_written_down_before_is_not_called_unpaid(draft: Booking, salon: Salon) -> None:
    tell(captured=2000, state="PAID")
    checkout.settle_payment(payment_id=Payment.objects.get().pk, now=LATER)
    Payment.objects.update(told_amount=2500, told_currency="EUR", looked_at=None)

    page = text_of(owner(salon).get(INBOX))
    assert "Payments recorded before are unchanged." in page
    assert "not counted as paid" not in page


def test_where_nothing_came_it_is_closed_and_may_be_tried_again(
    draft: Booking, salon: Salon
) -> None:
    tell(amount=200)
    checkout.settle_payment(payment_id=Payment.objects.get().pk, now=LATER)
    work(LATER)

    assert Payment.objects.get().status == "FAILED"
    assert SandboxSession.objects.get().state == "CANCELED"
    assert "was about to charge €2.00. Nothing was paid." in text_of(owner(salon).get(INBOX))
    assert check_out(draft, Way.DEPOSIT, now=LATER).url


def test_the_right_amount_after_all_is_taken_over(draft: Booking, salon: Salon) -> None:
    tell(amount=200, captured=200, state="PAID")
    payment = Payment.objects.get()
    checkout.settle_payment(payment_id=payment.pk, now=LATER)
    tell(amount=2000, captured=2000)
    checkout.settle_payment(payment_id=payment.pk, now=LATER)

    payment.refresh_from_db()
    assert (payment.status, payment.captured, payment.told_amount) == ("PAID", 2000, None)
    assert Booking.objects.get(pk=draft.pk).status == "CONFIRMED"
    assert "Payments of a different amount" not in text_of(owner(salon).get(INBOX))
    assert list(find_all(business_id=None, now=LATER)) == []


def test_what_was_paid_stays_paid(draft: Booking) -> None:
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    tell(amount=200)
    checkout.settle_payment(payment_id=Payment.objects.get().pk, now=LATER)

    payment = Payment.objects.get()
    assert (payment.status, payment.captured, payment.told_amount) == ("PAID", 2000, 2000)
    assert list(find_all(business_id=None, now=LATER)) == []


def test_what_is_authorized_in_another_amount_is_not_taken(asking: Salon) -> None:
    draft = make_prepared(service=asking.bridal, starts_at=asking.at(27, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY_SILENTLY, now=LATER)
    checkout.settle_payment(payment_id=Payment.objects.get().pk, now=LATER)
    tell(amount=9000, authorized=9000)
    draft.refresh_from_db()
    Booking.objects.filter(pk=draft.pk).update(status="CONFIRMED")
    checkout.capture_payment(payment_id=Payment.objects.get().pk, now=LATER + timedelta(hours=1))

    assert SandboxSession.objects.get().captured == 0
    assert Payment.objects.get().status == "UNCLEAR"
    assert Order.objects.get().payment_status == "PENDING"


def test_nobody_else_can_say_that_it_is_settled(draft: Booking, salon: Salon) -> None:
    tell(amount=200, captured=200, state="PAID")
    payment = Payment.objects.get()
    checkout.settle_payment(payment_id=payment.pk, now=LATER)

    assert Client().post(f"{INBOX}payments/{payment.pk}/").status_code in {302, 303}
    payment.refresh_from_db()
    assert payment.looked_at is None


def test_what_the_bank_took_is_never_forgotten_also_when_somebody_has_looked(
    draft: Booking, salon: Salon
) -> None:
    """The draft goes after a day, but not with the only line that tells of the money."""
    tell(amount=200, captured=200, state="PAID")
    payment = Payment.objects.get()
    checkout.settle_payment(payment_id=payment.pk, now=LATER)
    assert owner(salon).post(f"{INBOX}payments/{payment.pk}/")["Location"] == INBOX
    much_later = NOW + timedelta(days=2)

    checkout.forget_abandoned_orders(now=much_later)
    bookings.forget_abandoned_drafts(now=much_later)

    payment.refresh_from_db()
    assert (payment.status, payment.told_amount) == ("CANCELED", 200)


def test_nor_is_that_of_a_plan_or_a_card_that_was_not_booked(ten: PricingPlan) -> None:
    ten.business.sells_gift_cards = True
    ten.business.save()
    buy_online(ten)
    buy_gift_online(ten.business)
    for payment in Payment.objects.all():
        Payment.objects.filter(pk=payment.pk).update(status="CANCELED", told_amount=200)
    much_later = NOW + timedelta(days=2)

    forgotten = [
        prepaid.forget_unpaid_plans(now=much_later),
        prepaid.forget_unpaid_gifts(now=much_later),
    ]

    assert (forgotten, Payment.objects.count()) == ([0, 0], 2)
