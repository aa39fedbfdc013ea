"""A studio with classes and a course: places taken, offered, waited for; who came is marked."""

from datetime import timedelta

from apps.availability.models import CourseRun, Session
from apps.bookings import operations as bookings
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.factories import NOW, make_variant, make_visitor
from tests.factories.studio import Studio, join, make_run, make_session, make_studio

LATER = NOW + timedelta(minutes=1)


def write() -> None:
    studio = make_studio(slug="quay")
    make_variant(service=studio.flow, name="Adult", price=1800)
    make_variant(service=studio.flow, name="Student", price=1200)
    _mixed_party(studio)
    _line(studio)
    _offer(studio)
    _course(studio)


def _mixed_party(studio: Studio) -> None:
    """An adult and two students, who came."""
    session = make_session(studio, starts_at=studio.at(25, 7))
    adult, student = studio.flow.variants.order_by("pk")
    held = classes.hold_seats(
        choice=choose(service=studio.flow, mix={adult.pk: 1, student.pk: 2}),
        target=session,
        visitor=make_visitor("family"),
        now=NOW,
    )
    bookings.submit_draft(
        draft_id=held.draft_id,
        details=bookings.Details(name="Family", email="family@example.com"),
        seen_price=held.price,
        now=NOW,
    )
    classes.mark_all_here(session_id=session.pk, by=studio.olga, now=LATER)


def _line(studio: Studio) -> None:
    full = make_session(studio, starts_at=studio.at(26, 7), capacity=2)
    for name in ("amy", "bea"):
        join(full, email=f"{name}@example.com")
    for name in ("cleo", "dora"):
        _wait(full, name)


def _offer(studio: Studio) -> None:
    """A place came free and is kept for the first in line."""
    full = make_session(studio, starts_at=studio.at(27, 7), capacity=1)
    first = join(full, email="emma@example.com")
    _wait(full, "fay")
    bookings.cancel_booking(
        booking_id=first.pk,
        business_id=first.business_id,
        revision=first.revision,
        by=None,
        now=NOW,
    )
    waitlists.offer_places(target=full, now=NOW)


def _course(studio: Studio) -> None:
    run = make_run(studio, first=studio.at(30, 18), weeks=4, capacity=2)
    join(run, email="gina@example.com")
    join(run, email="hope@example.com", submits=False)


def _wait(target: Session | CourseRun, name: str) -> None:
    service = Service.objects.select_related("business").get(pk=target.service_id or 0)
    waitlists.join_waitlist(
        choice=choose(service=service),
        target=target,
        details=WaitingDetails(name=name.title(), email=f"{name}@example.com"),
        visitor=make_visitor(name),
        now=NOW,
    )
