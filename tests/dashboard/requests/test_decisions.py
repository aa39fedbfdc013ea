"""One tap: confirm, decline, undo; and what a refusal looks like (rule W1)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from apps.availability.models import Occupancy
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.dashboard.access import open_access
from apps.dashboard.frame.queries.fits import Obstacle
from apps.dashboard.frame.views.refusals import problem_of
from apps.outbox.models import OutboxItem
from tests.factories import NOW, Salon, make_booking, make_request

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def lena(salon: Salon) -> Booking:
    return make_request(
        service=salon.bridal,
        starts_at=salon.at(28, 10),
        now=NOW,
        email="lena@example.com",
        name="Lena Hartmann",
    )


def path_of(booking: Booking, action: str, *, at: str = "") -> str:
    return f"/own/juniper/bookings/{booking.reference}/{action}/" + (f"?at={at}" if at else "")


def status_of(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).status


def test_one_tap_confirms_and_leaves_ten_seconds_to_undo(olga: Client, lena: Booking) -> None:
    answer = olga.post(path_of(lena, "confirm", at="today"), {"revision": "2"}, headers=HTMX)

    text = answer.content.decode()
    assert (answer.status_code, status_of(lena)) == (200, "CONFIRMED")
    assert "<title>Today - Juniper Hair</title>" in text
    assert text.count("<article") == 1
    assert '<span data-countdown="10" data-done="E-mail sent.">' in text
    assert 'E-mail goes out in <span class="count-down">10</span> s.</span>' in text
    assert 'id="count-side" hx-swap-oob="true" hidden' in text
    assert "autofocus" in text


def test_one_tap_declines(olga: Client, lena: Booking) -> None:
    answer = olga.post(path_of(lena, "decline", at="today"), {"revision": "2"}, headers=HTMX)

    assert (answer.status_code, status_of(lena)) == (200, "DECLINED")
    assert "Declined." in answer.content.decode()


def test_undo_brings_the_request_back_and_no_mail_leaves(olga: Client, lena: Booking) -> None:
    olga.post(path_of(lena, "confirm", at="today"), {"revision": "2"}, headers=HTMX)

    answer = olga.post(path_of(lena, "undo", at="today"), {"revision": "3"}, headers=HTMX)

    assert (answer.status_code, status_of(lena)) == (200, "PENDING")
    assert f'id="confirm-{lena.reference}"' in answer.content.decode()
    assert list(OutboxItem.objects.values_list("topic", flat=True)) == ["booking.requested"]


@pytest.mark.parametrize(
    ("at", "back"),
    [
        ("today", "/own/juniper/#card-{}"),
        ("requests", "/own/juniper/requests/#card-{}"),
        ("", "/own/juniper/bookings/{}/"),
        ("//evil.example", "/own/juniper/bookings/{}/"),
    ],
)
def test_without_scripts_an_answer_leads_back(
    olga: Client, lena: Booking, at: str, back: str
) -> None:
    answer = olga.post(path_of(lena, "confirm", at=at), {"revision": "2"})

    assert answer.status_code == 303
    assert answer.headers["Location"] == back.format(lena.reference)


def test_sent_twice_a_tap_counts_once(olga: Client, lena: Booking) -> None:
    path = path_of(lena, "confirm", at="today")

    answers = [olga.post(path, {"revision": "2"}, headers=HTMX) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    confirmed = BookingEvent.objects.filter(booking=lena, action="CONFIRMED")
    assert (confirmed.count(), status_of(lena)) == (1, "CONFIRMED")


@pytest.mark.parametrize("at", ["today", "requests"])
def test_somebody_else_was_faster(
    olga: Client, seat: Callable[[str], Client], lena: Booking, at: str
) -> None:
    seat("FRONT_DESK").post(path_of(lena, "decline"), {"revision": "2"})

    answer = olga.post(path_of(lena, "confirm", at=at), {"revision": "2"}, headers=HTMX)

    text = answer.content.decode()
    assert (answer.status_code, status_of(lena)) == (409, "DECLINED")
    assert "FRONT_DESK@juniper.example declined this just now." in " ".join(text.split())
    assert f'id="confirm-{lena.reference}"' not in text
    assert 'role="alert"' in text


def test_without_scripts_a_refusal_is_the_page_of_the_booking(
    olga: Client, seat: Callable[[str], Client], lena: Booking
) -> None:
    seat("FRONT_DESK").post(path_of(lena, "decline"), {"revision": "2"})

    answer = olga.post(path_of(lena, "confirm", at="today"), {"revision": "2"})

    assert answer.status_code == 409
    assert 'data-booking-status="DECLINED"' in answer.content.decode()
    assert "<title>Error: Lena Hartmann" in answer.content.decode()


def test_what_no_longer_fits_is_said_and_not_confirmed(
    olga: Client, salon: Salon, lena: Booking
) -> None:
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 10),
        now=NOW,
        email="eva@example.com",
        resource_id=salon.ana.resource_id,
    )

    answer = olga.post(path_of(lena, "confirm", at="today"), {"revision": "2"}, headers=HTMX)

    assert (answer.status_code, status_of(lena)) == (409, "PENDING")
    assert "Ana is taken 10:00 – 10:45." in answer.content.decode()


def test_an_override_needs_a_reason(olga: Client, lena: Booking) -> None:
    answer = olga.post(path_of(lena, "confirm-anyway"), {"revision": "2", "reason": "  "})

    assert (answer.status_code, status_of(lena)) == (422, "PENDING")
    assert "Nothing was changed." in answer.content.decode()


def test_an_override_is_kept_with_its_reason(olga: Client, salon: Salon, lena: Booking) -> None:
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 10),
        now=NOW,
        email="eva@example.com",
        resource_id=salon.ana.resource_id,
    )

    answer = olga.post(path_of(lena, "confirm-anyway"), {"revision": "2", "reason": "Both agreed"})

    lena.refresh_from_db()
    assert (answer.status_code, lena.status) == (303, "CONFIRMED")
    assert lena.override_reason == "Both agreed"
    assert Occupancy.objects.get(session=lena.session).enforced is False


def test_with_nothing_in_the_way_confirming_anyway_overrides_nothing(
    olga: Client, lena: Booking
) -> None:
    olga.post(path_of(lena, "confirm-anyway"), {"revision": "2", "reason": "Both agreed"})

    lena.refresh_from_db()
    assert (lena.status, lena.skip_availability_validation) == ("CONFIRMED", False)
    assert Occupancy.objects.get(session=lena.session).enforced is True


@pytest.mark.parametrize("revision", ["", "two", "-1", "9" * 5000])
def test_a_tap_without_a_revision_is_incomplete(olga: Client, lena: Booking, revision: str) -> None:
    answer = olga.post(path_of(lena, "confirm", at="today"), {"revision": revision}, headers=HTMX)

    assert (answer.status_code, status_of(lena)) == (422, "PENDING")


def test_an_undo_after_ten_seconds_is_too_late(
    olga: Client, lena: Booking, clock: time_machine.Traveller
) -> None:
    olga.post(path_of(lena, "confirm"), {"revision": "2"})
    clock.shift(timedelta(seconds=11))

    answer = olga.post(path_of(lena, "undo", at="today"), {"revision": "3"}, headers=HTMX)

    assert (answer.status_code, status_of(lena)) == (409, "CONFIRMED")
    assert "Too late to undo" in answer.content.decode()


def test_a_busy_moment_is_a_503_that_says_try_again(salon: Salon, lena: Booking) -> None:
    problem = problem_of(BusyTryAgain(), access=open_access(member=salon.olga), of=lena)

    assert (problem.code, problem.status) == ("BUSY", 503)


def test_a_refusal_without_reasons_needs_no_names(salon: Salon, lena: Booking) -> None:
    access = open_access(member=salon.olga)

    problem = problem_of(bookings.DoesNotFit(), access=access, of=lena)

    assert (problem.code, problem.status) == ("DOES_NOT_FIT", 409)
    assert problem.obstacles == tuple[Obstacle, ...]()
