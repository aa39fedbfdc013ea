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
from tests.factories.catalog import make_variant
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fill, text_of

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
    sent = {"target": target.pk, "revision": booking.revision}
    return problem_of(client.post(f"/manage/{booking.reference}/move", sent))


@pytest.mark.parametrize(
    "case",
    [
        ({"max_advance_minutes": 7 * 1440}, 40, "Booking opens on Thu 3 Dec, 18:00."),
        ({"min_notice_minutes": 2880}, 25, "It is too late to book this online."),
        ({}, 23, "This has finished."),
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

    assert go(client, carl, there) == (409, "This is fully booked. You keep the one you have.")


def bring(client: Client, booking: Booking) -> Any:
    return client.post(f"/manage/{booking.reference}/people", {"people": booking.party_size})


def note_of(client: Client, session: Session) -> str:
    """What the page of the class says to somebody who is in, after that."""
    page = text_of(client.get(f"/harbor/classes/{session.pk}/"))
    note = page.partition("View your booking</a></p>")[2].partition("</div>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", note).split())


def test_the_button_stands_where_one_more_may_come(
    client: Client, session: Session, carl: Booking
) -> None:
    assert note_of(client, session) == MORE
    assert bring(client, carl).status_code == 303

    carl.refresh_from_db()
    assert carl.party_size == 2
    assert note_of(client, session) == "This booking cannot be for more people."
    assert problem_of(bring(client, carl)) == (422, "This booking cannot be for more people.")


AGAIN = "To bring more people, book again."
ON_ITS_PAGE = "This booking is paid. You can change how many people come on its page."


@pytest.mark.parametrize(
    ("columns", "note"),
    [
        ({"payment_option": "ONLINE"}, AGAIN),
        ({"payment_option": "ONLINE", "paid": 1800}, ON_ITS_PAGE),
        ({"payment_option": "MEMBERSHIP"}, ON_ITS_PAGE),
    ],
    ids=["being paid online", "paid online", "paid with a plan"],
)
def test_nor_where_it_was_paid_for(
    client: Client, session: Session, carl: Booking, columns: dict[str, Any], note: str
) -> None:
    Booking.objects.update(**columns)

    assert note_of(client, session) == note
    words = "Nobody can be added to this booking. To bring more people, book again."
    assert problem_of(bring(client, carl)) == (409, words)


def test_nor_where_the_team_says_yes_first(
    client: Client, studio: Studio, session: Session, carl: Booking
) -> None:
    studio.flow.requires_approval = True
    studio.flow.save()

    assert note_of(client, session) == "To bring more people, book again."
    assert bring(client, carl).status_code == 409


def test_nor_where_people_are_counted_by_kind(
    client: Client, studio: Studio, session: Session, carl: Booking
) -> None:
    for name in ("Adult", "Child"):
        make_variant(service=studio.flow, name=name, price=900)

    assert note_of(client, session) == "To bring more people, book again."


def test_a_full_class_sends_nobody_to_book_again(
    client: Client, session: Session, carl: Booking
) -> None:
    Booking.objects.update(payment_option="MEMBERSHIP")
    Session.objects.update(capacity=1)

    assert note_of(client, session) == ""


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

    words = "This cannot be booked online right now. Nobody was added."
    assert problem_of(bring(client, carl)) == (409, words)
    carl.refresh_from_db()
    assert carl.party_size == 1
    assert note_of(client, session) == ""
