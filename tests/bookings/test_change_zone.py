"""A place gets another clock: what is booked there comes along, as the owner chooses."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.availability import operations as availability
from apps.availability.engine.rezoning import Keep
from apps.availability.models import DecidedDay, Occupancy, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent, SuggestedTime, WaitlistEntry
from apps.bookings.operations import Actor, ClockConflicts, Details, SlotGone, StaleRevision
from apps.bookings.queries.minimum import group_of, progress_of
from apps.bookings.queries.rezoning import Touched, find_touched
from apps.bookings.wishes import Wish
from apps.businesses.models import Location
from apps.businesses.queries import get_clock
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.ledger.check import find_all
from apps.outbox.models import OutboxItem
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_draft, make_hours, make_salon
from tests.factories.businesses import make_location
from tests.factories.studio import join, make_run, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

BERLIN, LISBON, ATHENS = (ZoneInfo(f"Europe/{it}") for it in ("Berlin", "Lisbon", "Athens"))
HOUR = timedelta(hours=1)


@pytest.fixture
def salon() -> Salon:
    return make_salon()


def touched_by(place: Location, name: str, *, whole: bool = False) -> Touched:
    clock = get_clock(business=place.business, location_id=None if whole else place.pk)
    return find_touched(clock=clock, name=name, now=NOW)


def change(
    place: Location, name: str, keep: Keep, *, whole: bool = False, seen: str = ""
) -> Touched:
    place.refresh_from_db()
    return bookings.change_zone(
        business_id=place.business_id,
        location_id=None if whole else place.pk,
        name=name,
        keep=keep,
        seen=seen or touched_by(place, name, whole=whole).seal,
        actor=Actor(BookingEvent.Actor.TEAM),
        now=NOW,
    )


def reading(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d %H:%M}"


def told() -> int:
    return OutboxItem.objects.filter(topic="booking.moved").count()


def is_clean() -> None:
    assert [str(it) for it in find_all(business_id=None, now=NOW)] == []


@pytest.mark.parametrize("whole", [False, True])
def test_the_times_on_the_clock_stay_and_the_moments_move(salon: Salon, *, whole: bool) -> None:
    booking = make_booking(service=salon.colour, starts_at=salon.at(26, 10), now=NOW)

    change(salon.location, "Europe/Lisbon", Keep.CLOCK, whole=whole)

    booking.refresh_from_db()
    session = Session.objects.get(pk=booking.session_id or 0)
    spans = set(Occupancy.objects.values_list("starts_at", "ends_at"))
    assert reading(booking.starts_at, LISBON) == "26 10:00"
    assert (booking.time_zone, booking.wall_time) == ("Europe/Lisbon", "2026-11-26T10:00")
    assert (session.starts_at, session.ends_at) == (booking.starts_at, booking.ends_at)
    assert spans == {(salon.at(26, 11), salon.at(26, 12, 45))}  # by the clock of Berlin
    is_clean()


@pytest.mark.parametrize("whole", [False, True])
def test_the_moments_stay_and_the_clock_reads_otherwise(salon: Salon, *, whole: bool) -> None:
    booking = make_booking(service=salon.colour, starts_at=salon.at(26, 10), now=NOW)
    before = set(Occupancy.objects.values_list("starts_at", "ends_at"))

    change(salon.location, "Europe/Lisbon", Keep.MOMENT, whole=whole)

    booking.refresh_from_db()
    assert booking.starts_at == salon.at(26, 10)
    assert (booking.time_zone, booking.wall_time) == ("Europe/Lisbon", "2026-11-26T09:00")
    assert set(Occupancy.objects.values_list("starts_at", "ends_at")) == before
    is_clean()


@pytest.mark.parametrize("keep", list(Keep))
def test_the_history_and_the_customer_are_told(salon: Salon, keep: Keep) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    revision = booking.revision

    change(salon.location, "Europe/Lisbon", keep)

    event = booking.history.last()
    booking.refresh_from_db()
    assert event is not None
    assert (event.action, event.actor) == ("REZONED", "TEAM")
    assert event.zones == ("Europe/Berlin", "Europe/Lisbon")
    assert event.is_noticed
    assert booking.revision == event.revision == revision + 1
    assert told() == 1


def test_a_zone_whose_clock_shows_the_same_is_noted_and_nobody_is_bothered(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    change(salon.location, "Europe/Paris", Keep.CLOCK)

    event = booking.history.last()
    booking.refresh_from_db()
    assert event is not None
    assert (event.zones, event.is_noticed) == (("Europe/Berlin", "Europe/Paris"), False)
    assert (booking.starts_at, booking.time_zone) == (salon.at(26, 10), "Europe/Paris")
    is_clean()


def test_what_is_over_and_what_is_cancelled_stays_as_it_was(salon: Salon) -> None:
    early = datetime(2026, 11, 23, 8, tzinfo=UTC)
    over = make_booking(service=salon.cut, starts_at=salon.at(23, 15), now=early)
    gone = make_booking(
        service=salon.cut, starts_at=salon.at(26, 15), now=early, email="ida@example.com"
    )
    bookings.cancel_booking(
        booking_id=gone.pk,
        business_id=gone.business_id,
        revision=gone.revision,
        by=salon.olga,
        now=NOW,
    )
    before = list(Booking.objects.order_by("pk").values())

    change(salon.location, "Europe/Lisbon", Keep.CLOCK)

    assert list(Booking.objects.order_by("pk").values()) == before
    assert over.starts_at == salon.at(23, 15)
    is_clean()


def test_a_place_with_a_clock_of_its_own_stays_when_the_business_s_changes(salon: Salon) -> None:
    Location.objects.filter(pk=salon.location.pk).update(time_zone="Europe/Berlin")
    booking = make_booking(service=_fresh(salon.cut), starts_at=salon.at(26, 10), now=NOW)

    starts_at = booking.starts_at

    change(salon.location, "Europe/Lisbon", Keep.CLOCK, whole=True)

    salon.business.refresh_from_db()
    booking.refresh_from_db()
    assert salon.business.time_zone == "Europe/Lisbon"
    assert (booking.starts_at, booking.time_zone) == (starts_at, "Europe/Berlin")
    is_clean()


def test_a_place_can_follow_its_business_again(salon: Salon) -> None:
    Location.objects.filter(pk=salon.location.pk).update(time_zone="Europe/Lisbon")
    booking = make_booking(service=_fresh(salon.cut), starts_at=salon.at(26, 11), now=NOW)

    change(salon.location, "", Keep.CLOCK)

    salon.location.refresh_from_db()
    booking.refresh_from_db()
    assert salon.location.time_zone == ""
    assert reading(booking.starts_at, BERLIN) == "26 10:00"
    is_clean()


def _fresh(service: Service) -> Service:
    """The service as another request reads it."""
    return Service.objects.select_related("business").get(pk=service.pk)


def test_bookings_an_hour_apart_go_past_each_other(salon: Salon) -> None:
    ana = salon.ana.resource_id
    for hour in (10, 11, 12):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(26, hour),
            now=NOW,
            email=f"at{hour}@example.com",
            resource_id=ana,
        )

    change(salon.location, "Europe/Lisbon", Keep.CLOCK)

    starts = Booking.objects.order_by("starts_at").values_list("starts_at", flat=True)
    assert [reading(at, LISBON) for at in starts] == ["26 10:00", "26 11:00", "26 12:00"]
    is_clean()


def test_somebody_who_works_at_two_places_is_not_booked_twice(salon: Salon) -> None:
    other = make_location(business=salon.business, name="Porto", time_zone="Europe/Lisbon")
    abroad = salon.cut
    abroad.locations.add(other)
    here = make_booking(
        service=salon.colour,
        starts_at=salon.at(26, 10),
        now=NOW,
        resource_id=salon.ana.resource_id,
    )
    abroad = _fresh(salon.cut)
    there = bookings.submit_draft(
        draft_id=(
            draft := bookings.place_hold(
                choice=choose(
                    service=abroad, resource_id=salon.ana.resource_id, location_id=other.pk
                ),
                starts_at=salon.at(26, 12),
                visitor=bookings.Visitor("ida", "ida", "Europe/Lisbon"),
                now=NOW,
            )
        ).draft_id,
        details=Details(name="Ida", email="ida@example.com"),
        seen_price=draft.price,
        now=NOW,
    )
    before = list(Booking.objects.order_by("pk").values())

    with pytest.raises(ClockConflicts) as refused:
        change(salon.location, "Europe/Lisbon", Keep.CLOCK)

    assert refused.value.touched.conflicts.pairs == ((here.session_id, there.session_id),)
    assert list(Booking.objects.order_by("pk").values()) == before
    salon.location.refresh_from_db()
    assert salon.location.time_zone == ""
    is_clean()

    change(salon.location, "Europe/Lisbon", Keep.MOMENT)
    is_clean()


def test_what_would_have_begun_already_is_in_the_way(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(24, 16), now=NOW)

    with pytest.raises(ClockConflicts) as refused:
        change(salon.location, "Asia/Tokyo", Keep.CLOCK)

    assert refused.value.touched.conflicts.begun == (booking.session_id,)


def test_nothing_changes_when_somebody_booked_since_the_list_was_shown(salon: Salon) -> None:
    seen = touched_by(salon.location, "Europe/Lisbon").seal
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    with pytest.raises(StaleRevision):
        change(salon.location, "Europe/Lisbon", Keep.CLOCK, seen=seen)

    booking.refresh_from_db()
    salon.location.refresh_from_db()
    assert (booking.starts_at, salon.location.time_zone) == (salon.at(26, 10), "")


@pytest.mark.parametrize("keep", list(Keep))
def test_whoever_is_booking_right_now_chooses_again(salon: Salon, keep: Keep) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    touched = change(salon.location, "Europe/Lisbon", keep)

    assert [it.pk for it in touched.drafts] == [draft.pk]
    assert not Occupancy.objects.exists()
    with pytest.raises(SlotGone):
        bookings.submit_draft(
            draft_id=draft.draft_id,
            details=Details(name="Carl", email="carl@example.com"),
            seen_price=draft.price,
            now=NOW,
        )
    is_clean()


@pytest.mark.parametrize("keep", list(Keep))
def test_a_draft_by_the_old_clock_that_came_later_is_not_booked(salon: Salon, keep: Keep) -> None:
    """It waited for the lock while the zone was changed, with what it had read before."""
    stale = _fresh(salon.cut)
    change(salon.location, "Europe/Lisbon", keep)
    stale.business.setup_revision = None
    choice = choose(service=stale)
    draft = bookings.place_hold(
        choice=choice,
        starts_at=salon.at(26, 12),
        visitor=bookings.Visitor("carl", "carl", "Europe/Berlin"),
        now=NOW,
    )
    Booking.objects.filter(pk=draft.pk).update(wall_time="2026-11-26T12:00")

    with pytest.raises(SlotGone):
        bookings.submit_draft(
            draft_id=draft.draft_id,
            details=Details(name="Carl", email="carl@example.com"),
            seen_price=draft.price,
            now=NOW,
        )


@pytest.mark.parametrize("keep", list(Keep))
def test_classes_and_courses_come_along_with_all_their_people(keep: Keep) -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(26, 18))
    run = make_run(studio, first=studio.at(27, 18), weeks=3)
    of_class, of_course = join(session), join(run, email="ida@example.com")
    last = run.sessions.order_by("starts_at").last()
    assert last is not None
    old, new = studio.business.zone, ZoneInfo("America/Los_Angeles")

    change(studio.location, "America/Los_Angeles", keep)

    for row in (session, run, of_class, of_course, last):
        was = row.starts_at
        row.refresh_from_db()
        if keep is Keep.CLOCK:
            assert reading(row.starts_at, new) == reading(was, old)
        else:
            assert row.starts_at == was
    assert run.ends_at == of_course.ends_at == last.ends_at
    assert {of_class.time_zone, of_course.time_zone} == {"America/Los_Angeles"}
    assert told() == 2
    is_clean()


def test_of_a_course_that_has_begun_the_dates_ahead_come_along() -> None:
    studio = make_studio()
    run = make_run(studio, first=studio.at(25, 18), weeks=3)
    booking = join(run)
    later = NOW + timedelta(days=3)
    clock = get_clock(business=studio.business, location_id=None)
    seal = find_touched(clock=clock, name="America/Chicago", now=later).seal
    dates = list(run.sessions.order_by("starts_at").values_list("starts_at", flat=True))

    bookings.change_zone(
        business_id=studio.business.pk,
        location_id=None,
        name="America/Chicago",
        keep=Keep.CLOCK,
        seen=seal,
        actor=Actor.system(),
        now=later,
    )

    booking.refresh_from_db()
    event = booking.history.last()
    now_at = run.sessions.order_by("starts_at").values_list("starts_at", flat=True)
    assert list(now_at) == [dates[0], dates[1] + HOUR, dates[2] + HOUR]
    assert booking.starts_at == dates[0]
    assert booking.ends_at == dates[2] + 2 * HOUR
    assert event is not None
    assert event.is_noticed
    assert [str(it) for it in find_all(business_id=None, now=later)] == []


@pytest.mark.parametrize("keep", list(Keep))
def test_somebody_online_keeps_the_zone_they_chose(salon: Salon, keep: Keep) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(online=True)
    salon.cut.locations.clear()
    draft = bookings.place_hold(
        choice=choose(service=_fresh(salon.cut)),
        starts_at=salon.at(26, 10),
        visitor=bookings.Visitor("carl", "carl", "Asia/Tokyo"),
        now=NOW,
    )
    booking = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )

    change(salon.location, "Europe/Lisbon", keep, whole=True)

    booking.refresh_from_db()
    event = booking.history.last()
    assert event is not None
    assert booking.time_zone == "Asia/Tokyo"
    assert event.is_noticed is (keep is Keep.CLOCK)
    is_clean()


@pytest.mark.parametrize("keep", list(Keep))
def test_days_and_hours_that_somebody_waits_for_stay_on_the_clock(salon: Salon, keep: Keep) -> None:
    make_booking(
        service=salon.bridal, starts_at=salon.at(25, 9), now=NOW, email="taken@example.com"
    )
    for person in (salon.ana, salon.ben):
        availability.block_time(
            business_id=salon.business.pk,
            resource_ids=[person.resource_id],
            starts_at=salon.at(26, 9),
            ends_at=salon.at(26, 18),
            note="Away",
            now=NOW,
        )
    entry = waitlists.wait_for_time(
        choice=choose(service=_fresh(salon.cut)),
        wish=Wish(date(2026, 11, 26), date(2026, 11, 26), 9 * 60, 12 * 60),
        details=waitlists.WaitingDetails(name="Ida", email="ida@example.com"),
        visitor=bookings.Visitor("ida", "ida", "Europe/Berlin"),
        now=NOW,
    )

    change(salon.location, "Europe/Lisbon", keep)

    entry.refresh_from_db()
    booking = Booking.objects.select_related("session").get(pk=entry.booking_id)
    assert (entry.wanted_from_minute, entry.wanted_to_minute) == (9 * 60, 12 * 60)
    assert reading(booking.starts_at, LISBON) == "26 09:00"
    assert booking.session is not None
    assert (booking.session.starts_at, booking.session.ends_at) == (
        booking.starts_at,
        booking.ends_at,
    )
    is_clean()


def test_suggested_times_stay_on_the_clock_or_at_their_moments(salon: Salon) -> None:
    asked = make_booking(service=salon.bridal, starts_at=salon.at(26, 10), now=NOW)
    starts = [salon.at(27, 9), salon.at(27, 10)]
    bookings.suggest_times(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, starts=starts, now=NOW
    )

    change(salon.location, "Europe/Lisbon", Keep.MOMENT)
    assert list(SuggestedTime.objects.values_list("starts_at", flat=True)) == starts

    change(salon.location, "Europe/Berlin", Keep.CLOCK)
    moved = SuggestedTime.objects.values_list("starts_at", flat=True)
    assert list(moved) == [at - HOUR for at in starts]


def test_time_off_moves_with_the_clock_of_the_business(salon: Salon) -> None:
    block = availability.block_time(
        business_id=salon.business.pk,
        resource_ids=[salon.ana.resource_id],
        starts_at=salon.at(26, 13),
        ends_at=salon.at(26, 14),
        note="Lunch",
        now=NOW,
    )

    change(salon.location, "Europe/Athens", Keep.CLOCK, whole=True)

    block.refresh_from_db()
    assert reading(block.starts_at, ATHENS) == "26 13:00"
    is_clean()


def test_hours_of_opening_are_told_by_the_clock_and_stay(salon: Salon) -> None:
    make_hours(business=salon.business, resource=salon.ana.resource)
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 9), now=NOW, resource_id=None)
    bookings.release_draft(booking=draft, now=NOW)

    change(salon.location, "Europe/Lisbon", Keep.MOMENT)

    with pytest.raises(SlotGone):  # nine in Berlin is eight in Lisbon
        make_draft(service=_fresh(salon.cut), starts_at=salon.at(26, 9), now=NOW, visitor="ida")
    assert (
        make_draft(
            service=_fresh(salon.cut), starts_at=salon.at(26, 10), now=NOW, visitor="ida"
        ).wall_time
        == "2026-11-26T09:00"
    )


def test_a_line_for_a_full_class_comes_along() -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    join(session)
    entry = waitlists.join_waitlist(
        choice=choose(service=_fresh(studio.flow)),
        target=session,
        details=waitlists.WaitingDetails(name="Ida", email="ida@example.com"),
        visitor=bookings.Visitor("ida", "ida", "America/New_York"),
        now=NOW,
    )

    change(studio.location, "America/Chicago", Keep.CLOCK)

    waiting = WaitlistEntry.objects.select_related("booking").get(pk=entry.pk)
    session.refresh_from_db()
    assert waiting.booking.starts_at == session.starts_at == studio.at(26, 19)
    is_clean()


@pytest.mark.parametrize("keep", list(Keep))
def test_the_word_of_a_day_goes_with_those_who_come(salon: Salon, keep: Keep) -> None:
    """09:00 in Berlin is 22:00 of the day before in Honolulu; whoever asks for that day then waits
    for nobody, and the day that is left empty has no word."""
    salon.cut.min_participants = 3
    salon.cut.save()
    carl = make_booking(service=salon.cut, starts_at=salon.at(27, 9), now=NOW)
    classes.let_take_place(session_id=carl.session_id or 0, by=salon.olga, now=NOW)

    change(salon.location, "Pacific/Honolulu", keep, whole=True)

    carl.refresh_from_db()
    progress = progress_of(group_of(carl, carl.service), now=NOW)
    assert progress is not None
    assert progress.is_decided
    on = date(2026, 11, 26 if keep is Keep.MOMENT else 27)
    assert list(DecidedDay.objects.values_list("on", flat=True)) == [on]
    is_clean()


def test_the_word_of_a_day_that_is_cut_in_two_is_of_both(salon: Salon) -> None:
    salon.cut.min_participants = 3
    salon.cut.save()
    early = make_booking(service=salon.cut, starts_at=salon.at(27, 9), now=NOW)
    make_booking(service=salon.cut, starts_at=salon.at(27, 15), now=NOW, email="eva@example.com")
    classes.let_take_place(session_id=early.session_id or 0, by=salon.olga, now=NOW)

    change(salon.location, "Pacific/Honolulu", Keep.MOMENT, whole=True)

    days = DecidedDay.objects.order_by("on").values_list("on", flat=True)
    assert list(days) == [date(2026, 11, 26), date(2026, 11, 27)]


def test_a_word_of_which_nobody_is_left_stays_on_its_date(salon: Salon) -> None:
    salon.cut.min_participants = 3
    salon.cut.save()
    availability.decide_day(
        service=salon.cut, location=salon.location, on=date(2026, 11, 27), now=NOW
    )

    change(salon.location, "Pacific/Honolulu", Keep.MOMENT, whole=True)

    assert list(DecidedDay.objects.values_list("on", flat=True)) == [date(2026, 11, 27)]
