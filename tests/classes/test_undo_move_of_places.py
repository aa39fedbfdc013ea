"""A customer takes back that a party went to another session, for ten minutes and while the old
places are free (rule B45)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope, seen_of_class
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from tests.factories import NOW
from tests.factories.bookings import make_visitor
from tests.factories.studio import Studio, join, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AFTER = NOW + timedelta(minutes=9, seconds=59)


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


def moved_by_tap(studio: Studio, *, people: int = 2, capacity: int = 2) -> Booking:
    """A party of the 26th that is on the 28th now."""
    here = make_session(studio, starts_at=studio.at(26, 18), capacity=capacity)
    there = make_session(studio, starts_at=studio.at(28, 18))
    booking = join(here, people=people)
    return classes.move_places(booking=booking, target=there, by=None, now=NOW)


def put_back(booking: Booking, *, now: datetime = AFTER, revision: int | None = None) -> Booking:
    return classes.undo_move_of_places(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision if revision is None else revision,
        now=now,
    )


def broken_laws(now: datetime = AFTER) -> list[str]:
    return [str(it) for it in find_all(business_id=None, now=now)]


def test_all_of_them_are_where_they_were(studio: Studio) -> None:
    moved = moved_by_tap(studio)
    there = moved.session
    assert there is not None

    backs = [put_back(moved, revision=moved.revision) for _tap in range(2)]

    here = backs[0].session
    there.refresh_from_db()
    assert here is not None
    here.refresh_from_db()
    assert (here.starts_at, here.seats_taken, there.seats_taken) == (studio.at(26, 18), 2, 0)
    assert [it.revision for it in backs] == [moved.revision + 1] * 2
    assert broken_laws() == []


def test_whoever_waited_has_been_offered_the_place(studio: Studio) -> None:
    here = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    there = make_session(studio, starts_at=studio.at(28, 18))
    booking = join(here)
    waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=here,
        details=waitlists.WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    moved = classes.move_places(booking=booking, target=there, by=None, now=NOW)

    with pytest.raises(bookings.DoesNotFit):
        put_back(moved)

    booking.refresh_from_db()
    assert booking.session == there
    assert WaitlistEntry.objects.get().state == "OFFERED"
    assert broken_laws() == []


def test_what_was_called_off_takes_nobody_back(studio: Studio) -> None:
    moved = moved_by_tap(studio)
    here = Session.objects.get(starts_at=studio.at(26, 18))
    classes.cancel_class(
        session_id=here.pk,
        scope=Scope.THIS,
        seen=seen_of_class(session=here, scope=Scope.THIS, now=NOW),
        reason="Noor has a fever.",
        by=studio.olga,
        now=NOW,
    )

    with pytest.raises(bookings.DoesNotFit):
        put_back(moved)


def test_after_ten_minutes_and_from_an_old_page_it_stays(studio: Studio) -> None:
    moved = moved_by_tap(studio)

    with pytest.raises(bookings.TooLateToUndo):
        put_back(moved, now=NOW + timedelta(minutes=10))
    with pytest.raises(bookings.StaleRevision):
        put_back(moved, revision=moved.revision - 1)


def test_what_the_team_moved_is_not_put_back(studio: Studio) -> None:
    here = make_session(studio, starts_at=studio.at(26, 18))
    there = make_session(studio, starts_at=studio.at(28, 18))
    moved = classes.move_places(booking=join(here), target=there, by=studio.olga, now=NOW)

    with pytest.raises(bookings.TooLateToUndo):
        put_back(moved)
