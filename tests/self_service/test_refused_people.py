"""Going to another class, and bringing one more person: the page offers what is accepted, and a
refusal says why (rules B4, W10)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.availability.models import Session
from apps.bookings.models import Booking
from apps.catalog.models import BookingPolicy
from tests.bookings.pages import fill, text_of
from tests.factories.studio import Studio, join, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
Case = tuple[dict[str, int], int, str]
Hour = Callable[[int], Session]
MORE = "Bring one more person"


@pytest.fixture
def studio(db: None) -> Studio:
    return make_studio(max_participants=2)


@pytest.fixture
def session(studio: Studio) -> Session:
    return make_session(studio, starts_at=studio.at(26, 18))


@pytest.fixture
def carl(client: Client, session: Session) -> Booking:
    """Carl is in, by himself."""
    hold = client.post(f"/harbor/classes/{session.pk}/hold", {"people": 1})
    fill(client, hold["Location"])
    return Booking.objects.get()


@pytest.fixture
def at(studio: Studio) -> Hour:
    """A class at six on a day of November."""
    return lambda day: make_session(studio, starts_at=studio.at(day, 18))


def problem_of(page: Any) -> tuple[int, str]:
    found = re.search(r'id="problem"><h2>(.*?)</h2>', text_of(page), re.DOTALL)
    assert found
    return page.status_code, re.sub(r"<[^>]+>", "", found[1]).replace("\xa0", " ").strip()


def go(client: Client, booking: Booking, target: Session) -> tuple[int, str]:
    return problem_of(client.post(f"/manage/{booking.reference}/move", {"target": target.pk}))


@pytest.mark.parametrize(
    "case",
    [
        ({"max_advance_minutes": 7 * 1440}, 40, "Booking opens on Thu 3 Dec, 18:00."),
        ({"min_notice_minutes": 2880}, 25, "It is too late to book this online."),
        ({}, 23, "It is over."),
    ],
    ids=["too early", "too late", "over"],
)
def test_a_class_that_cannot_be_gone_to_says_why(
    client: Client, carl: Booking, at: Hour, case: Case
) -> None:
    rules, day, why = case
    there = at(day)
    BookingPolicy.objects.update(**rules)

    assert go(client, carl, there) == (409, f"{why} You keep the one you have.")


def test_a_full_class_says_so(client: Client, studio: Studio, carl: Booking) -> None:
    there = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    join(there, email="sam@example.com")

    assert go(client, carl, there) == (409, "It is full. You keep the one you have.")


def bring(client: Client, booking: Booking) -> Any:
    return client.post(f"/manage/{booking.reference}/people", {"people": booking.party_size})


def shows_the_button(client: Client, session: Session) -> bool:
    return MORE in text_of(client.get(f"/harbor/classes/{session.pk}/"))


def test_the_button_stands_where_one_more_may_come(
    client: Client, session: Session, carl: Booking
) -> None:
    assert shows_the_button(client, session)
    assert bring(client, carl).status_code == 303

    carl.refresh_from_db()
    assert carl.party_size == 2
    assert not shows_the_button(client, session)
    assert problem_of(bring(client, carl)) == (422, "No more people can come on one booking.")


@pytest.mark.parametrize(
    "columns",
    [{"payment_option": "ONLINE"}, {"payment_option": "MEMBERSHIP"}],
    ids=["paid online", "paid with a plan"],
)
def test_nor_where_it_was_paid_for(
    client: Client, session: Session, carl: Booking, columns: dict[str, str]
) -> None:
    Booking.objects.update(**columns)

    assert not shows_the_button(client, session)
    words = "Nobody can be added to this booking. For more people, book again."
    assert problem_of(bring(client, carl)) == (409, words)


def test_nor_where_the_team_says_yes_first(
    client: Client, studio: Studio, session: Session, carl: Booking
) -> None:
    studio.flow.requires_approval = True
    studio.flow.save()

    assert not shows_the_button(client, session)
    assert bring(client, carl).status_code == 409


@pytest.mark.parametrize("closed", ["service", "business"])
def test_nobody_is_added_where_booking_was_switched_off(
    client: Client, studio: Studio, session: Session, carl: Booking, closed: str
) -> None:
    if closed == "service":
        studio.flow.bookable_online = False
        studio.flow.save()
    else:
        studio.business.state = "PAUSED"
        studio.business.save()

    words = "This cannot be booked online now. Nobody was added."
    assert problem_of(bring(client, carl)) == (409, words)
    carl.refresh_from_db()
    assert carl.party_size == 1
    assert not shows_the_button(client, session)
