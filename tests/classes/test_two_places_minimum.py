"""Who wants an appointment at one place is not counted with those of another one (rule B16)."""

from datetime import date

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations.transitions import deadline_columns
from apps.bookings.queries.minimum import progress_of_days
from apps.bookings.wishes import Wish
from apps.businesses.models import Location
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.waitlists.queries import find_times_for
from tests.classes.test_minimum import statuses
from tests.factories import NOW, Salon, make_location
from tests.factories.bookings import make_visitor
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def make_up(salon: Salon) -> Salon:
    """The salon works on a day only when three people want a cut, decided a day before it."""
    salon.cut.min_participants = 3
    salon.cut.save()
    return salon


def at_place(salon: Salon, where: Location, hour: int, *, day: int = 27) -> Booking:
    choice = choose(service=salon.cut, location_id=where.pk)
    email = f"{where.pk}-{hour}@example.com"
    draft = bookings.place_hold(
        choice=choice, starts_at=salon.at(day, hour), visitor=make_visitor(email), now=NOW
    )
    return bookings.submit_draft(
        draft_id=draft.draft_id,
        details=bookings.Details(name="Carl", email=email),
        seen_price=draft.price,
        now=NOW,
    )


@pytest.fixture
def hamburg(make_up: Salon) -> Location:
    """A second place, where the clock of Lisbon hangs, so that no day is the same span."""
    place = make_location(business=make_up.business, name="Hamburg", time_zone="Europe/Lisbon")
    make_up.cut.locations.add(place)
    return place


def test_the_people_of_two_places_are_counted_apart(
    client: Client, make_up: Salon, hamburg: Location
) -> None:
    """Nobody travels between them: two here and one there are no three anywhere."""
    for hour in (10, 12):
        at_place(make_up, make_up.location, hour)
    there = at_place(make_up, hamburg, 14)
    path = "/juniper/s/cut/times?date=2026-11-27&location={}"

    assert classes.decide_minimums(now=NOW) == 0
    assert statuses() == ["PENDING"] * 3
    assert "2 of 3 people" in text_of(client.get(path.format(make_up.location.pk)))
    assert "1 of 3 people" in text_of(client.get(path.format(hamburg.pk)))
    shown = progress_of_days(
        list(Booking.objects.select_related("service__business", "location")), now=NOW
    )
    assert [it.people for it in shown.values()] == [2, 2, 1]

    at_place(make_up, make_up.location, 15)
    classes.decide_minimums(now=NOW)

    there.refresh_from_db()
    assert there.status == "PENDING"
    classes.decide_minimums(now=make_up.at(26, 1))  # when the day begins at its own place
    assert statuses() == ["CONFIRMED", "CONFIRMED", "CANCELED", "CONFIRMED"]


def test_a_day_that_is_worked_at_one_place_is_not_offered_at_the_other(
    make_up: Salon, hamburg: Location
) -> None:
    for hour in (10, 12, 14):
        at_place(make_up, make_up.location, hour)
    classes.decide_minimums(now=NOW)
    later = make_up.at(26, 9)
    wish = Wish(date(2026, 11, 27), date(2026, 11, 27))

    here = choose(service=make_up.cut, location_id=make_up.location.pk)
    there = choose(service=make_up.cut, location_id=hamburg.pk)

    assert len(find_times_for(choice=here, wish=wish, now=later)) > 0
    assert find_times_for(choice=there, wish=wish, now=later) == []


def test_the_word_of_the_team_is_for_one_place(make_up: Salon, hamburg: Location) -> None:
    here, there = at_place(make_up, make_up.location, 10), at_place(make_up, hamburg, 12)

    classes.let_take_place(session_id=there.session_id or 0, by=make_up.olga, now=NOW)

    assert statuses() == ["PENDING", "CONFIRMED"]
    classes.decide_minimums(now=make_up.at(26, 9))
    here.refresh_from_db()
    assert here.status == "CANCELED"
    assert at_place(make_up, hamburg, 15).status == "CONFIRMED"


def test_a_request_that_goes_to_another_day_is_decided_as_whoever_wants_that_day(
    make_up: Salon, hamburg: Location
) -> None:
    carl, eva = at_place(make_up, make_up.location, 10), at_place(make_up, hamburg, 11, day=30)
    later = at_place(make_up, make_up.location, 12, day=30)

    moved = deadline_columns(carl, starts_at=make_up.at(30, 15), ends_at=make_up.at(30, 16))

    assert moved == {"answer_by": later.answer_by}
    assert later.answer_by == make_up.at(29, 0)
    assert eva.answer_by == make_up.at(29, 1)
