"""How long a time is held, and what remains of a draft (rule C5)."""

from datetime import timedelta

import pytest

from apps.availability.models import Occupancy, Session
from apps.availability.operations import sweep_expired_holds
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details, GivenAnswer
from apps.catalog.models import Question
from apps.customers.models import Consent
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def salon() -> Salon:
    return make_salon()


def hold(salon: Salon) -> Booking:
    return make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def test_keeping_it_longer_moves_the_end_of_the_hold(salon: Salon) -> None:
    draft = hold(salon)

    assert bookings.extend_draft_hold(booking=draft, now=NOW + 9 * MINUTE)

    draft.refresh_from_db()
    assert draft.hold_expires_at == NOW + 19 * MINUTE
    assert Occupancy.objects.get().expires_at == NOW + 19 * MINUTE
    assert Session.objects.get().expires_at == NOW + 19 * MINUTE


def test_an_hour_is_the_longest_anybody_holds(salon: Salon) -> None:
    draft = hold(salon)
    for minute in range(9, 60, 9):
        bookings.extend_draft_hold(booking=draft, now=NOW + minute * MINUTE)
        draft.refresh_from_db()

    assert draft.hold_expires_at == NOW + 60 * MINUTE
    assert not bookings.extend_draft_hold(booking=draft, now=NOW + 59 * MINUTE)


def test_a_hold_that_ran_out_is_not_revived(salon: Salon) -> None:
    draft = hold(salon)

    assert not bookings.extend_draft_hold(booking=draft, now=NOW + 10 * MINUTE)


def test_releasing_frees_the_time_and_keeps_the_text(salon: Salon) -> None:
    draft = hold(salon)
    bookings.store_draft_text(booking=draft, typed={"name": "Carl"})

    bookings.release_draft(booking=draft, now=NOW)

    draft.refresh_from_db()
    assert (draft.status, draft.draft_text) == (Booking.Status.CREATED, {"name": "Carl"})
    assert Occupancy.objects.count() == 0


def test_a_released_draft_can_still_be_sent_while_its_time_is_free(salon: Salon) -> None:
    draft = hold(salon)
    bookings.release_draft(booking=draft, now=NOW)

    booking = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=4800,
        now=NOW + MINUTE,
    )

    assert booking.status == Booking.Status.CONFIRMED
    session = Session.objects.get()
    assert (session.state, session.seats_taken) == (Session.State.SCHEDULED, 1)


def test_the_sweep_deletes_what_ran_out_and_nothing_else(salon: Salon) -> None:
    hold(salon)
    make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)

    assert sweep_expired_holds(now=NOW + 9 * MINUTE) == 0
    assert sweep_expired_holds(now=NOW + 10 * MINUTE) == 1
    assert Occupancy.objects.count() == 1


def test_a_draft_is_forgotten_after_a_day_and_a_booking_never(salon: Salon) -> None:
    hold(salon)
    kept = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)

    assert bookings.forget_abandoned_drafts(now=NOW + timedelta(hours=23)) == 0
    assert bookings.forget_abandoned_drafts(now=NOW + timedelta(hours=24)) == 1
    assert list(Booking.objects.all()) == [kept]
    assert Session.objects.count() == 1


def test_a_business_that_holds_nothing_sells_to_the_first_who_finishes() -> None:
    salon = make_salon(hold_minutes=0)
    at, ana = salon.at(26, 10), salon.ana.resource_id
    slow = make_draft(service=salon.cut, starts_at=at, now=NOW, resource_id=ana)
    make_booking(
        service=salon.cut, starts_at=at, now=NOW, resource_id=ana, email="quick@example.com"
    )

    with pytest.raises(bookings.SlotGone):
        bookings.submit_draft(
            draft_id=slow.draft_id,
            details=Details(name="Carl Vogt", email="carl@example.com"),
            seen_price=4800,
            now=NOW + MINUTE,
        )


def test_answers_keep_their_label_and_consents_their_words(salon: Salon) -> None:
    question = Question.objects.create(
        form=salon.form, kind=Question.Kind.SHORT_TEXT, label="Any allergies?", sensitive=True
    )
    draft = hold(salon)

    booking = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(
            name="Carl Vogt",
            email="carl@example.com",
            participant_names=["Carl", "Clara"],
            answers=[
                GivenAnswer(question=question, value="None"),
                GivenAnswer(question=question, value="Nuts", participant=1),
            ],
            consents=["You may keep a picture."],
        ),
        seen_price=4800,
        now=NOW,
    )
    question.label = "Changed"
    question.save()

    assert [
        (answer.label, answer.value, answer.participant and answer.participant.name)
        for answer in booking.answers.all()
    ] == [("Any allergies?", "None", None), ("Any allergies?", "Nuts", "Clara")]
    assert all(answer.sensitive for answer in booking.answers.all())
    assert Consent.objects.get().wording == "You may keep a picture."


def test_a_request_waits_for_an_answer_at_most_as_long_as_the_business_says(salon: Salon) -> None:
    booking = make_booking(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)

    assert (booking.requested_at, booking.answer_by) == (NOW, NOW + timedelta(hours=24))
