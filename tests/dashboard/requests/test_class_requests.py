"""A request for a class or a course: its place is kept, so that it can be confirmed or declined."""

from datetime import datetime

import pytest
from django.test import Client

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking
from tests.dashboard.conftest import note_that_it_is_used
from tests.factories import make_member
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.pages import text_of

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def studio(db: None, at_now: datetime) -> Studio:
    studio = make_studio()
    for service in (studio.flow, studio.course):
        service.requires_approval = True
        service.save()
    return studio


@pytest.fixture
def desk(studio: Studio, client: Client) -> Client:
    """The front desk, who may not set rules aside."""
    finn = make_member(business=studio.business, email="finn@harbor.example", role="FRONT_DESK")
    client.force_login(finn.user, backend=BACKEND)
    note_that_it_is_used(client)
    return client


@pytest.fixture(params=["class", "course"])
def asked_for(studio: Studio, request: pytest.FixtureRequest) -> Session | CourseRun:
    at = studio.at(27, 18)
    return (
        make_session(studio, starts_at=at)
        if request.param == "class"
        else make_run(studio, first=at)
    )


def offered(page: str, reference: str) -> list[str]:
    """Which of the ways to answer stand on a page."""
    ways = ("confirm", "confirm-anyway", "decline", "suggest")
    return [way for way in ways if f"/own/harbor/bookings/{reference}/{way}/" in page]


@pytest.mark.parametrize("page", ["", "requests/", "bookings/{}/"])
def test_it_is_confirmed_or_declined_on_every_page_that_shows_it(
    desk: Client, asked_for: Session | CourseRun, page: str
) -> None:
    booking = join(asked_for)
    assert booking.status == "PENDING"

    text = text_of(desk.get("/own/harbor/" + page.format(booking.reference)))

    assert offered(text, booking.reference) == ["confirm", "decline"]
    assert "Nobody in your team does this service." not in text


def test_what_is_offered_is_accepted(desk: Client, asked_for: Session | CourseRun) -> None:
    booking = join(asked_for)

    address = f"/own/harbor/bookings/{booking.reference}/confirm/"
    answer = desk.post(address, {"revision": booking.revision})

    booking.refresh_from_db()
    said = (answer.status_code, booking.status, booking.skip_availability_validation)
    assert said == (303, "CONFIRMED", False)


def test_no_other_times_are_suggested(desk: Client, asked_for: Session | CourseRun) -> None:
    page = f"/own/harbor/bookings/{join(asked_for).reference}/"

    answer = desk.get(page + "suggest/")

    assert (answer.status_code, answer["Location"]) == (303, page)


def test_two_who_ask_for_one_class_are_no_rivals(desk: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))
    for name in ("carl", "eva"):
        join(session, email=f"{name}@example.com")

    inbox, today = (text_of(desk.get("/own/harbor/" + page)) for page in ("requests/", ""))

    assert "2 requests" in inbox
    assert "If you confirm one, you can offer" not in inbox
    assert "wants this time" not in today
    assert Booking.objects.filter(status="PENDING").count() == 2
