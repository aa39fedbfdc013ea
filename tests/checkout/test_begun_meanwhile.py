"""A class or a course that begins, or ends, while its customer is at the page to pay: after the
hold nobody is let in who could not join anew (rules B14, B31)."""

from datetime import datetime, timedelta

import pytest

from apps.availability.models import CourseRun, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details, SlotGone
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.checkout.models import Payment
from apps.checkout.pricing import Way
from apps.classes import operations as classes
from tests.factories.bookings import make_visitor
from tests.factories.money import check_out
from tests.factories.studio import Studio, make_run, make_session

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def paid(studio: Studio) -> Studio:
    """The studio takes money online for classes and courses."""
    Service.objects.update(pays_online=True)
    studio.flow.refresh_from_db()
    studio.course.refresh_from_db()
    return studio


def prepare(service: Service, target: Session | CourseRun, *, now: datetime) -> Booking:
    draft = classes.hold_seats(
        choice=choose(service=service), target=target, visitor=make_visitor("carl"), now=now
    )
    return bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=draft.price,
        now=now,
    )


@pytest.mark.parametrize("late", [1 * MINUTE, 10 * MINUTE, 100 * MINUTE])
@pytest.mark.parametrize("way", [Way.FULL, Way.IN_PERSON])
def test_a_place_in_a_class_that_has_begun_is_not_sold_after_its_hold(
    paid: Studio, way: Way, late: timedelta
) -> None:
    session = make_session(paid, starts_at=paid.at(26, 18))
    draft = prepare(paid.flow, session, now=session.starts_at - 20 * MINUTE)

    with pytest.raises(SlotGone):
        check_out(draft, way, now=session.starts_at + late)

    draft.refresh_from_db()
    assert (draft.status, Payment.objects.count()) == (Booking.Status.CREATED, 0)


def test_nor_one_in_a_course_that_has_begun(paid: Studio) -> None:
    run = make_run(paid, first=paid.at(26, 18), weeks=3)
    draft = prepare(paid.course, run, now=run.starts_at - 20 * MINUTE)

    with pytest.raises(SlotGone):
        check_out(draft, Way.FULL, now=run.starts_at + 10 * MINUTE)
    with pytest.raises(SlotGone):
        bookings.hold_draft_again(draft_id=draft.draft_id, now=run.starts_at + 10 * MINUTE)

    assert Payment.objects.count() == 0


def test_as_long_as_it_has_not_begun_the_place_is_taken_anew(paid: Studio) -> None:
    session = make_session(paid, starts_at=paid.at(26, 18))
    draft = prepare(paid.flow, session, now=session.starts_at - 50 * MINUTE)

    check_out(draft, Way.FULL, now=session.starts_at - 5 * MINUTE)

    assert Payment.objects.get().amount == draft.price
