"""The roster of what does not take place: who had booked, and who was told (rule W10)."""

from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from apps.availability.models import CourseRun, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope, seen_of_class, seen_of_date, seen_of_run
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.dashboard.conftest import note_that_it_is_used
from tests.factories import NOW
from tests.factories.bookings import make_visitor
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(clock: object) -> Studio:
    return make_studio()


@pytest.fixture
def olga(studio: Studio) -> Client:
    browser = Client()
    browser.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    note_that_it_is_used(browser)
    return browser


def roster(olga: Client, session: Session) -> Any:
    return olga.get(f"/own/harbor/classes/{session.pk}/")


def words_of(page: Any) -> str:
    text = text_of(page)
    section = text[text.index('<section id="roster"') :]
    return " ".join(strip_tags(section.replace("<", " <")).split())


def call_off(studio: Studio, session: Session) -> None:
    classes.cancel_class(
        session_id=session.pk,
        scope=Scope.THIS,
        seen=seen_of_class(session=session, scope=Scope.THIS, now=NOW),
        reason="Noor has a fever.",
        by=studio.olga,
        now=NOW,
    )


def call_off_run(studio: Studio, run: CourseRun) -> None:
    classes.cancel_run(
        course_run_id=run.pk,
        seen=seen_of_run(course_run_id=run.pk),
        reason="The room is flooded.",
        by=studio.olga,
        now=NOW,
    )


def leave(booking: Booking) -> None:
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=None,
        now=NOW,
    )


def test_a_class_that_was_called_off(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=2)
    leave(join(session, email="gus@example.com"))
    carl = join(session, people=2)
    entry = waitlists.join_waitlist(
        choice=choose(service=studio.flow, party_size=1),
        target=session,
        visitor=make_visitor("eva@example.com"),
        details=WaitingDetails(name="Eva", email="eva@example.com"),
        now=NOW,
    )
    eva = entry.booking
    call_off(studio, session)

    page = roster(olga, session)

    lost = page.context["roster"].lost
    assert [(it.reference, it.name, it.people, it.waited) for it in lost] == [
        (carl.reference, "Carl", 2, False),
        (eva.reference, "Eva", 1, True),
    ]
    words = words_of(page)
    assert words.startswith(
        "Who had booked They were all told by e-mail. "
        f"Carl 2 people {carl.reference} Eva {eva.reference} on the waitlist"
    )
    for untrue in ("Nobody yet", "places taken", "here"):
        assert untrue not in words


def test_nobody_had_booked_it(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18))
    call_off(studio, session)

    assert words_of(roster(olga, session)).startswith("Who had booked Nobody had booked.")


def test_a_course_that_was_called_off_also_where_one_date_was_before(
    olga: Client, studio: Studio
) -> None:
    run = make_run(studio, first=studio.at(30, 18), weeks=3)
    first, second, _third = run.sessions.order_by("starts_at")
    carl = join(run)
    classes.cancel_course_date(
        session_id=first.pk,
        seen=seen_of_date(session=first),
        reason="Noor has a fever.",
        by=studio.olga,
        now=NOW,
    )

    def lost(session: Session) -> list[str]:
        return [it.reference for it in roster(olga, session).context["roster"].lost]

    assert lost(first) == [carl.reference]
    assert [it.name for it in roster(olga, first).context["roster"].people] == []
    assert lost(second) == []
    call_off_run(studio, run)
    assert [lost(first), lost(second)] == [[carl.reference], [carl.reference]]


@pytest.mark.parametrize("count", [1, 4])
def test_it_asks_as_much_for_many(
    olga: Client, studio: Studio, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18))
    for number in range(count):
        join(session, email=f"carl{number}@example.com")
    call_off(studio, session)

    with django_assert_num_queries(14):
        page = roster(olga, session)

    assert len(page.context["roster"].lost) == count
