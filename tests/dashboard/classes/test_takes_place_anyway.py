"""The word that it takes place anyway has a way in wherever the team sees who waits (rule B16)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.availability.models import CourseRun, DecidedDay, Session
from apps.bookings.models import Booking
from apps.businesses.models import TeamMember
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now"), pytest.mark.detail]
WORDS = "Go ahead anyway"


@pytest.fixture
def salon() -> Salon:
    """A day of cuts needs three people."""
    salon = make_salon(slug="juniper")
    salon.cut.min_participants = 3
    salon.cut.save()
    return salon


@pytest.fixture
def studio() -> Studio:
    studio = make_studio()
    for service in (studio.flow, studio.course):
        service.min_participants = 3
        service.save()
    return studio


def signed_in(member: TeamMember) -> Client:
    browser = Client()
    browser.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def want(salon: Salon, hour: int, email: str = "carl@example.com") -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(27, hour), now=NOW, email=email)


def test_of_a_day_it_is_said_on_the_page_of_a_booking(salon: Salon) -> None:
    carl, eva = want(salon, 10), want(salon, 12, "eva@example.com")
    olga, path = signed_in(salon.olga), f"/own/juniper/bookings/{carl.reference}/"

    page = text_of(olga.get(path))
    answer = olga.post(f"{path}takes-place/")

    assert "The day has 2 of the 3 people it needs." in page
    assert WORDS in page
    assert f'action="{path}takes-place/"' in page
    assert (answer.status_code, answer["Location"]) == (303, path)
    assert DecidedDay.objects.count() == 1
    for booking in (carl, eva):
        booking.refresh_from_db()
        assert booking.status == "CONFIRMED"
    assert WORDS not in text_of(olga.get(path))


def test_of_a_day_it_is_said_in_the_inbox(salon: Salon) -> None:
    salon.cut.requires_approval = True
    salon.cut.save()
    carl = want(salon, 10)
    olga = signed_in(salon.olga)

    page = text_of(olga.get("/own/juniper/requests/"))
    path = f"/own/juniper/bookings/{carl.reference}/takes-place/?at=requests"
    answer = olga.post(path)

    assert "The day has 1 of the 3 people it needs." in page
    assert WORDS in page
    assert f'action="{path}"' in page
    assert (answer.status_code, answer["Location"]) == (303, "/own/juniper/requests/")
    assert DecidedDay.objects.count() == 1


@pytest.mark.parametrize("kind", ["CLASS", "COURSE"])
def test_of_classes_and_courses_as_well(studio: Studio, kind: str) -> None:
    for service in (studio.flow, studio.course):
        service.requires_approval = True
        service.save()
    starts_at = studio.at(27, 18)
    target: Session | CourseRun
    if kind == "CLASS":
        target = make_session(studio, starts_at=starts_at)
    else:
        target = make_run(studio, first=starts_at)
    carl = join(target, people=2)
    olga = signed_in(studio.olga)
    path = f"/own/harbor/bookings/{carl.reference}/takes-place/"

    page = text_of(olga.get(f"/own/harbor/bookings/{carl.reference}/"))
    inbox = text_of(olga.get("/own/harbor/requests/"))
    olga.post(path)

    assert "2 of 3 people so far." in page
    assert "2 of 3 people so far." in inbox
    target.refresh_from_db()
    assert target.decided_at == NOW
    carl.refresh_from_db()
    assert carl.status == "CONFIRMED"


def test_where_nobody_counts_nothing_is_said(salon: Salon) -> None:
    salon.cut.min_participants = 0
    salon.cut.requires_approval = True
    salon.cut.save()
    carl = want(salon, 10)
    olga = signed_in(salon.olga)

    assert WORDS not in text_of(olga.get(f"/own/juniper/bookings/{carl.reference}/"))
    assert WORDS not in text_of(olga.get("/own/juniper/requests/"))


def test_the_inbox_asks_no_more_for_three_classes_than_for_one(studio: Studio) -> None:
    studio.flow.requires_approval = True
    studio.flow.save()
    olga = signed_in(studio.olga)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            olga.get("/own/harbor/requests/")
        return len(queries)

    join(make_session(studio, starts_at=studio.at(27, 10)))
    asked()
    one = asked()
    for day in (28, 29):
        join(make_session(studio, starts_at=studio.at(day, 10)), email=f"eva{day}@example.com")

    assert asked() == one


def test_where_nobody_counts_no_word_is_kept(salon: Salon) -> None:
    salon.cut.min_participants = 0
    salon.cut.requires_approval = True
    salon.cut.save()
    carl = want(salon, 10)

    answer = signed_in(salon.olga).post(f"/own/juniper/bookings/{carl.reference}/takes-place/")

    carl.refresh_from_db()
    assert (answer.status_code, carl.status) == (303, "PENDING")
    assert DecidedDay.objects.count() == 0


def test_a_page_that_has_grown_old_decides_nothing(salon: Salon) -> None:
    """Carl was declined meanwhile; Eva's request for the same day waits on for more people."""
    carl, eva = want(salon, 10), want(salon, 12, "eva@example.com")
    olga, path = signed_in(salon.olga), f"/own/juniper/bookings/{carl.reference}/"
    olga.post(f"{path}decline/", {"revision": str(carl.revision)})

    answer = olga.post(f"{path}takes-place/")

    eva.refresh_from_db()
    assert (answer.status_code, answer["Location"], eva.status) == (303, path, "PENDING")
    assert DecidedDay.objects.count() == 0
