"""Who comes, one thumb at the door; places; a cancellation that tells everybody."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.availability import operations as availability
from apps.availability.engine.series import SeriesRule
from apps.availability.models import Session
from apps.availability.operations import SessionFacts
from apps.bookings import operations as bookings
from apps.bookings.models import Attendance, Booking
from apps.catalog.queries import choose
from apps.ledger.check import find_all
from apps.messages.models import Message
from apps.messages.operations import fan_out, send_message
from apps.outbox.models import OutboxItem
from apps.waitlists import operations as waitlists
from tests.dashboard.conftest import note_that_it_is_used
from tests.factories import NOW
from tests.factories.bookings import make_visitor
from tests.factories.studio import Studio, join, make_run, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.detail]


@pytest.fixture
def studio(clock: object) -> Studio:
    return make_studio()


@pytest.fixture
def olga(studio: Studio) -> Client:
    browser = Client()
    browser.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    note_that_it_is_used(browser)
    return browser


def path(session: Session, verb: str = "") -> str:
    return f"/own/harbor/classes/{session.pk}/{verb}"


def marks() -> list[tuple[str, int, str]]:
    found = Attendance.objects.order_by("booking_id", "seat")
    return list(found.values_list("booking__contact_name", "seat", "state"))


def check_in(olga: Client, session: Session, booking: Booking, **fields: Any) -> Any:
    sent: Mapping[str, Any] = {"reference": booking.reference, "seat": 0, "state": "HERE"}
    return olga.post(path(session, "check-in/"), {**sent, **fields})


def test_everybody_of_a_party_has_a_line(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    join(session, email="carl@example.com", people=2)
    join(session, email="eva@example.com")

    roster = olga.get(path(session)).context["roster"]

    assert [(it.name, it.seat, it.state) for it in roster.people] == [
        ("Carl", 0, ""),
        ("", 1, ""),
        ("Eva", 0, ""),
    ]
    assert (roster.taken, roster.capacity, roster.open) == (3, 12, 3)


def test_a_mark_is_kept_once_and_can_be_taken_back(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    carl = join(session, people=2)

    for _sent in range(2):  # a bad network sends it twice
        assert check_in(olga, session, carl, seat=1).status_code == 303
    assert marks() == [("Carl", 1, "HERE")]
    check_in(olga, session, carl, seat=1, state="NO_SHOW")
    assert marks() == [("Carl", 1, "NO_SHOW")]
    check_in(olga, session, carl, seat=1, state="")
    assert marks() == []


def test_all_here_leaves_those_who_did_not_come(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    carl = join(session, people=2)
    check_in(olga, session, carl, seat=0, state="NO_SHOW")
    join(session, email="eva@example.com")

    olga.post(path(session, "all-here/"))

    assert marks() == [("Carl", 0, "NO_SHOW"), ("Carl", 1, "HERE"), ("Eva", 0, "HERE")]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"seat": 5}, 409), ({"reference": "ZZZZZZZZ"}, 409), ({"state": "LATE"}, 422)],
)
def test_nobody_else_can_be_marked(
    olga: Client, studio: Studio, fields: dict[str, Any], status: int
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))

    assert check_in(olga, session, join(session), **fields).status_code == status
    assert marks() == []


def test_a_course_is_attended_session_by_session(olga: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 18), weeks=3)
    carl = join(run)
    first, second, _third = run.sessions.order_by("starts_at")

    check_in(olga, first, carl)

    assert [it.state for it in olga.get(path(first)).context["roster"].people] == ["HERE"]
    assert [it.state for it in olga.get(path(second)).context["roster"].people] == [""]


def test_places_cannot_fall_below_those_that_are_taken(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    join(session, people=3)

    page = olga.post(path(session, "places/"), {"capacity": 2})
    session.refresh_from_db()
    assert (page.status_code, session.capacity) == (409, 12)
    assert "3 places are taken." in page.content.decode()

    assert olga.post(path(session, "places/"), {"capacity": 3}).status_code == 303
    session.refresh_from_db()
    assert session.capacity == 3


def make_weekly(studio: Studio, *, count: int = 4) -> list[Session]:
    rule = SeriesRule(
        first_on=studio.at(25, 18).date(),
        weekdays=(2,),
        starts_minute=18 * 60,
        duration_minutes=60,
        count=count,
    )
    facts = SessionFacts(
        studio.flow, studio.location, (studio.noor.resource_id, studio.pier.pk), 12
    )
    return availability.open_series(rule=rule, facts=facts, skip_closed=True, now=NOW)


def cancel(booking: Booking, studio: Studio) -> None:
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=studio.olga,
        now=NOW,
    )


def shown_in(page: Any) -> dict[str, str]:
    """What the forms of a roster say that it shows, by how much is cancelled."""
    pattern = r'name="scope" value="([A-Z]*)"><input type="hidden" name="seen" value="([^"]*)"'
    return dict(re.findall(pattern, page.content.decode()))


def shown_scopes(olga: Client, session: Session) -> dict[str, str]:
    return shown_in(olga.get(path(session)))


@pytest.mark.parametrize(
    ("scope", "canceled"),
    [
        ("THIS", [False, True, False, False]),
        ("LATER", [False, True, True, True]),
        ("ALL", [True, True, True, True]),
    ],
)
def test_a_cancellation_reaches_as_far_as_asked_and_tells_everybody(
    olga: Client, studio: Studio, scope: str, canceled: list[bool]
) -> None:
    sessions = make_weekly(studio)
    booked = [join(it, email=f"carl{it.pk}@example.com") for it in sessions]
    shown = shown_scopes(olga, sessions[1])

    answer = olga.post(
        path(sessions[1], "cancel/"),
        {"scope": scope, "seen": shown[scope], "reason": "Noor is ill"},
    )

    assert answer.status_code == 303
    rows = Session.objects.order_by("starts_at")
    assert [it.state == "CANCELED" for it in rows] == canceled
    states = Booking.objects.in_bulk([it.pk for it in booked])
    assert [states[it.pk].status == "CANCELED" for it in booked] == canceled
    assert [it.seats_taken for it in rows] == [0 if gone else 1 for gone in canceled]
    assert OutboxItem.objects.filter(topic="booking.canceled").count() == sum(canceled)


def test_somebody_who_booked_meanwhile_is_not_cancelled_unread(
    olga: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    seen = shown_scopes(olga, session)["THIS"]
    join(session)

    page = olga.post(
        path(session, "cancel/"), {"scope": "THIS", "seen": seen, "reason": "Noor is ill"}
    )

    assert page.status_code == 409
    assert "Somebody has booked, left or changed this." in page.content.decode()
    assert Booking.objects.get().status == "CONFIRMED"


def test_a_booking_that_took_the_place_of_another_is_not_cancelled_unread(
    olga: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    carl = join(session)
    seen = shown_scopes(olga, session)["THIS"]
    cancel(carl, studio)
    eva = join(session, email="eva@example.com")

    sent = {"scope": "THIS", "seen": seen, "reason": "Noor is ill"}
    page = olga.post(path(session, "cancel/"), sent)

    eva.refresh_from_db()
    assert page.status_code == 409
    assert eva.status == "CONFIRMED"
    assert 'value="Noor is ill"' in page.content.decode()
    assert shown_in(page)["THIS"] != seen


def test_a_class_that_got_another_time_is_not_cancelled_unread(
    olga: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    seen = shown_scopes(olga, session)["THIS"]
    assert change(olga, studio, session, at="19:00").status_code == 303

    sent = {"scope": "THIS", "seen": seen, "reason": "Noor is ill"}
    page = olga.post(path(session, "cancel/"), sent)

    session.refresh_from_db()
    assert (page.status_code, session.state) == (409, "SCHEDULED")


def test_an_enrolment_that_took_the_place_of_another_is_not_cancelled_unread(
    olga: Client, studio: Studio
) -> None:
    run = make_run(studio, first=studio.at(26, 18), weeks=3)
    first = run.sessions.earliest("starts_at")
    carl = join(run)
    seen = shown_scopes(olga, first)
    cancel(carl, studio)
    join(run, email="eva@example.com")

    answers = [
        olga.post(path(first, "cancel/"), {"scope": scope, "seen": it, "reason": "Ill"})
        for scope, it in seen.items()
    ]

    assert [it.status_code for it in answers] == [409, 409]


def test_a_draft_of_a_cancelled_class_is_not_booked(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    draft = join(session, submits=False)
    seen = shown_scopes(olga, session)["THIS"]
    olga.post(path(session, "cancel/"), {"scope": "THIS", "seen": seen, "reason": "Noor is ill"})

    with pytest.raises(bookings.SlotGone):
        bookings.submit_draft(
            draft_id=draft.draft_id,
            details=bookings.Details(name="Carl", email="carl@example.com"),
            seen_price=draft.price,
            now=NOW,
        )


@pytest.mark.parametrize("count", [1, 3])
def test_the_roster_costs_the_same_for_one_and_for_three(
    olga: Client, studio: Studio, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    for number in range(count):
        join(session, email=f"carl{number}@example.com")
    olga.get(path(session))

    with django_assert_num_queries(13):
        olga.get(path(session))


@pytest.mark.parametrize("count", [1, 3])
def test_the_week_costs_the_same_for_one_and_for_three(
    olga: Client, studio: Studio, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for turn in range(count):
        make_session(studio, starts_at=studio.at(25, 8 + 2 * turn))

    with django_assert_num_queries(7):
        page = olga.get("/own/harbor/classes/")
    assert page.context["week"].count == count


def test_the_team_puts_somebody_in_from_the_line(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    join(session, email="sam@example.com")
    entry = waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=waitlists.WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    sent = {"reference": entry.booking.reference, "verb": "enrol"}

    refused = olga.post(path(session, "waiting/"), sent)
    assert refused.status_code == 409
    assert "There are no places." in refused.content.decode()
    olga.post(path(session, "places/"), {"capacity": 2})
    assert olga.post(path(session, "waiting/"), sent).status_code == 303

    session.refresh_from_db()
    assert (session.seats_taken, session.seats_offered) == (2, 0)
    assert [it.name for it in olga.get(path(session)).context["roster"].people] == ["Sam", "Eva"]


def test_a_word_to_all_is_a_mail_to_each(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    carl, eva = join(session), join(session, email="eva@example.com")

    empty = olga.post(path(session, "message/"), {"text": ""})
    assert empty.status_code == 422
    answer = olga.post(path(session, "message/"), {"text": "Please bring a mat."})

    assert answer.status_code == 303
    for booking in (carl, eva):
        event = booking.history.latest("pk")
        assert (event.action, event.reason) == ("MESSAGED", "Please bring a mat.")
        fan_out(booking_id=booking.pk, event_id=event.pk, now=NOW)
        message = Message.objects.get(event=event)
        sent = send_message(message_id=message.pk, attempt=1, now=NOW)
        assert sent.to_address == booking.contact_email
        assert "Harbor Yoga writes: Please bring a mat." in sent.body_text


def change(olga: Client, studio: Studio, session: Session, **other: Any) -> Any:
    shown = olga.get(path(session, "change/")).context["form"].fields["scope"].choices
    scopes = {value.partition(":")[0]: value for value, _words in shown}
    sent = {
        "staff": studio.dan.resource_id,
        "room": studio.loft.pk,
        "at": "19:00",
        **other,
    }
    return olga.post(path(session, "change/"), {**sent, "scope": scopes[sent.get("scope", "THIS")]})


def test_a_series_gets_another_time_teacher_and_room_and_everybody_is_told(
    olga: Client, studio: Studio
) -> None:
    sessions = make_weekly(studio)
    booked = [join(it, email=f"carl{it.pk}@example.com") for it in sessions]

    assert change(olga, studio, sessions[1], scope="LATER").status_code == 303

    zone = studio.business.zone
    rows = Session.objects.order_by("starts_at")
    assert [f"{it.starts_at.astimezone(zone):%H:%M}" for it in rows] == ["18:00", *["19:00"] * 3]
    fresh = Booking.objects.in_bulk([it.pk for it in booked])
    assert [fresh[it.pk].resource_id == studio.dan.resource_id for it in booked] == [
        False,
        True,
        True,
        True,
    ]
    assert OutboxItem.objects.filter(topic="booking.moved").count() == 3
    assert list(find_all(business_id=None, now=NOW)) == []


def test_what_conflicts_is_not_changed(olga: Client, studio: Studio) -> None:
    sessions = make_weekly(studio)
    make_session(
        studio,
        starts_at=sessions[2].starts_at + timedelta(hours=1),
        resource_ids=(studio.dan.resource_id, studio.loft.pk),
    )

    page = change(olga, studio, sessions[0], scope="ALL")

    assert page.status_code == 409
    assert "1 of them has a conflict." in page.content.decode()
    assert [it.starts_at for it in sessions] == list(
        Session.objects.filter(series__isnull=False)
        .order_by("starts_at")
        .values_list("starts_at", flat=True)
    )


def test_what_conflicts_is_changed_with_a_reason_only(olga: Client, studio: Studio) -> None:
    sessions = make_weekly(studio)
    make_session(
        studio,
        starts_at=sessions[2].starts_at + timedelta(hours=1),
        resource_ids=(studio.dan.resource_id, studio.loft.pk),
    )

    unexplained = change(olga, studio, sessions[0], scope="ALL", anyway="on")
    answer = change(olga, studio, sessions[0], scope="ALL", anyway="on", reason="Dan hops over")

    assert (unexplained.status_code, answer.status_code) == (422, 303)
    rows = Session.objects.filter(series__isnull=False).order_by("starts_at")
    assert [it.override_reason for it in rows] == ["", "", "Dan hops over", ""]
    assert list(find_all(business_id=None, now=NOW)) == []


def test_the_team_puts_somebody_in_at_the_door(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=2)
    typed = {"name": "Ida Berg", "email": "ida@example.com", "people": "2"}

    assert olga.post(path(session, "add/"), {**typed, "email": "ida@"}).status_code == 422
    assert olga.post(path(session, "add/"), typed).status_code == 303
    assert olga.post(path(session, "add/"), typed).status_code == 409

    booking = Booking.objects.get()
    assert (booking.status, booking.source, booking.price) == ("CONFIRMED", "OWNER", 3600)
    event = booking.history.get()
    assert (event.action, event.actor, event.user) == ("BOOKED", "TEAM", studio.olga.user)
    session.refresh_from_db()
    assert session.seats_taken == 2
    assert list(find_all(business_id=None, now=NOW)) == []


def test_the_team_puts_somebody_on_the_waitlist_of_a_full_class(
    olga: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    body = {"name": "Ida", "email": "ida@example.com", "people": "1", "line": "1"}
    assert olga.post(path(session, "add/"), body).status_code == 409  # there is room
    join(session, email="sam@example.com")

    page = olga.get(path(session))
    assert "Add to the waitlist" in page.content.decode()
    assert olga.post(path(session, "add/"), body).status_code == 303
    assert olga.post(path(session, "add/"), body).status_code == 409  # waits already

    booking = Booking.objects.get(contact_email="ida@example.com")
    assert (booking.status, booking.history.get().actor) == ("WAITING_LIST", "TEAM")


def test_one_date_of_a_course_is_cancelled_and_everybody_stays_enrolled(
    olga: Client, studio: Studio
) -> None:
    run = make_run(studio, first=studio.at(26, 18), weeks=3)
    carl = join(run)
    second = run.sessions.order_by("starts_at")[1]

    seen = shown_scopes(olga, second)["THIS"]
    answer = olga.post(
        path(second, "cancel/"), {"scope": "THIS", "seen": seen, "reason": "Noor is ill."}
    )

    assert answer.status_code == 303
    states = run.sessions.order_by("starts_at").values_list("state", flat=True)
    assert list(states) == ["SCHEDULED", "CANCELED", "SCHEDULED"]
    carl.refresh_from_db()
    event = carl.history.latest("pk")
    assert (carl.status, event.action) == ("CONFIRMED", "MESSAGED")
    assert event.reason == "Thu 3 Dec, 18:00 has been cancelled. Noor is ill."
    assert list(find_all(business_id=None, now=NOW)) == []


def test_a_whole_run_is_cancelled_with_its_line(olga: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 18), capacity=1)
    join(run)
    waitlists.join_waitlist(
        choice=choose(service=studio.course),
        target=run,
        details=waitlists.WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    first = run.sessions.earliest("starts_at")

    seen = shown_scopes(olga, first)["ALL"]
    answer = olga.post(
        path(first, "cancel/"), {"scope": "ALL", "seen": seen, "reason": "Too few people."}
    )

    assert answer.status_code == 303
    run.refresh_from_db()
    assert (run.state, run.seats_taken) == ("CANCELED", 0)
    assert set(Booking.objects.values_list("status", flat=True)) == {"CANCELED"}
    assert list(find_all(business_id=None, now=NOW)) == []


def test_a_course_without_dates_is_named_to_the_owner(olga: Client, studio: Studio) -> None:
    assert "Beginners cannot be booked" in olga.get("/own/harbor/classes/").content.decode()

    make_run(studio, first=studio.at(26, 18))

    assert "cannot be booked" not in olga.get("/own/harbor/classes/").content.decode()
