"""The page of a booking that was cancelled says who ended it and why, and nothing that is untrue
(rule W10)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope, seen_of_class, seen_of_run
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.factories import NOW, Salon, make_booking, make_request, make_visitor
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def studio(db: None) -> Studio:
    return make_studio()


def opened(booking: Booking) -> Any:
    token = bookings.create_access_link(booking=booking, now=NOW)
    return Client().get(f"/m/{token}", follow=True)


def head_of(page: Any) -> list[str]:
    """The paragraphs below the heading, and the words of the big button."""
    text = text_of(page)
    head = text[text.index('class="done-head"') :].partition("</div>")[0]
    found = re.findall(r"<p.*?</p>", head, re.DOTALL)
    found += re.findall(r'<a class="btn primary big"[^>]*>.*?</a>', text, re.DOTALL)
    return [" ".join(strip_tags(it).split()) for it in found]


def cancel(booking: Booking, *, by: Any, reason: str = "") -> None:
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=by,
        now=NOW,
        reason=reason,
    )


def test_a_booking_that_the_team_cancelled(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    cancel(booking, by=salon.olga, reason="Ana is ill.")

    assert head_of(opened(booking)) == [
        "Juniper Hair cancelled this booking.",
        "Juniper Hair writes: Ana is ill.",
        "Book again",
    ]


def test_a_booking_that_its_customer_cancelled(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    cancel(booking, by=None)

    assert head_of(opened(booking)) == ["You cancelled this booking.", "Book again"]


def test_a_request_that_was_declined(salon: Salon) -> None:
    request = make_request(service=salon.bridal, starts_at=salon.at(27, 10), now=NOW)
    bookings.decline_request(
        booking_id=request.pk,
        revision=request.revision,
        by=salon.olga,
        now=NOW,
        reason="Ana is away.",
    )

    assert head_of(opened(request)) == [
        "Juniper Hair could not take this booking.",
        "Juniper Hair writes: Ana is away.",
        "All free times",
    ]


def test_a_class_that_was_called_off(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    carl = join(session)
    eva = wait(studio, session)
    seen = seen_of_class(session=session, scope=Scope.THIS, now=NOW)
    classes.cancel_class(
        session_id=session.pk,
        scope=Scope.THIS,
        seen=seen,
        reason="Noor has a fever.",
        by=studio.olga,
        now=NOW,
    )

    words = [
        "Harbor Yoga has cancelled this class.",
        "Harbor Yoga writes: Noor has a fever.",
        "See other dates",
    ]
    assert head_of(opened(carl)) == words
    assert head_of(opened(eva)) == words


def wait(studio: Studio, session: Any) -> Booking:
    entry = waitlists.join_waitlist(
        choice=choose(service=studio.flow, party_size=1),
        target=session,
        visitor=make_visitor("eva@example.com"),
        details=WaitingDetails(name="Eva", email="eva@example.com"),
        now=NOW,
    )
    return entry.booking


def test_a_course_that_was_called_off(studio: Studio) -> None:
    run = make_run(studio, first=studio.at(30, 18), weeks=3)
    carl = join(run)
    classes.cancel_run(
        course_run_id=run.pk,
        seen=seen_of_run(course_run_id=run.pk),
        reason="The room is flooded.",
        by=studio.olga,
        now=NOW,
    )

    assert head_of(opened(carl)) == [
        "Harbor Yoga has cancelled this course.",
        "Harbor Yoga writes: The room is flooded.",
        "See other dates",
    ]


def test_a_class_with_too_few_people(studio: Studio) -> None:
    studio.flow.min_participants = 3
    studio.flow.save()
    session = make_session(studio, starts_at=studio.at(26, 18))
    carl = join(session)
    classes.decide_minimums(now=session.starts_at - timedelta(hours=1))

    assert head_of(opened(carl)) == [
        "This class is not going ahead. Not enough people have booked.",
        "See other dates",
    ]


def test_who_had_left_before_left(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18))
    carl = join(session)
    cancel(carl, by=None)
    seen = seen_of_class(session=session, scope=Scope.THIS, now=NOW)
    classes.cancel_class(
        session_id=session.pk,
        scope=Scope.THIS,
        seen=seen,
        reason="Noor has a fever.",
        by=studio.olga,
        now=NOW,
    )

    assert head_of(opened(carl))[0] == "You cancelled this booking."
