"""What customers may change in their booking of a class themselves: a button is there only where
the tap is accepted, and a tap that comes late reads the true reason (rules B4, B31)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.classes import operations as classes
from apps.classes.queries.other_sessions import list_open_to, list_other_sessions
from apps.ledger.check import find_all
from tests.factories import NOW
from tests.factories.prepaid import book_with_plan, make_plan, make_purchase
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fill, text_of

pytestmark = pytest.mark.django_db
ANOTHER_DAY = "Move to another day"


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


def book(client: Client, session: Session, *, people: int = 1) -> Booking:
    hold = client.post(f"/harbor/classes/{session.pk}/hold", {"people": people})
    fill(client, hold["Location"])
    return Booking.objects.get()


def switch_off(what: str) -> None:
    if what == "service":
        Service.objects.update(bookable_online=False)
    else:
        Business.objects.update(state=Business.State.PAUSED)


# ----- another day
@pytest.mark.parametrize("what", ["service", "business"])
def test_nobody_moves_where_nobody_can_book_and_the_team_may_move_them(
    studio: Studio, client: Client, what: str
) -> None:
    later = make_session(studio, starts_at=studio.at(28, 18))
    booking = book(client, make_session(studio, starts_at=studio.at(27, 18)))
    manage = f"/manage/{booking.reference}/"
    assert ANOTHER_DAY in text_of(client.get(manage))

    switch_off(what)
    sent = {"target": later.pk, "revision": booking.revision}
    refused = client.post(f"{manage}move", sent)

    assert ANOTHER_DAY not in text_of(client.get(manage))
    words = "This cannot be booked online right now. You keep the one you have."
    assert (refused.status_code, words in text_of(refused)) == (409, True)
    booking = Booking.objects.get()
    moved = classes.move_places(booking=booking, target=later, by=studio.olga, now=NOW)
    assert moved.session == later


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ({"day": 24, "hour": 18}, "It is too late to book this online."),
        ({"day": 35, "hour": 18}, "Booking opens on Fri 27 Nov, 18:00."),
        ({"day": 28, "hour": 18, "capacity": 1}, "This is fully booked."),
    ],
)
def test_whoever_cannot_move_there_reads_why(
    studio: Studio, client: Client, target: dict[str, int], why: str
) -> None:
    type(studio.policy).objects.update(min_notice_minutes=1440, max_advance_minutes=8 * 1440)
    booking = book(client, make_session(studio, starts_at=studio.at(27, 18)))
    at = studio.at(target["day"], target["hour"])
    other = make_session(studio, starts_at=at, capacity=target.get("capacity", 9))
    if "capacity" in target:
        join(other, email="eva@example.com")

    sent = {"target": other.pk, "revision": booking.revision}
    answer = client.post(f"/manage/{booking.reference}/move", sent)

    words = f"{why} You keep the one you have."
    assert (answer.status_code, words in text_of(answer)) == (409, True)


def test_a_plan_for_one_person_pays_no_two_visits_at_once(studio: Studio, client: Client) -> None:
    plan = make_plan(services=[studio.flow], kind="UNLIMITED")
    purchase = make_purchase(plan=plan, by=studio.olga)
    booking = book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)
    book_with_plan(make_session(studio, starts_at=studio.at(28, 18)), purchase)
    elsewhere = (studio.loft.pk,)
    beside = make_session(studio, starts_at=studio.at(28, 18, 30), resource_ids=elsewhere)
    after = make_session(studio, starts_at=studio.at(28, 19))

    assert list_open_to(booking=booking, now=NOW) == [after]
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")
    move, seen = f"/manage/{booking.reference}/move", {"revision": booking.revision}
    refused = client.post(move, {**seen, "target": beside.pk})
    words = "Your plan does not pay for that one. You keep the one you have."
    assert (refused.status_code, words in text_of(refused)) == (409, True)
    assert client.post(move, {**seen, "target": after.pk}).status_code == 303
    assert list(find_all(business_id=None, now=NOW + timedelta(minutes=1))) == []


def test_nor_does_it_when_the_team_moves_one(studio: Studio, client: Client) -> None:
    plan = make_plan(services=[studio.flow], kind="UNLIMITED")
    purchase = make_purchase(plan=plan, by=studio.olga)
    booking = book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)
    book_with_plan(make_session(studio, starts_at=studio.at(28, 18)), purchase)
    elsewhere = (studio.loft.pk,)
    beside = make_session(studio, starts_at=studio.at(28, 18, 30), resource_ids=elsewhere)
    after = make_session(studio, starts_at=studio.at(28, 19))
    later = make_session(studio, starts_at=studio.at(27 + 60, 19))  # the plan is over by then
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    page = f"/own/harbor/bookings/{booking.reference}/"

    shown = list_other_sessions(booking=booking, now=NOW)
    seen = {"revision": booking.revision}
    refused = client.post(f"{page}move/", {**seen, "target": beside.pk})

    assert shown == [after, later]
    words = (
        "An unlimited plan pays for this booking. It is for one person, who "
        "already has a booking with it at that time. Nothing was changed."
    )
    assert (refused.status_code, words in text_of(refused)) == (409, True)
    assert Booking.objects.get(pk=booking.pk).session == booking.session
    for target in (later, after):
        seen = {"revision": Booking.objects.get(pk=booking.pk).revision}
        answer = client.post(f"{page}move/", {**seen, "target": target.pk})
        assert answer.status_code == 303
    assert Booking.objects.get(pk=booking.pk).session == after
    assert list(find_all(business_id=None, now=NOW + timedelta(minutes=1))) == []
