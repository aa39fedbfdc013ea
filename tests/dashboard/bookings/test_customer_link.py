"""A fresh link that the team hands to a customer by its own channel (rule S21)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking, BookingEvent
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_booking, make_request
from tests.pages import text_of
from tests.waitlists.test_times import fill, wait

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def path_of(booking: Booking) -> str:
    return f"/own/juniper/bookings/{booking.reference}/"


def make(olga: Client, booking: Booking, *, revision: int | str | None = None) -> Any:
    seen = booking.revision if revision is None else revision
    return olga.post(f"{path_of(booking)}customer-link/", {"revision": seen})


def token_in(page: Any) -> str:
    found = re.search(r'value="http[^"]*/m/([^"]+)"', page.content.decode())
    return found.group(1) if found else ""


def waiting(salon: Salon) -> Booking:
    fill(salon)
    return wait(salon, "Eva").booking


KINDS: dict[str, Callable[[Salon], Booking]] = {
    "confirmed": lambda it: make_booking(service=it.cut, starts_at=it.at(26, 10), now=NOW),
    "requested": lambda it: make_request(service=it.bridal, starts_at=it.at(27, 10), now=NOW),
    "waiting": waiting,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_link_opens_what_is_booked_asked_for_or_waited_for(
    olga: Client, salon: Salon, kind: str
) -> None:
    booking = KINDS[kind](salon)
    assert "Make a link" in text_of(olga.get(path_of(booking)))

    page = make(olga, booking)

    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    carl = Client()
    assert carl.get(f"/m/{token_in(page)}")["Location"] == f"/manage/{booking.reference}/"
    assert "Link made by the team" in text_of(carl.get(f"/manage/{booking.reference}/"))
    call_command("check_ledger")


def test_it_is_shown_once_and_told_in_the_history(
    olga: Client, salon: Salon, booking: Booking
) -> None:
    User.objects.filter(pk=salon.olga.user_id).update(first_name="Olga")
    token = token_in(make(olga, booking))

    page = olga.get(path_of(booking))

    assert token
    assert token not in page.content.decode()
    assert "Link made by Olga" in text_of(page)
    session = Session.objects.first()
    assert token not in str(session.get_decoded() if session else "")


def test_the_field_can_be_marked_where_there_are_no_scripts(olga: Client, booking: Booking) -> None:
    html = make(olga, booking).content.decode()

    assert re.search(r'<label for="fresh-link">', html)
    assert re.search(r'<input id="fresh-link" value="http[^"]+" readonly', html)
    assert re.search(r'<button [^>]*hidden data-copy="fresh-link"', html)


def test_a_second_tap_gets_its_own_link_and_no_second_line(olga: Client, booking: Booking) -> None:
    first, second = (make(olga, booking) for _tap in range(2))

    assert {first.status_code, second.status_code} == {200}
    assert token_in(first) != token_in(second)
    assert BookingEvent.objects.filter(action="LINK_MADE").count() == 1


def test_a_page_that_has_grown_old_makes_nothing(olga: Client, booking: Booking) -> None:
    stale = make(olga, booking, revision=booking.revision + 5)
    unreadable = make(olga, booking, revision="x")

    assert (stale.status_code, unreadable.status_code) == (409, 422)
    assert AccessLink.objects.count() == 0


def test_what_was_declined_or_cancelled_has_none(
    olga: Client, salon: Salon, booking: Booking
) -> None:
    canceled = bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=salon.olga,
        now=NOW,
    )

    assert "Make a link" not in text_of(olga.get(path_of(booking)))
    assert make(olga, canceled).status_code == 409
    assert AccessLink.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "status"), [("MANAGER", 200), ("FRONT_DESK", 200), ("STAFF", 403), ("ACCOUNTANT", 403)]
)
def test_only_those_make_it_who_may_do_what_it_opens(
    seat: Sit, booking: Booking, role: str, status: int
) -> None:
    browser = seat(role)

    assert make(browser, booking).status_code == status
    assert AccessLink.objects.count() == (status == 200)


def test_nobody_makes_links_without_end(olga: Client, booking: Booking) -> None:
    answers = [make(olga, booking).status_code for _time in range(31)]

    assert answers == [200] * 30 + [429]
