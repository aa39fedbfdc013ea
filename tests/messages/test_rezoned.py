"""A place got another clock: who is booked there is told, with both times and both zones."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from icalendar import Calendar

from apps.availability.engine.rezoning import Keep
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Actor
from apps.bookings.queries.rezoning import find_touched
from apps.businesses.queries import get_clock
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.messages.queries import get_booking_facts
from apps.self_service.queries.booking import list_events
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.money import work
from tests.factories.studio import join, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
SOON = NOW + timedelta(seconds=11)


@pytest.fixture
def salon() -> Salon:
    return make_salon()


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """Booked for Thursday at ten in Berlin, and told so."""
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    work(SOON)
    mail.outbox.clear()
    return booking


def change(salon: Any, name: str, keep: Keep) -> None:
    clock = get_clock(business=type(salon.business).objects.get(), location_id=salon.location.pk)
    bookings.change_zone(
        business_id=salon.business.pk,
        location_id=salon.location.pk,
        name=name,
        keep=keep,
        seen=find_touched(clock=clock, name=name, now=SOON).seal,
        actor=Actor(BookingEvent.Actor.TEAM),
        now=SOON,
    )


def test_a_booking_that_stays_on_the_clock_has_moved(salon: Salon, carl: Booking) -> None:
    change(salon, "Europe/Lisbon", Keep.CLOCK)
    work(SOON)

    (told,) = mail.outbox
    lines = str(told.body).splitlines()
    assert told.subject == "Moved: Thu 26 Nov, 10:00, Cut and finish"
    assert lines[:4:2] == ["Your booking has moved, Carl.", "Thursday 26 November 2026"]
    assert lines[3] == "10:00 – 10:45, Lisbon time"
    assert "Moved from  Thu 26 Nov, 10:00, Berlin time" in lines
    assert "Juniper Hair now shows its times in Lisbon time." in lines


def test_a_booking_that_keeps_its_moment_reads_another_time(salon: Salon, carl: Booking) -> None:
    change(salon, "Europe/Lisbon", Keep.MOMENT)
    work(SOON)

    (told,) = mail.outbox
    lines = str(told.body).splitlines()
    assert told.subject == "New local time: Thu 26 Nov, 09:00, Cut and finish"
    assert lines[0] == "Your booking now shows a different local time, Carl."
    assert lines[3] == "09:00 – 09:45, Lisbon time"
    assert "Shown before  Thu 26 Nov, 10:00, Berlin time" in lines
    assert "Juniper Hair now shows its times in Lisbon time. Your booking has not moved." in lines


@pytest.mark.parametrize("keep", list(Keep))
def test_the_calendar_file_takes_the_place_of_the_old_one(
    salon: Salon, carl: Booking, keep: Keep
) -> None:
    before = get_booking_facts(booking_id=carl.pk)
    change(salon, "Europe/Lisbon", keep)
    work(SOON)

    carl.refresh_from_db()
    message: Any = mail.outbox[0]
    (part,) = [it for it in message.attachments if it.get_content_type() == "text/calendar"]
    (event,) = Calendar.from_ical(part.get_payload(decode=True).decode()).walk("VEVENT")
    assert event["SEQUENCE"] == before.revision + 1
    assert event.decoded("DTSTART") == carl.starts_at


def test_nobody_is_written_to_when_the_new_clock_shows_the_same(
    salon: Salon, carl: Booking
) -> None:
    change(salon, "Europe/Paris", Keep.CLOCK)
    work(SOON)

    assert mail.outbox == []


def test_a_move_that_was_not_told_yet_is_told_though_the_zone_changed_after_it() -> None:
    studio = make_studio(late_entry=True)
    booking = join(make_session(studio, starts_at=studio.at(26, 12)))
    work(SOON)
    mail.outbox.clear()
    target = make_session(studio, starts_at=studio.at(28, 12))
    classes.move_places(booking=booking, target=target, by=studio.olga, now=SOON)
    change(studio, "America/Toronto", Keep.MOMENT)
    work(SOON)

    (told,) = mail.outbox
    assert told.subject == "Moved: Sat 28 Nov, 12:00, Vinyasa flow"


def test_moved_and_then_by_another_clock_is_told_once_from_where_it_was() -> None:
    studio = make_studio(late_entry=True)
    booking = join(make_session(studio, starts_at=studio.at(26, 12)))
    Booking.objects.filter(pk=booking.pk).update(time_zone="America/New_York")
    work(SOON)
    mail.outbox.clear()
    target = make_session(studio, starts_at=studio.at(28, 12))
    classes.move_places(booking=booking, target=target, by=studio.olga, now=SOON)
    change(studio, "America/Chicago", Keep.MOMENT)
    work(SOON)

    (told,) = mail.outbox
    assert told.subject == "Moved: Sat 28 Nov, 11:00, Vinyasa flow"
    assert "Moved from  Thu 26 Nov, 12:00, New York time" in str(told.body)


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        (
            Keep.CLOCK,
            "Moved from Thu 26 Nov, 10:00, Berlin time to Thu 26 Nov, 10:00, Lisbon time",
        ),
        (Keep.MOMENT, "The time zone there was changed"),
    ],
)
def test_the_customer_s_history_says_it(
    salon: Salon, carl: Booking, keep: Keep, words: str
) -> None:
    change(salon, "Europe/Lisbon", keep)

    found = Booking.objects.select_related("business").get(pk=carl.pk)
    assert list_events(booking=found)[-1] == (SOON, words)


def test_whoever_waits_for_a_class_is_told_too() -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    join(session)
    waitlists.join_waitlist(
        choice=choose(service=Service.objects.select_related("business").get(pk=studio.flow.pk)),
        target=session,
        details=waitlists.WaitingDetails(name="Ida", email="ida@example.com"),
        visitor=bookings.Visitor("ida", "ida", "America/New_York"),
        now=NOW,
    )
    work(SOON)
    mail.outbox.clear()
    change(studio, "America/Chicago", Keep.CLOCK)
    work(SOON)

    told = {it.to[0]: str(it.body).splitlines()[0] for it in mail.outbox}
    assert told == {
        "carl@example.com": "Your booking has moved, Carl.",
        "ida@example.com": "The class you are waiting for has moved, Ida.",
    }
