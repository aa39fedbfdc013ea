"""To another session of the same class, or another run of the same course, all or nobody
(rule B18)."""

from typing import Any

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from tests.factories import NOW
from tests.factories.bookings import make_visitor
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.pages import fields_of, fill, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio(late_entry=True)


def test_a_party_goes_to_another_session_of_its_class(studio: Studio) -> None:
    tomorrow = make_session(studio, starts_at=studio.at(26, 18))
    later = make_session(studio, starts_at=studio.at(28, 18), capacity=2)
    carl = join(tomorrow, people=2)

    classes.move_places(booking=carl, target=later, by=None, now=NOW)

    carl.refresh_from_db()
    assert (carl.session, carl.starts_at) == (later, later.starts_at)
    for session, taken in ((tomorrow, 0), (later, 2)):
        session.refresh_from_db()
        assert session.seats_taken == taken
    assert list(find_all(business_id=None, now=NOW)) == []


def test_without_room_for_all_nobody_goes(studio: Studio) -> None:
    tomorrow = make_session(studio, starts_at=studio.at(26, 18))
    full = make_session(studio, starts_at=studio.at(28, 18), capacity=1)
    carl = join(tomorrow, people=2)

    with pytest.raises(bookings.CannotJoin):
        classes.move_places(booking=carl, target=full, by=None, now=NOW)

    carl.refresh_from_db()
    assert carl.session == tomorrow


def test_what_is_left_goes_to_the_line(studio: Studio) -> None:
    tomorrow = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    later = make_session(studio, starts_at=studio.at(28, 18))
    carl = join(tomorrow)
    waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=tomorrow,
        details=waitlists.WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )

    classes.move_places(booking=carl, target=later, by=None, now=NOW)

    assert WaitlistEntry.objects.get().state == "OFFERED"
    assert list(find_all(business_id=None, now=NOW)) == []


def test_the_limit_of_the_policy_holds_for_customers_and_not_for_the_team(studio: Studio) -> None:
    soon = make_session(studio, starts_at=studio.at(24, 20))
    later = make_session(studio, starts_at=studio.at(28, 18))
    carl = join(soon)

    with pytest.raises(bookings.CannotMove):
        classes.move_places(booking=carl, target=later, by=None, now=NOW)
    classes.move_places(booking=carl, target=later, by=studio.olga, now=NOW)

    carl.refresh_from_db()
    assert carl.session == later


def test_a_course_is_transferred_by_the_team_alone(studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 8))
    other = make_run(studio, first=studio.at(26, 18))
    carl = join(run)

    with pytest.raises(bookings.CannotMove):
        classes.move_places(booking=carl, target=other, by=None, now=NOW)
    classes.move_places(booking=carl, target=other, by=studio.olga, now=NOW)

    carl.refresh_from_db()
    assert carl.course_run == other
    assert list(find_all(business_id=None, now=NOW)) == []


def test_another_class_is_no_place_to_go(studio: Studio) -> None:
    carl = join(make_session(studio, starts_at=studio.at(26, 18)))
    run = make_run(studio, first=studio.at(27, 8))

    with pytest.raises(bookings.CannotMove):
        classes.move_places(booking=carl, target=run, by=studio.olga, now=NOW)


def test_the_customers_page_offers_the_other_sessions(client: Client, studio: Studio) -> None:
    tomorrow = make_session(studio, starts_at=studio.at(26, 18))
    later = make_session(studio, starts_at=studio.at(28, 18))
    hold = client.post(f"/harbor/classes/{tomorrow.pk}/hold", {"people": 1})
    fill(client, hold["Location"])
    booking = Booking.objects.get()
    manage = f"/manage/{booking.reference}/"

    assert "Move to another day" in text_of(client.get(manage))
    assert client.post(f"{manage}move", {"target": "x"}).status_code == 404
    assert client.post(f"{manage}move", {"target": 999_999}).status_code == 404
    sent = {"target": later.pk, "revision": booking.revision}
    assert Client().post(f"{manage}move", sent).status_code == 404
    assert client.post(f"{manage}move", {"target": later.pk}).status_code == 409
    answer = client.post(f"{manage}move", sent)

    booking.refresh_from_db()
    assert (answer.status_code, booking.session) == (303, later)


def test_the_owners_page_moves_too(studio: Studio) -> None:
    tomorrow = make_session(studio, starts_at=studio.at(26, 18))
    later = make_session(studio, starts_at=studio.at(28, 18))
    carl = join(tomorrow)
    olga = Client()
    olga.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/own/harbor/bookings/{carl.reference}/"

    assert "Move to another session" in text_of(olga.get(path))
    check = olga.get(f"{path}move/check/", {"target": later.pk})
    assert "It stays the same." in text_of(check)
    answer = olga.post(f"{path}move/", fields_of(check))

    carl.refresh_from_db()
    assert (answer.status_code, carl.session) == (303, later)
