"""A moved booking is told as moved, with both times, in mail, calendar and history."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from icalendar import Calendar

from apps.availability.models import Session
from apps.availability.operations import SessionChange
from apps.bookings.models import Booking
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope, seen_of_class, seen_of_date
from apps.messages.models import Message
from apps.messages.queries import get_booking_facts
from apps.self_service.queries.booking import list_events
from apps.waitlists import operations as waitlists
from tests.factories import NOW, make_visitor
from tests.factories.money import work
from tests.factories.studio import Studio, join, make_run, make_session, make_studio

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=11)


@pytest.fixture
def studio(db: None) -> Studio:
    return make_studio(late_entry=True)


@pytest.fixture
def carl(studio: Studio) -> Booking:
    """Booked for Thursday at noon in New York, six in Berlin, and told so."""
    carl = join(make_session(studio, starts_at=studio.at(26, 12)))
    work(SOON)
    mail.outbox.clear()
    return carl


def to_saturday(studio: Studio) -> Session:
    return make_session(studio, starts_at=studio.at(28, 12))


def move(carl: Booking, target: Any, *, by: Any = None) -> None:
    classes.move_places(booking=carl, target=target, by=by, now=SOON)


def event_of(message: Any) -> Any:
    (part,) = [it for it in message.attachments if it.get_content_type() == "text/calendar"]
    (event,) = Calendar.from_ical(part.get_payload(decode=True).decode()).walk("VEVENT")
    return event


def test_a_move_of_the_customer_is_told_to_both_with_both_times(
    studio: Studio, carl: Booking
) -> None:
    move(carl, to_saturday(studio))
    work(SOON)

    assert [(it.to[0], it.subject) for it in mail.outbox] == [
        ("carl@example.com", "Moved: Sat 28 Nov, 18:00, Vinyasa flow"),
        (studio.business.email, "Moved: Sat 28 Nov, 12:00, Vinyasa flow"),
    ]
    customer, team = (str(sent.body).splitlines() for sent in mail.outbox)
    assert customer[:4:2] == ["Your booking has moved, Carl.", "Saturday 28 November 2026"]
    assert "Moved from  Thu 26 Nov, 18:00" in customer
    assert team[:4:2] == ["A customer moved a booking.", "Saturday 28 November 2026"]
    assert "Moved from  Thu 26 Nov, 12:00" in team


def test_a_move_of_the_team_is_told_to_the_customer(studio: Studio, carl: Booking) -> None:
    move(carl, to_saturday(studio), by=studio.olga)
    work(SOON)

    assert [it.to[0] for it in mail.outbox] == ["carl@example.com"]


def test_who_waits_for_a_place_is_told_too_and_how_to_leave(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 12), capacity=1)
    join(session)
    waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=waitlists.WaitingDetails(name="Eva Lindner", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    work(SOON)
    mail.outbox.clear()

    classes.change_class(
        session_id=session.pk,
        scope=Scope.THIS,
        change=SessionChange(resource_ids=(studio.noor.resource_id, studio.pier.pk), at=time(13)),
        seen=seen_of_class(session=session, scope=Scope.THIS, now=SOON),
        by=studio.olga,
        now=SOON,
    )
    work(SOON)

    eva = next(it for it in mail.outbox if it.to == ["eva@example.com"])
    lines = str(eva.body).splitlines()
    assert [it.to[0] for it in mail.outbox] == ["carl@example.com", "eva@example.com"]
    assert eva.subject == "Moved: Thu 26 Nov, 19:00, Vinyasa flow"
    assert lines[0] == "The class you are waiting for has moved, Eva."
    assert "Moved from  Thu 26 Nov, 18:00" in lines
    for told in ("You are still on the waitlist.", "Your place on the waitlist: 1."):
        assert told in lines
    assert next(it for it in lines if "/m/" in it).startswith("View or leave the waitlist: ")
    assert [it for it in eva.attachments if "calendar" in it.get_content_type()] == []


def test_the_calendar_entry_moves_with_it(studio: Studio, carl: Booking) -> None:
    work(SOON)
    before = get_booking_facts(booking_id=carl.pk)
    move(carl, to_saturday(studio))
    work(SOON)

    event = event_of(mail.outbox[0])
    assert event["UID"].startswith(f"{carl.reference}@")
    assert event["SEQUENCE"] > before.revision
    assert event.decoded("DTSTART") == studio.at(28, 12)


def test_moved_twice_before_a_mail_could_leave_is_told_once_from_where_it_was(
    studio: Studio, carl: Booking
) -> None:
    move(carl, to_saturday(studio))
    carl.refresh_from_db()
    move(carl, make_session(studio, starts_at=studio.at(30, 12)))
    work(SOON)

    (told, _team) = mail.outbox
    assert told.subject.startswith("Moved: Mon 30 Nov")
    assert "Moved from  Thu 26 Nov, 18:00\n" in str(told.body)
    states = Message.objects.filter(kind="MOVED").order_by("pk").values_list("status", flat=True)
    assert list(states) == ["SKIPPED", "SENT"]


def test_a_second_move_is_told_from_the_time_the_first_mail_named(
    studio: Studio, carl: Booking
) -> None:
    move(carl, to_saturday(studio))
    work(SOON)
    carl.refresh_from_db()
    move(carl, make_session(studio, starts_at=studio.at(30, 12)))
    work(SOON)

    assert "Moved from  Sat 28 Nov, 18:00\n" in str(mail.outbox[2].body)


def test_owner_and_customer_read_both_times_in_the_history(
    studio: Studio, carl: Booking, client: Client
) -> None:
    move(carl, to_saturday(studio))
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(f"/own/harbor/bookings/{carl.reference}/").content.decode()

    assert "From Thu 26 Nov, 12:00 to Sat 28 Nov, 12:00" in page
    carl.refresh_from_db()
    (_at, words) = list_events(booking=carl)[-1]
    assert words == "Moved from Thu 26 Nov, 18:00 to Sat 28 Nov, 18:00"


def test_a_date_of_a_course_that_is_gone_is_taken_out_of_the_calendar(studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 12), weeks=3)
    carl = join(run)
    work(SOON)
    mail.outbox.clear()
    second = run.sessions.order_by("starts_at")[1]

    classes.cancel_course_date(
        session_id=second.pk,
        seen=seen_of_date(session=second),
        reason="Flu.",
        by=studio.olga,
        now=SOON,
    )
    work(SOON)

    assert [status for status, _at in events_of_course(mail.outbox[0])] == [
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
    ]
    assert carl.pk


def test_a_shorter_run_takes_the_dates_of_the_longer_one_back(studio: Studio) -> None:
    long = make_run(studio, first=studio.at(26, 12), weeks=3)
    short = make_run(studio, first=studio.at(27, 9), weeks=2)
    carl = join(long)
    work(SOON)
    mail.outbox.clear()

    move(carl, short, by=studio.olga)
    work(SOON)

    assert events_of_course(mail.outbox[0]) == [
        ("CONFIRMED", studio.at(27, 9)),
        ("CONFIRMED", studio.at(27, 9) + timedelta(days=7)),
        ("CANCELLED", studio.at(26, 12) + timedelta(days=14)),
    ]


def events_of_course(message: Any) -> list[tuple[str, datetime]]:
    (part,) = [it for it in message.attachments if it.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_payload(decode=True).decode())
    return [(str(it["STATUS"]), it.decoded("DTSTART")) for it in calendar.walk("VEVENT")]


def test_what_was_moved_and_moved_back_before_anybody_read_of_it_is_not_told(
    studio: Studio, carl: Booking
) -> None:
    session = carl.session
    assert session is not None
    for hour in (13, 12):
        session.refresh_from_db()
        classes.change_class(
            session_id=session.pk,
            scope=Scope.THIS,
            change=SessionChange((studio.noor.resource_id, studio.pier.pk), at=time(hour)),
            seen=seen_of_class(session=session, scope=Scope.THIS, now=SOON),
            by=studio.olga,
            now=SOON,
        )

    work(SOON)

    assert mail.outbox == []
    assert set(Message.objects.filter(kind="MOVED").values_list("status", "error")) == {
        ("SKIPPED", "overtaken: moved again"),
        ("SKIPPED", "overtaken: moved back"),
    }


def test_what_is_moved_back_after_it_was_read_is_told(studio: Studio, carl: Booking) -> None:
    session = carl.session
    assert session is not None
    for hour in (13, 12):
        session.refresh_from_db()
        classes.change_class(
            session_id=session.pk,
            scope=Scope.THIS,
            change=SessionChange((studio.noor.resource_id, studio.pier.pk), at=time(hour)),
            seen=seen_of_class(session=session, scope=Scope.THIS, now=SOON),
            by=studio.olga,
            now=SOON,
        )
        work(SOON)

    assert [it.subject for it in mail.outbox] == [
        "Moved: Thu 26 Nov, 19:00, Vinyasa flow",
        "Moved: Thu 26 Nov, 18:00, Vinyasa flow",
    ]
