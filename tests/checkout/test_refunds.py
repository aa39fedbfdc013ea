"""Money in person, and money that goes back: never more than came (rules M10, M9)."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import StaleRevision
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, Refund, SandboxSession
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.pages import text_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def booking(salon: Salon) -> Booking:
    """Carl's cut, €20.00 of €48.00 paid online."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()
    return draft


def pay_the_rest(booking: Booking, salon: Salon) -> Payment:
    booking.refresh_from_db()
    return checkout.mark_paid(
        booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER
    )


def refund(booking: Booking, salon: Salon, amount: int, *, seen: int = 0) -> None:
    checkout.refund_order(
        booking_id=booking.pk,
        amount=amount,
        seen_refunded=seen,
        reason="Ana was ill",
        by=salon.olga,
        now=LATER,
    )


def status(booking: Booking) -> tuple[str, int, str]:
    booking.refresh_from_db()
    return booking.payment_status, booking.paid, Order.objects.get().payment_status


def clean(at: object = LATER) -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


def test_the_desk_takes_nothing_for_what_is_not_booked_yet(salon: Salon, olga: Client) -> None:
    """Its customer is at the bank: money makes a booking only where the order was paid."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    page = olga.get(f"/own/juniper/bookings/{draft.reference}/")

    with pytest.raises(checkout.NotOwed):
        pay_the_rest(draft, salon)

    assert "Take €" not in text_of(page)
    assert status(draft) == ("UNDEFINED", 0, "PENDING")
    assert (draft.status, Payment.objects.get().status, clean()) == ("CREATED", "PENDING", True)


@pytest.mark.parametrize("over", ["CANCELED", "DECLINED"])
def test_the_desk_takes_nothing_for_what_is_over(booking: Booking, salon: Salon, over: str) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=over)

    with pytest.raises(checkout.NotOwed):
        pay_the_rest(booking, salon)


def test_the_rest_is_paid_at_the_salon(booking: Booking, salon: Salon) -> None:
    payment = pay_the_rest(booking, salon)

    assert (payment.amount, payment.kind) == (2800, "IN_PERSON")
    assert status(booking) == ("PAID", 4800, "PAID")
    with pytest.raises(checkout.NotOwed):
        pay_the_rest(booking, salon)
    assert clean()


def test_a_stale_page_records_nothing(booking: Booking, salon: Salon) -> None:
    with pytest.raises(StaleRevision):
        checkout.mark_paid(booking_id=booking.pk, revision=1, by=salon.olga, now=LATER)

    assert status(booking) == ("PARTIALLY_PAID", 2000, "PARTIALLY_PAID")


def test_a_booking_without_an_order_gets_one_when_it_is_paid(salon: Salon) -> None:
    salon.colour.pays_online = False
    salon.colour.save()
    plain = make_booking(service=salon.colour, starts_at=salon.at(26, 10), now=NOW)

    pay_the_rest(plain, salon)

    order = Order.objects.get(booking=plain)
    assert (order.total, order.status, order.payment_status) == (7400, "APPROVED", "PAID")
    assert clean()


def test_a_record_that_was_a_mistake_is_taken_back_by_an_entry(
    booking: Booking, salon: Salon
) -> None:
    payment = pay_the_rest(booking, salon)
    for _time in range(2):
        checkout.undo_mark_paid(
            booking_id=booking.pk, payment_id=payment.pk, by=salon.olga, now=LATER
        )

    assert status(booking) == ("PARTIALLY_PAID", 2000, "PARTIALLY_PAID")
    captured = Payment.objects.order_by("pk").values_list("captured", flat=True)
    assert list(captured) == [2000, 2800, -2800]
    pay_the_rest(booking, salon)
    assert status(booking) == ("PAID", 4800, "PAID")
    assert clean()


def test_what_was_paid_online_cannot_be_undone_like_that(booking: Booking, salon: Salon) -> None:
    online = Payment.objects.get()

    with pytest.raises(checkout.NotOwed):
        checkout.undo_mark_paid(
            booking_id=booking.pk, payment_id=online.pk, by=salon.olga, now=LATER
        )


def test_a_refund_reaches_the_provider_once(booking: Booking, salon: Salon) -> None:
    refund(booking, salon, 500)
    found = Refund.objects.get()
    assert (found.status, found.amount) == ("PENDING", 500)
    assert status(booking) == ("PARTIALLY_PAID", 1500, "PARTIALLY_PAID")

    for _time in range(3):
        checkout.do_refund(refund_id=found.pk, now=LATER)

    found.refresh_from_db()
    assert found.status == "DONE"
    assert SandboxSession.objects.get().refunded == 500
    assert clean()


def test_all_of_it_may_go_back_in_parts_and_not_a_unit_more(booking: Booking, salon: Salon) -> None:
    refund(booking, salon, 500)
    with pytest.raises(checkout.RefundChanged) as changed:
        refund(booking, salon, 500)
    assert changed.value.refunded == 500
    with pytest.raises(checkout.TooMuchToRefund) as much:
        refund(booking, salon, 1501, seen=500)
    assert much.value.left == 1500

    refund(booking, salon, 1500, seen=500)
    work(LATER)

    assert status(booking) == ("REFUNDED", 0, "FULLY_REFUNDED")
    assert SandboxSession.objects.get().refunded == 2000
    assert clean()


def test_the_newest_money_goes_back_first(booking: Booking, salon: Salon) -> None:
    pay_the_rest(booking, salon)

    refund(booking, salon, 3000)

    parts = Refund.objects.order_by("pk").values_list("payment__kind", "amount", "status")
    assert list(parts) == [("IN_PERSON", 2800, "DONE"), ("ONLINE", 200, "PENDING")]


def test_a_refund_made_at_the_provider_is_recorded(booking: Booking) -> None:
    SandboxSession.objects.update(refunded=700)
    payment = Payment.objects.get()

    for _time in range(2):
        checkout.settle_payment(payment_id=payment.pk, now=LATER)

    found = Refund.objects.get()
    assert (found.amount, found.is_external, found.status) == (700, True, "DONE")
    assert status(booking) == ("PARTIALLY_PAID", 1300, "PARTIALLY_PAID")
    assert clean()


def test_a_refund_the_provider_refuses_leaves_the_money_where_it_is(
    booking: Booking, salon: Salon
) -> None:
    refund(booking, salon, 1500)
    SandboxSession.objects.update(captured=1000)

    checkout.do_refund(refund_id=Refund.objects.get().pk, now=LATER)

    found = Refund.objects.get()
    assert (found.status, found.reason) == ("FAILED", "Ana was ill (1000 left)")
    assert status(booking) == ("PARTIALLY_PAID", 2000, "PARTIALLY_PAID")
    assert clean()


def test_an_owner_s_own_cancellation_gives_all_of_it_back(booking: Booking, salon: Salon) -> None:
    pay_the_rest(booking, salon)

    checkout.cancel_and_refund(
        booking_id=booking.pk,
        business_id=salon.business.pk,
        reason="Ana was ill",
        by=salon.olga,
        now=LATER,
    )
    work(LATER)

    booking.refresh_from_db()
    assert (booking.status, *status(booking)) == ("CANCELED", "REFUNDED", 0, "FULLY_REFUNDED")
    assert clean()


@pytest.fixture
def olga(salon: Salon, client: Client) -> Client:
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def cancel_by_page(olga: Client, booking: Booking, *, money: str) -> None:
    booking.refresh_from_db()
    said = {"reason": "Ana is ill", "seen_fee": "0", "money": money}
    body = {"revision": str(booking.revision), **said}
    path = f"/own/juniper/bookings/{booking.reference}/"
    assert f'name="money" id="cancel_money_{money}"' in text_of(olga.get(path))
    assert olga.post(f"{path}cancel/", body).status_code == 303


def test_cancelling_asks_about_the_money(olga: Client, booking: Booking) -> None:
    cancel_by_page(olga, booking, money="BACK")

    assert status(booking) == ("REFUNDED", 0, "FULLY_REFUNDED")
    assert clean()


def test_money_that_is_kept_on_purpose_is_asked_about_once(olga: Client, booking: Booking) -> None:
    cancel_by_page(olga, booking, money="KEEP")

    assert status(booking) == ("PARTIALLY_PAID", 2000, "PARTIALLY_PAID")
    assert "Money from cancelled bookings" not in text_of(olga.get("/own/juniper/conflicts/"))
    assert clean()


@pytest.mark.parametrize(("choice", "paid"), [("back", 0), ("keep", 2000)])
def test_money_of_a_booking_that_somebody_else_cancelled_waits_in_the_inbox(
    olga: Client, salon: Salon, booking: Booking, choice: str, paid: int
) -> None:
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=salon.business.pk,
        revision=booking.revision,
        by=salon.olga,
        now=LATER,
    )
    assert "1 problem to solve" in text_of(olga.get("/own/juniper/requests/"))
    page = text_of(olga.get("/own/juniper/conflicts/"))
    assert "Refund €20.00" in page

    path = f"/own/juniper/bookings/{booking.reference}/leftover/"
    assert olga.post(path, {choice: "1"}).status_code == 303

    booking.refresh_from_db()
    assert booking.paid == paid
    assert "Money from cancelled bookings" not in text_of(olga.get("/own/juniper/conflicts/"))
    assert clean()
