"""What happens in the ten minutes in which a cancellation can be taken back decides nothing, unless
money goes back (rules B34, M33)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, Refund
from apps.checkout.operations import Act
from apps.ledger.check import find_all
from apps.privacy import operations as privacy
from apps.self_service.queries.booking import list_events
from tests.factories import NOW, Salon, make_booking
from tests.factories.bookings import cancel_as_customer
from tests.factories.money import pay_in_sandbox, work

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=2)
FINAL = NOW + timedelta(minutes=10)


@pytest.fixture
def half(salon: Salon) -> Salon:
    """From three days before, cancelling costs half of the price."""
    salon.policy.fee_windows = [[3 * 24 * 60, 5_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    salon.cut.pays_online = True
    salon.cut.save()
    return salon


@pytest.fixture
def cancelled(half: Salon) -> Booking:
    """Carl's cut of €48.00, cancelled by him while he was on his bank's page."""
    booking = make_booking(service=half.cut, starts_at=half.at(26, 10), now=NOW)
    checkout.pay_balance(
        booking_id=booking.pk,
        business_id=booking.business_id,
        origin="https://portal.example",
        now=NOW,
    )
    work(NOW)
    mail.outbox.clear()
    booking.refresh_from_db()
    return cancel_as_customer(booking, fee=2400, now=NOW)


def pay() -> None:
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=SOON)
    work(SOON)


def undo(booking: Booking) -> None:
    booking.refresh_from_db()
    bookings.undo_cancellation(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        now=SOON,
    )
    work(SOON)
    booking.refresh_from_db()


def finish() -> None:
    checkout.finish_cancellations(now=FINAL)
    work(FINAL)


def is_clean() -> bool:
    return list(find_all(business_id=None, now=FINAL)) == []


def test_money_that_comes_waits_and_nobody_is_told(cancelled: Booking) -> None:
    pay()

    cancelled.refresh_from_db()
    assert (cancelled.paid, cancelled.returned) == (4800, 0)
    assert mail.outbox == []
    assert is_clean()


def test_it_pays_the_fee_and_the_rest_goes_back(cancelled: Booking) -> None:
    pay()
    finish()

    cancelled.refresh_from_db()
    assert (cancelled.paid, cancelled.returned, cancelled.cancellation_fee) == (2400, 2400, 2400)
    assert list(Refund.objects.values_list("amount", flat=True)) == [2400]
    (told,) = [it for it in mail.outbox if it.to == ["carl@example.com"]]
    assert "€24.00 is refunded the way you paid." in told.body
    assert is_clean()


def test_taken_back_it_pays_the_booking(cancelled: Booking) -> None:
    pay()
    undo(cancelled)
    finish()

    cancelled.refresh_from_db()
    assert (cancelled.status, cancelled.paid, cancelled.returned) == ("CONFIRMED", 4800, 0)
    words = [words for _at, words in list_events(booking=cancelled)]
    assert (words[0], len(words)) == ("Booked", 2)
    assert words[1].startswith("Payment received")
    assert is_clean()


def note(booking: Booking, salon: Salon) -> None:
    bookings.note_booking(
        booking_id=booking.pk, revision=booking.revision, by=salon.olga, note="Why?", now=SOON
    )


def close(booking: Booking, salon: Salon) -> None:
    bookings.close_links(
        booking_id=booking.pk,
        business_id=salon.business.pk,
        revision=booking.revision,
        asked_by="",
        sends=True,
        now=SOON,
    )


def correct(booking: Booking, salon: Salon) -> None:
    privacy.correct_person(
        business_id=salon.business.pk,
        customer_id=booking.customer_id or 0,
        name="Carla Vogt",
        phone="",
        now=SOON,
    )


@pytest.mark.parametrize("meanwhile", [note, close, correct])
def test_words_names_and_links_leave_the_way_back(
    cancelled: Booking, half: Salon, meanwhile: Callable[[Booking, Salon], None]
) -> None:
    meanwhile(cancelled, half)

    undo(cancelled)

    assert cancelled.status == "CONFIRMED"
    assert "Cancelled" not in [words for _at, words in list_events(booking=cancelled)]
    finish()
    assert not [it for it in mail.outbox if it.subject.startswith("Cancelled")]
    assert is_clean()


def test_money_that_the_team_gave_back_ends_the_way_back(cancelled: Booking, half: Salon) -> None:
    pay()
    cancelled.refresh_from_db()
    checkout.refund_order(
        booking_id=cancelled.pk,
        amount=1000,
        seen_refunded=0,
        reason="She called",
        by=half.olga,
        now=SOON,
    )

    with pytest.raises(bookings.NotAllowed):
        undo(cancelled)
    finish()

    cancelled.refresh_from_db()
    assert (cancelled.paid, cancelled.returned) == (2400, 2400)
    assert is_clean()
