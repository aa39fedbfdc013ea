"""Owners read and type the times of a place with another clock than the business's by that clock,
which is named; lists by the business's clock name the time there beside it."""

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.wishes import Wish
from apps.businesses.models import Location
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.classes.queries.attending import seen_of_date
from apps.messages.operations import fan_out
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_location
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
LISBON, KOLKATA = ZoneInfo("Europe/Lisbon"), ZoneInfo("Asia/Kolkata")


@pytest.fixture
def studio() -> Studio:
    """In New York, five hours behind Lisbon."""
    return make_studio(late_entry=True)


@pytest.fixture
def owner(studio: Studio) -> Client:
    browser = Client()
    browser.force_login(studio.olga.user)
    return browser


@pytest.fixture
def lisbon(studio: Studio) -> Location:
    place = make_location(business=studio.business, name="Porto", time_zone="Europe/Lisbon")
    studio.flow.locations.add(place)
    return place


@pytest.fixture
def late(studio: Studio, lisbon: Location) -> Session:
    """Thursday 26 November, 01:30 to 02:30 in Lisbon: Wednesday evening in New York."""
    session = make_session(studio, starts_at=datetime(2026, 11, 26, 1, 30, tzinfo=LISBON))
    Session.objects.filter(pk=session.pk).update(location=lisbon)
    return Session.objects.get(pk=session.pk)


def read(browser: Client, path: str, **query: str) -> str:
    answer = browser.get(path, query)
    assert answer.status_code == 200
    return " ".join(text_of(answer).split())


def test_the_roster_is_told_there(owner: Client, late: Session) -> None:
    text = read(owner, f"/own/harbor/classes/{late.pk}/")

    assert 'Thursday 26 November, <span class="nowrap">01:30 – 02:30</span>, Lisbon time' in text


def test_the_roster_of_a_class_at_home_names_no_clock(owner: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18))

    assert "New York time" not in read(owner, f"/own/harbor/classes/{session.pk}/")


@pytest.fixture
def noon(studio: Studio, lisbon: Location) -> Session:
    """Thursday 26 November at noon in Lisbon, which is seven in the morning in New York."""
    session = make_session(studio, starts_at=datetime(2026, 11, 26, 12, tzinfo=LISBON))
    Session.objects.filter(pk=session.pk).update(location=lisbon)
    return Session.objects.get(pk=session.pk)


def change(owner: Client, session: Session, at: str | None = None) -> Any:
    """Send the form as it is shown, or with another time; return the page it was on."""
    path = f"/own/harbor/classes/{session.pk}/change/"
    page = owner.get(path)
    first = page.context["form"].initial
    data = {"staff": first["staff"].pk, "room": first["room"].pk, "scope": first["scope"]}
    answer = owner.post(path, {**data, "at": at or first["at"]})
    assert answer.status_code == 303
    session.refresh_from_db()
    return page


def test_what_is_typed_to_change_a_class_is_told_there(owner: Client, noon: Session) -> None:
    page = change(owner, noon, "12:15")

    text = " ".join(text_of(page).split())
    assert page.context["form"].initial["at"] == "12:00"
    assert "Vinyasa flow, Thu 26 Nov, 12:00, Lisbon time" in text
    assert ">Lisbon time</p>" in text
    assert noon.starts_at == datetime(2026, 11, 26, 12, 15, tzinfo=LISBON)


def test_saving_a_class_without_a_change_leaves_its_time(owner: Client, noon: Session) -> None:
    change(owner, noon)

    assert noon.starts_at == datetime(2026, 11, 26, 12, tzinfo=LISBON)


def test_the_dates_of_a_new_class_are_told_there(
    owner: Client, studio: Studio, lisbon: Location
) -> None:
    typed = {
        "service": str(studio.flow.pk),
        "place": str(lisbon.pk),
        "staff": str(studio.noor.resource_id),
        "first_on": "2026-12-01",
        "at": "12:30",
        "capacity": "9",
        "every_weeks": "1",
    }

    blank = read(owner, "/own/harbor/classes/new/")
    text = read(owner, "/own/harbor/classes/new/", **typed)

    assert "In the place’s time zone." in blank
    assert ">Porto (Lisbon time)</option>" in blank
    assert "Times are in Lisbon time." in text
    assert "<b>Tue 1 Dec, 12:30</b>" in text


