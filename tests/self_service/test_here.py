"""Who was ticked off at the door cancels, moves and takes off nobody themselves (rule B43)."""

from typing import Any

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Attendance, Booking
from apps.bookings.policy import Reason
from apps.classes import operations as classes
from tests.factories import NOW
from tests.factories.bookings import cancel_as_customer
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


@pytest.fixture
def carl(studio: Studio) -> Booking:
    """Two people in a class of five; they could go a week later, too."""
    make_session(studio, starts_at=studio.at(30, 18), capacity=5)
    return join(make_session(studio, starts_at=studio.at(27, 18), capacity=5), people=2)


@pytest.fixture
def his(client: Client, carl: Booking) -> Client:
    client.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")
    return client


def tick(studio: Studio, booking: Booking, state: Attendance.State | None) -> None:
    classes.mark_attendance(
        session_id=booking.session_id or 0,
        reference=booking.reference,
        seat=0,
        state=state,
        by=studio.olga,
        now=NOW,
    )


def path(booking: Booking, tail: str = "") -> str:
    return f"/manage/{booking.reference}/{tail}"


DOORS = ("cancel", "people", "session")


def doors(client: Client, booking: Booking) -> set[str]:
    page = text_of(client.get(path(booking)))
    return {it for it in DOORS if f'"{path(booking, it)}"' in page}


def test_one_of_them_is_here_and_the_page_offers_nothing_else(
    studio: Studio, carl: Booking, his: Client
) -> None:
    before = doors(his, carl)
    assert "cancel" in before

    tick(studio, carl, Attendance.State.HERE)
    assert "cancel" not in doors(his, carl)
    sent = {"revision": carl.revision, "fee": 0, "reason": ""}
    answer = his.post(path(carl, "cancel"), sent)
    assert answer.status_code == 409
    assert "This can no longer be cancelled here." in text_of(answer)
    fewer = his.post(path(carl, "people"), {"revision": carl.revision, "people": 1, "price": 1800})
    assert fewer.status_code == 409
    carl.refresh_from_db()
    assert (carl.status, carl.party_size) == ("CONFIRMED", 2)

    tick(studio, carl, None)  # a slip of the thumb
    assert doors(his, carl) == before


def test_the_operations_say_no_and_the_team_decides(studio: Studio, carl: Booking) -> None:
    other = make_session(studio, starts_at=studio.at(28, 18), capacity=5)
    tick(studio, carl, Attendance.State.HERE)
    said: dict[str, Any] = {
        "booking_id": carl.pk,
        "business_id": carl.business_id,
        "revision": carl.revision,
        "now": NOW,
    }

    with pytest.raises(bookings.NotAllowed) as no:
        bookings.cancel_own(**said, seen_fee=0)
    assert no.value.reason == Reason.SWITCHED_OFF
    with pytest.raises(bookings.CannotMove):
        classes.move_places(booking=carl, target=other, by=None, now=NOW)

    assert bookings.cancel_booking(**said, by=studio.olga).status == "CANCELED"


def test_who_did_not_come_and_who_came_elsewhere_is_not_here(studio: Studio, carl: Booking) -> None:
    tick(studio, carl, Attendance.State.NO_SHOW)
    there = make_session(studio, starts_at=studio.at(28, 18), capacity=5)
    tick(studio, join(there), Attendance.State.HERE)

    done = cancel_as_customer(carl, fee=0, now=NOW)

    assert done.status == "CANCELED"
