"""A cancellation that its customer takes back brings the wish for a better time back, and the
request to move (rules B34, B37, B38)."""

from datetime import timedelta
from typing import Any

import pytest

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, MoveRequest, MoveWish
from apps.catalog.models import Service
from apps.classes import operations as classes
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_request
from tests.factories.studio import join, make_session, make_studio
from tests.waitlists.test_better_times import ask as ask_for_better
from tests.waitlists.test_times import cancel, fill

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


def cancel_own(booking: Booking, *, now: Any = NOW) -> Booking:
    fresh = Booking.objects.get(pk=booking.pk)
    return bookings.cancel_own(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=fresh.revision,
        seen_fee=0,
        now=now,
    )


def take_back(booking: Booking, *, now: Any = NOW + 5 * MINUTE) -> Booking:
    fresh = Booking.objects.get(pk=booking.pk)
    return bookings.undo_cancellation(
        booking_id=booking.pk, business_id=booking.business_id, revision=fresh.revision, now=now
    )


def broken_laws() -> list[str]:
    return [str(it) for it in find_all(business_id=None, now=NOW + 5 * MINUTE)]


def said_yes(salon: Salon, *, hour: int = 10) -> Booking:
    Service.objects.filter(pk=salon.cut.pk).update(requires_approval=True)
    cut = Service.objects.select_related("business", "policy").get(pk=salon.cut.pk)
    asked = make_request(
        service=cut,
        starts_at=salon.at(26, hour),
        now=NOW,
        resource_id=salon.ana.resource_id,
    )
    return bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )


def ask_to_move(salon: Salon, booking: Booking, *, hour: int = 14) -> Booking:
    return bookings.ask_to_move(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        starts_at=salon.at(27, hour),
        resource_id=salon.ana.resource_id,
        now=NOW,
    )


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """On Friday at 10:00; he would rather come on Thursday."""
    booking = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    fill(salon)
    ask_for_better(booking)
    return booking


def test_the_wish_is_back_and_is_offered_what_comes_free(salon: Salon, carl: Booking) -> None:
    cancel_own(carl)
    assert MoveWish.objects.get().state == "ENDED"

    take_back(carl)

    assert MoveWish.objects.get().state == "WAITING"
    assert broken_laws() == []
    taken = Booking.objects.filter(status="CONFIRMED").exclude(pk=carl.pk).order_by("pk")[3]
    cancel(taken, salon)
    assert waitlists.offer_better_times(now=NOW + 5 * MINUTE) == 1


def test_a_wish_that_was_given_up_before_stays_given_up(carl: Booking) -> None:
    waitlists.end_wish(booking_id=carl.pk, business_id=carl.business_id, now=NOW)
    cancel_own(carl)

    take_back(carl)

    assert MoveWish.objects.get().state == "ENDED"


def test_the_question_is_asked_again_and_holds_nothing(salon: Salon) -> None:
    carl = ask_to_move(salon, said_yes(salon))
    cancel_own(carl)
    assert MoveRequest.objects.get().state == "ENDED"

    back = take_back(carl)

    asked = MoveRequest.objects.get()
    assert (asked.state, asked.closed_at, asked.session.state) == ("OPEN", None, "REQUESTED")
    assert Occupancy.objects.filter(session=asked.session).count() == 0
    assert broken_laws() == []
    moved = bookings.accept_move(
        booking_id=back.pk,
        business_id=back.business_id,
        revision=back.revision,
        by=salon.olga,
        now=NOW + 6 * MINUTE,
    )
    assert moved.starts_at == salon.at(27, 14)
    assert broken_laws() == []


def test_somebody_who_came_meanwhile_keeps_the_time_that_was_asked_for(salon: Salon) -> None:
    carl = ask_to_move(salon, said_yes(salon))
    cancel_own(carl)
    cut = Service.objects.select_related("business", "policy").get(pk=salon.cut.pk)
    make_request(
        service=cut,
        starts_at=salon.at(27, 14),
        now=NOW + MINUTE,
        email="eva@example.com",
        resource_id=salon.ana.resource_id,
    )

    back = take_back(carl)

    with pytest.raises(bookings.DoesNotFit):
        bookings.accept_move(
            booking_id=back.pk,
            business_id=back.business_id,
            revision=back.revision,
            by=salon.olga,
            now=NOW + 6 * MINUTE,
        )
    assert broken_laws() == []


def test_what_was_withdrawn_or_answered_is_not_asked_again(salon: Salon) -> None:
    carl = ask_to_move(salon, said_yes(salon))
    withdrawn = bookings.withdraw_move(
        booking_id=carl.pk, business_id=carl.business_id, revision=carl.revision, now=NOW
    )
    cancel_own(withdrawn)

    take_back(carl)

    assert MoveRequest.objects.get().state == "WITHDRAWN"


def test_what_nobody_can_answer_any_more_stays_ended(salon: Salon) -> None:
    carl = ask_to_move(salon, said_yes(salon))
    MoveRequest.objects.update(unanswered="DECLINE", answer_by=NOW + 3 * MINUTE)
    cancel_own(carl)

    take_back(carl)

    assert MoveRequest.objects.get().state == "ENDED"
    assert broken_laws() == []


def test_of_a_class_too() -> None:
    studio = make_studio()
    Service.objects.filter(pk=studio.flow.pk).update(requires_approval=True)
    thursday, friday = (make_session(studio, starts_at=studio.at(day, 18)) for day in (26, 27))
    asked = join(thursday)
    carl = bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=studio.olga, now=NOW
    )
    classes.ask_for_session(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        target_id=friday.pk,
        now=NOW,
    )
    cancel_own(carl)

    take_back(carl)

    question = MoveRequest.objects.get()
    assert (question.state, question.session.state) == ("OPEN", "SCHEDULED")
    assert broken_laws() == []