def test_whoever_is_put_in_line_is_told_there(owner: Client, late: Session) -> None:
    Session.objects.filter(pk=late.pk).update(capacity=1)
    join(Session.objects.get(pk=late.pk), email="first@example.com")

    typed = {"name": "Ida", "email": "ida@example.com", "people": "1", "line": "1"}
    owner.post(f"/own/harbor/classes/{late.pk}/add/", typed)

    assert Booking.objects.get(status="WAITING_LIST").time_zone == "Europe/Lisbon"


def test_the_week_names_the_time_there(owner: Client, late: Session) -> None:
    text = read(owner, "/own/harbor/classes/", week="2026-W48")

    assert 'id="on-2026-11-25"' in text
    assert "Thu 26 Nov, 01:30 Lisbon time" in text


def lines_of(page: Any) -> dict[date, list[tuple[int, bool]]]:
    """The classes of each day that has any, and whether they go on from the day before."""
    days = page.context["week"].days
    return {on: [(it.pk, bool(it.since_at)) for it in lines] for on, lines in days if lines}


def test_a_class_past_midnight_stands_on_both_days_and_counts_once(
    owner: Client, studio: Studio
) -> None:
    night = make_session(studio, starts_at=studio.at(29, 22), resource_ids=())
    Session.objects.filter(pk=night.pk).update(ends_at=studio.at(30, 1))

    weeks = [owner.get("/own/harbor/classes/", {"week": f"2026-W{n}"}) for n in (48, 49)]

    text = " ".join(text_of(weeks[1]).split())
    assert lines_of(weeks[0]) == {date(2026, 11, 29): [(night.pk, False)]}
    assert lines_of(weeks[1]) == {date(2026, 11, 30): [(night.pk, True)]}
    assert "since Sun 29 Nov, 22:00" in text
    assert [it.context["week"].count for it in weeks] == [1, 1]


def test_what_ends_at_midnight_stands_on_one_day(owner: Client, studio: Studio) -> None:
    night = make_session(studio, starts_at=studio.at(26, 23), resource_ids=())

    page = owner.get("/own/harbor/classes/", {"week": "2026-W48"})

    assert lines_of(page) == {date(2026, 11, 26): [(night.pk, False)]}


@pytest.fixture
def abroad(salon: Salon) -> Salon:
    """A salon in Berlin whose one place keeps the clock of Lisbon, an hour behind."""
    Location.objects.filter(pk=salon.location.pk).update(time_zone="Europe/Lisbon")
    return salon


def ten_there(day: int) -> datetime:
    return datetime(2026, 11, day, 10, tzinfo=LISBON).astimezone(UTC)


def test_suggestions_are_told_there(olga: Client, abroad: Salon) -> None:
    asked = make_booking(service=abroad.bridal, starts_at=ten_there(27), now=NOW)

    page = olga.get(f"/own/juniper/bookings/{asked.reference}/suggest/")

    text = " ".join(text_of(page).split())
    assert page.context["zone"] == LISBON
    assert "Fri 27 Nov, 10:00. Times are in Lisbon time." in text


def test_an_answer_that_can_be_undone_names_the_time_there(olga: Client, abroad: Salon) -> None:
    asked = make_booking(service=abroad.bridal, starts_at=ten_there(27), now=NOW)
    bookings.confirm_request(booking_id=asked.pk, revision=asked.revision, by=abroad.olga, now=NOW)

    text = read(olga, "/own/juniper/")

    assert '<span class="nowrap">Fri 11:00</span> (10:00 Lisbon time)' in text


def test_overlaps_are_told_there(olga: Client, abroad: Salon) -> None:
    booking = make_booking(service=abroad.cut, starts_at=ten_there(26), now=NOW)
    Booking.objects.filter(pk=booking.pk).update(double_booked=True)

    listed = read(olga, "/own/juniper/conflicts/")
    shown = read(olga, f"/own/juniper/conflicts/{booking.reference}/")

    for text in (listed, shown):
        assert ">10:00</time>" in text
        assert "Lisbon time, Cut and finish" in text


