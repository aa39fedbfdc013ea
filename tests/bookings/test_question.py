"""Two days before the start whoever still waits for an answer is asked what to do (rule B36)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from apps.bookings import operations as bookings
from apps.bookings.deadlines import question_at
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.queries.requests import Question, question_of
from apps.catalog.models import Service
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_request
from tests.factories.money import work

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
TWO_DAYS = timedelta(hours=48)
START = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked_at", "at"),
    [
        (START - timedelta(days=5), START - TWO_DAYS),
        (START - timedelta(hours=60), START - TWO_DAYS),
        (START - timedelta(hours=60) + SECOND, None),
        (START - timedelta(hours=3), None),
        (START + timedelta(days=3), None),
    ],
)
def test_when_somebody_is_asked_and_who_has_only_just_asked_themselves(
    asked_at: datetime, at: datetime | None
) -> None:
    assert question_at(starts_at=START, asked_at=asked_at) == at


@pytest.fixture
def request_of_carl(salon: Salon) -> Booking:
    """A bridal trial on Monday at 15:00, six days ahead, which Juniper Hair has not answered."""
    return make_request(service=salon.bridal, starts_at=salon.at(30, 15), now=NOW)


def actions(booking: Booking) -> list[str]:
    return list(booking.history.values_list("action", flat=True))


def told() -> list[tuple[str, str]]:
    return [(it.to[0], it.subject.partition(":")[0]) for it in mail.outbox]


def test_a_second_before_nobody_is_asked_and_then_once(request_of_carl: Booking) -> None:
    at = request_of_carl.starts_at - TWO_DAYS

    asked = [bookings.ask_who_waits(now=it) for it in (at - SECOND, at, at, at + SECOND)]

    assert asked == [0, 1, 0, 0]
    assert actions(request_of_carl) == ["REQUESTED", "ASKED"]


def test_customer_and_team_read_of_it(request_of_carl: Booking) -> None:
    work(NOW)
    mail.outbox.clear()
    at = request_of_carl.starts_at - TWO_DAYS

    bookings.ask_who_waits(now=at)
    work(at)

    assert told() == [
        ("carl@example.com", "Still no answer"),
        ("hello@juniper.example", "Please answer"),
    ]
    to_carl, to_team = (str(it.body) for it in mail.outbox)
    assert to_carl.startswith("Your request is still waiting, Carl.\n")
    words = (
        "Juniper Hair has not answered your request yet. "
        "You can choose another time, keep waiting, or withdraw."
    )
    assert words in to_carl
    assert to_team.startswith("A request that starts soon still waits for your answer.\n")
    assert list(find_all(business_id=None, now=at)) == []


def test_whoever_waits_for_more_people_is_asked_and_the_team_is_left_alone(salon: Salon) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(min_participants=3, decide_before_minutes=60)
    salon.cut.refresh_from_db()
    booking = make_booking(service=salon.cut, starts_at=salon.at(30, 15), now=NOW)
    work(NOW)
    mail.outbox.clear()
    at = booking.starts_at - TWO_DAYS

    bookings.ask_who_waits(now=at)
    work(at)

    assert told() == [("carl@example.com", "Not decided yet")]
    words = (
        "Your booking is still waiting for more people: 1 of 3 so far. "
        "You can choose another time, keep waiting, or withdraw."
    )
    assert words in str(mail.outbox[0].body)


def test_an_answer_in_time_spares_the_question(salon: Salon, request_of_carl: Booking) -> None:
    bookings.confirm_request(
        booking_id=request_of_carl.pk,
        revision=request_of_carl.revision,
        by=salon.olga,
        now=NOW,
    )

    assert bookings.ask_who_waits(now=request_of_carl.starts_at - TWO_DAYS) == 0


def test_an_answer_after_the_question_was_asked_leaves_no_mail_about_it(
    salon: Salon, request_of_carl: Booking
) -> None:
    work(NOW)
    at = request_of_carl.starts_at - TWO_DAYS
    bookings.ask_who_waits(now=at)
    request_of_carl.refresh_from_db()
    bookings.confirm_request(
        booking_id=request_of_carl.pk,
        revision=request_of_carl.revision,
        by=salon.olga,
        now=at,
    )
    mail.outbox.clear()

    work(at + timedelta(minutes=1))

    assert told() == [("carl@example.com", "Confirmed")]


def test_who_goes_to_a_later_day_is_asked_again_before_that_one(
    salon: Salon, request_of_carl: Booking
) -> None:
    at = request_of_carl.starts_at - TWO_DAYS
    bookings.ask_who_waits(now=at)
    request_of_carl.refresh_from_db()
    later = salon.at(30, 15) + timedelta(days=4)
    moved = bookings.move_booking(
        booking_id=request_of_carl.pk,
        business_id=salon.business.pk,
        revision=request_of_carl.revision,
        starts_at=later,
        resource_id=None,
        by=None,
        now=at,
    )

    assert question_of(booking=moved, now=at) is None
    asked = [bookings.ask_who_waits(now=it - TWO_DAYS) for it in (later - SECOND, later, later)]
    assert asked == [0, 1, 0]


def test_keeping_on_waiting_is_written_once(request_of_carl: Booking) -> None:
    at = request_of_carl.starts_at - TWO_DAYS
    bookings.ask_who_waits(now=at)
    request_of_carl.refresh_from_db()
    before = question_of(booking=request_of_carl, now=at)

    for _tap in range(2):
        answered = bookings.wait_on(
            booking_id=request_of_carl.pk,
            business_id=request_of_carl.business_id,
            revision=request_of_carl.revision,
            now=at,
        )

    after = question_of(booking=answered, now=at)
    assert (before, after) == (Question(waits_on=False), Question(waits_on=True))
    assert actions(answered) == ["REQUESTED", "ASKED", "WAITS_ON"]
    assert answered.history.last().actor == BookingEvent.Actor.CUSTOMER  # type: ignore[union-attr]


@pytest.mark.parametrize("what", ["not asked", "begun", "answered"])
def test_nobody_answers_a_question_that_is_not_asked(
    salon: Salon, request_of_carl: Booking, what: str
) -> None:
    at = request_of_carl.starts_at - TWO_DAYS
    if what != "not asked":
        bookings.ask_who_waits(now=at)
        request_of_carl.refresh_from_db()
    if what == "answered":
        bookings.decline_request(
            booking_id=request_of_carl.pk,
            revision=request_of_carl.revision,
            by=salon.olga,
            now=at,
        )

    with pytest.raises(bookings.NotAllowed):
        bookings.wait_on(
            booking_id=request_of_carl.pk,
            business_id=request_of_carl.business_id,
            revision=request_of_carl.revision,
            now=request_of_carl.starts_at if what == "begun" else at,
        )


def test_a_page_that_is_old_answers_nothing(request_of_carl: Booking) -> None:
    at = request_of_carl.starts_at - TWO_DAYS
    bookings.ask_who_waits(now=at)

    with pytest.raises(bookings.StaleRevision):
        bookings.wait_on(
            booking_id=request_of_carl.pk,
            business_id=request_of_carl.business_id,
            revision=request_of_carl.revision,
            now=at,
        )
