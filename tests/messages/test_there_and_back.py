"""A clock that was changed and changed back before anybody was written to (rules T14, B30)."""

from datetime import timedelta

import pytest
from django.core import mail

from apps.availability.engine.rezoning import Keep
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Actor
from apps.bookings.queries.rezoning import find_touched
from apps.businesses.models import Location
from apps.businesses.queries import get_clock
from tests.factories import NOW
from tests.factories.money import work
from tests.factories.studio import Studio, join, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
SECOND = timedelta(seconds=1)
LATER = NOW + 120 * SECOND


@pytest.fixture
def studio() -> Studio:
    """Carl was told of a class by its own clock, as the pages do; nothing else is to be sent."""
    studio = make_studio()
    join(make_session(studio, starts_at=studio.at(27, 18)))
    Booking.objects.update(time_zone=studio.business.time_zone)
    work(NOW + 60 * SECOND)
    mail.outbox.clear()
    return studio


def rezone(place: Location, name: str, keep: Keep, *, after: int) -> None:
    clock = get_clock(business=place.business, location_id=None)
    now = LATER + after * SECOND
    bookings.change_zone(
        business_id=place.business_id,
        location_id=None,
        name=name,
        keep=keep,
        seen=find_touched(clock=clock, name=name, now=now).seal,
        actor=Actor(BookingEvent.Actor.TEAM),
        now=now,
    )
    place.business.refresh_from_db()
    place.refresh_from_db()


@pytest.mark.parametrize("keep", list(Keep))
def test_there_and_back_is_told_to_nobody(studio: Studio, keep: Keep) -> None:
    rezone(studio.location, "Asia/Tokyo", keep, after=0)
    rezone(studio.location, "America/New_York", keep, after=2)

    work(LATER + 60 * SECOND)

    assert [it.subject for it in mail.outbox] == []


@pytest.mark.parametrize("keep", list(Keep))
def test_what_was_told_in_between_is_told_once_more(studio: Studio, keep: Keep) -> None:
    rezone(studio.location, "Asia/Tokyo", keep, after=0)
    work(LATER + SECOND)
    rezone(studio.location, "America/New_York", keep, after=2)

    work(LATER + 60 * SECOND)

    assert len(mail.outbox) == 2


def test_a_third_clock_is_told_from_the_first(studio: Studio) -> None:
    rezone(studio.location, "Asia/Tokyo", Keep.MOMENT, after=0)
    rezone(studio.location, "Europe/London", Keep.MOMENT, after=2)

    work(LATER + 60 * SECOND)

    (told,) = mail.outbox
    assert "Tokyo" not in str(told.body)