def test_whoever_waits_for_a_time_waits_there(olga: Client, abroad: Salon) -> None:
    day = date(2026, 11, 26)
    for person in (abroad.ana, abroad.ben):
        availability.block_time(
            business_id=abroad.business.pk,
            resource_ids=[person.resource_id],
            starts_at=datetime(2026, 11, 26, 6, tzinfo=LISBON),
            ends_at=datetime(2026, 11, 26, 22, tzinfo=LISBON),
            note="Away",
            now=NOW,
        )
    entry = waitlists.wait_for_time(
        choice=choose(service=Service.objects.select_related("business").get(pk=abroad.cut.pk)),
        wish=Wish(day, day, 12 * 60, 17 * 60),
        details=waitlists.WaitingDetails(name="Ida", email="ida@example.com"),
        visitor=bookings.Visitor("ida", "ida", "Europe/Lisbon"),
        now=NOW,
    )

    listed = read(olga, "/own/juniper/waitlist/")
    page = olga.get(f"/own/juniper/waitlist/{entry.booking.reference}/")

    assert ", Lisbon time" in listed
    assert page.context["zone"] == LISBON
    assert ", Lisbon time" in text_of(page)
    assert "In the place’s time zone." in read(olga, "/own/juniper/waitlist/new/")


def test_why_there_are_no_times_is_told_there(olga: Client, abroad: Salon) -> None:
    text = read(olga, "/own/juniper/why/", service=str(abroad.cut.pk), on="2027-06-01")

    assert "Times are in Lisbon time." in text
    assert "Too far ahead: opens on" in text


@pytest.mark.parametrize(
    ("is_abroad", "words"),
    [
        (
            True,
            (
                "Thu 26 Nov, 17:00 (Lisbon time) has been cancelled. Flu. The course now "
                "starts on Thu 3 Dec, 12:00."
            ),
        ),
        (
            False,
            (
                "Thu 26 Nov, 12:00 has been cancelled. Flu. The course now starts on Thu "
                "3 Dec, 12:00."
            ),
        ),
    ],
)
def test_a_date_of_a_course_that_is_called_off_is_told_there(
    studio: Studio, lisbon: Location, words: str, *, is_abroad: bool
) -> None:
    run = make_run(studio, first=studio.at(26, 12), weeks=2)
    booking = join(run)
    session = run.sessions.order_by("starts_at")[0]
    if is_abroad:
        Session.objects.filter(pk=session.pk).update(location=lisbon)

    classes.cancel_course_date(
        session_id=session.pk,
        seen=seen_of_date(session=session),
        reason="Flu.",
        by=studio.olga,
        now=NOW,
    )

    event = booking.history.last()
    assert event is not None
    assert event.reason == words


@pytest.fixture
def kolkata(salon: Salon) -> Salon:
    """A salon in Berlin whose one place keeps the clock of Kolkata, four and a half hours ahead."""
    Location.objects.filter(pk=salon.location.pk).update(time_zone="Asia/Kolkata")
    return salon


def in_kolkata(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=KOLKATA).astimezone(UTC)


def words_of(browser: Client, path: str, **query: str) -> str:
    """What a page says, without its tags."""
    main = read(browser, path, **query).partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_cancelling_one_side_of_an_overlap_is_told_there(olga: Client, kolkata: Salon) -> None:
    booking = make_booking(service=kolkata.cut, starts_at=in_kolkata(26, 12), now=NOW)
    Booking.objects.filter(pk=booking.pk).update(double_booked=True)
    ref = booking.reference

    text = words_of(olga, f"/own/juniper/conflicts/{ref}/cancel/{ref}/")

    assert "Cut and finish, Ana, Thu 26 Nov, 12:00, Kolkata time" in text


