"""Cancelling gives the time back and tells the customer once (rules B12, B5)."""

from datetime import timedelta
from functools import partial

import pytest

from apps.availability.models import Occupancy, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.policy import Reason
from apps.outbox.models import OutboxItem
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon() -> Salon:
    return make_salon()


def book(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def test_the_team_cancels_and_the_time_is_free_again(salon: Salon) -> None:
    booking = book(salon)

    canceled = bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=salon.business.pk,
        revision=2,
        by=salon.olga,
        now=NOW,
        reason="Ana is ill",
    )

    assert (canceled.status, canceled.revision) == (Booking.Status.CANCELED, 3)
    assert Occupancy.objects.count() == 0
    session = Session.objects.get()
    assert (session.state, session.seats_taken) == (Session.State.CANCELED, 0)
    last = canceled.history.last()
    assert last is not None
    assert (last.action, last.reason, last.user_id) == (
        "CANCELED",
        "Ana is ill",
        salon.olga.user_id,
    )
    assert (last.before, last.after) == ({"status": "CONFIRMED"}, {"status": "CANCELED"})
    mail = OutboxItem.objects.get(topic="booking.canceled")
    assert mail.not_before == NOW + timedelta(seconds=10)
    make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, visitor="sam")


def test_the_customer_may_cancel_as_the_rules_were_when_booking(salon: Salon) -> None:
    booking = book(salon)
    salon.policy.cancel_allowed = False
    salon.policy.save()

    canceled = bookings.cancel_booking(
        booking_id=booking.pk, business_id=salon.business.pk, revision=2, by=None, now=NOW
    )

    assert canceled.status == Booking.Status.CANCELED


def test_the_customer_comes_too_late(salon: Salon) -> None:
    booking = book(salon)

    with pytest.raises(bookings.NotAllowed) as refusal:
        bookings.cancel_booking(
            booking_id=booking.pk,
            business_id=salon.business.pk,
            revision=2,
            by=None,
            now=booking.starts_at - timedelta(hours=23),
        )

    assert refusal.value.reason is Reason.TOO_LATE
    assert Occupancy.objects.count() == 1


def test_canceled_is_final(salon: Salon) -> None:
    booking = book(salon)
    cancel = partial(
        bookings.cancel_booking,
        booking_id=booking.pk,
        business_id=salon.business.pk,
        by=salon.olga,
        now=NOW,
    )
    cancel(revision=2)

    with pytest.raises(bookings.NotAllowed):
        cancel(revision=3)


def test_a_decision_is_not_for_a_booking_that_nobody_asks_about(salon: Salon) -> None:
    booking = book(salon)

    for decide in (bookings.confirm_request, bookings.decline_request):
        with pytest.raises(bookings.NotAllowed):
            decide(booking_id=booking.pk, revision=2, by=salon.olga, now=NOW)
    booking.refresh_from_db()
    assert (booking.status, booking.revision) == (Booking.Status.CONFIRMED, 2)


def test_a_note_is_kept_and_leaves_a_line_without_its_words(salon: Salon) -> None:
    booking = book(salon)

    noted = bookings.note_booking(
        booking_id=booking.pk, revision=2, by=salon.olga, note="Allergic to ammonia", now=NOW
    )

    assert (noted.owner_note, noted.revision) == ("Allergic to ammonia", 3)
    last = noted.history.last()
    assert last is not None
    assert (last.action, last.before, last.after) == ("NOTED", {}, {})
    assert OutboxItem.objects.count() == 1