def test_what_was_done_with_a_booking_is_told_by_the_clock_of_the_business(
    olga: Client, kolkata: Salon
) -> None:
    """It is 10:42 in Berlin, where the team looks at its own clock, and 15:12 in Kolkata."""
    booking = make_booking(service=kolkata.cut, starts_at=in_kolkata(26, 12), now=NOW)
    paid = {"revision": str(booking.revision)}
    assert olga.post(f"/own/juniper/bookings/{booking.reference}/paid/", paid).status_code == 303
    fan_out(booking_id=booking.pk, event_id=booking.history.earliest("pk").pk, now=NOW)

    text = words_of(olga, f"/own/juniper/bookings/{booking.reference}/")

    ours = "Times are in Berlin time. Today 10:42"
    assert f"History {ours} Payment recorded by olga@juniper.example" in text
    assert f"Messages {ours}" in text
    assert "In person, paid Today 10:42 Berlin time" in text
    assert "12:00 – 12:45 Kolkata time" in text
    assert "until Wed 25 Nov, 12:00. Times are in Kolkata time." in text
    assert "15:12" not in text


def test_from_when_to_when_a_booking_was_moved_is_told_there(olga: Client, kolkata: Salon) -> None:
    booking = make_booking(service=kolkata.cut, starts_at=in_kolkata(26, 12), now=NOW)
    Booking.objects.filter(pk=booking.pk).update(double_booked=True)
    bookings.move_out_of_conflict(
        booking_id=booking.pk,
        business_id=kolkata.business.pk,
        starts_at=in_kolkata(27, 10),
        by=kolkata.olga,
        now=NOW,
    )

    text = words_of(olga, f"/own/juniper/bookings/{booking.reference}/")

    assert "From Thu 26 Nov, 12:00 to Fri 27 Nov, 10:00, Kolkata time" in text


def test_today_and_the_calendar_name_the_time_there(olga: Client, kolkata: Salon) -> None:
    """By the clock of the business, and beside it what the customer was told."""
    make_booking(service=kolkata.cut, starts_at=in_kolkata(24, 16), now=NOW)
    asked = make_booking(service=kolkata.bridal, starts_at=in_kolkata(27, 9, 30), now=NOW)

    today, day, inbox = (
        words_of(olga, path)
        for path in (
            "/own/juniper/",
            "/own/juniper/agenda/?on=2026-11-27",
            "/own/juniper/requests/",
        )
    )

    assert "11:30 45 min Carl Vogt Cut and finish, 16:00 Kolkata time" in today
    assert "Fri 27 Nov, 05:00 – 07:00 (09:30 Kolkata time), with Ana" in today
    assert "05:00 Carl Vogt Bridal trial, 09:30 Kolkata time, 2 h" in day
    assert "09:30 Kolkata time 05:00 – 07:00 Bridal trial" in inbox
    assert asked.status == "PENDING"


def test_hours_are_drawn_by_the_clock_of_the_place_they_are_worked_at(
    olga: Client, abroad: Salon
) -> None:
    """Ana works from nine to six in Lisbon, which is from ten to seven in Berlin."""
    page = olga.get("/own/juniper/agenda/")

    lanes = {lane.resource_id: lane.cells[0].hours for lane in page.context["agenda"].lanes}
    ana = lanes[abroad.ana.resource_id]
    assert (ana.starts_at, ana.ends_at) == (
        datetime(2026, 11, 24, 9, tzinfo=UTC),
        datetime(2026, 11, 24, 18, tzinfo=UTC),
    )


def test_hours_of_what_takes_place_nowhere_there_are_drawn_too(olga: Client, abroad: Salon) -> None:
    """What is online keeps the clock of the business: it is booked from nine in Berlin on."""
    Service.objects.filter(pk=abroad.bridal.pk).update(online=True)

    page = olga.get("/own/juniper/agenda/")

    lanes = {lane.resource_id: lane.cells[0].hours for lane in page.context["agenda"].lanes}
    ana = lanes[abroad.ana.resource_id]
    assert (ana.starts_at, ana.ends_at) == (
        datetime(2026, 11, 24, 8, tzinfo=UTC),
        datetime(2026, 11, 24, 18, tzinfo=UTC),
    )
