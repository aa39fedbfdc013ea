"""An unlimited plan is for one person: at one visit at a time, and on the dates of a course only
(rule M16)."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import PlanPurchase
from apps.classes import operations as classes
from apps.classes.queries.other_sessions import list_other_sessions
from tests.factories import NOW
from tests.factories.prepaid import book_with_plan, make_plan, make_purchase
from tests.factories.studio import Studio, join, make_run, make_session
from tests.pages import text_of
from tests.prepaid.books import assert_the_books_add_up

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
SECOND = timedelta(seconds=1)


@pytest.fixture
def unlimited(studio: Studio) -> PlanPurchase:
    plan = make_plan(
        services=[studio.flow, studio.course], name="All", slug="all", kind="UNLIMITED"
    )
    return make_purchase(plan=plan, by=studio.olga)


def pay(booking: Booking, purchase: PlanPurchase, studio: Studio) -> Booking:
    booking.refresh_from_db()
    return checkout.pay_with_plan(
        booking_id=booking.pk,
        revision=booking.revision,
        purchase_id=purchase.pk,
        by=studio.olga,
        now=NOW,
    )


def test_a_course_leaves_the_days_between_its_dates_free(
    studio: Studio, unlimited: PlanPurchase
) -> None:
    pay(join(make_run(studio, first=studio.at(27, 18), weeks=4)), unlimited, studio)

    book_with_plan(make_session(studio, starts_at=studio.at(30, 10)), unlimited)

    other = (studio.dan.resource_id, studio.loft.pk)
    at_its_date = make_session(studio, starts_at=studio.at(34, 18), resource_ids=other)
    with pytest.raises(checkout.PlanRefused):
        book_with_plan(at_its_date, unlimited)
    assert_the_books_add_up(NOW)


def test_a_class_between_its_dates_leaves_a_course_free(
    studio: Studio, unlimited: PlanPurchase
) -> None:
    book_with_plan(make_session(studio, starts_at=studio.at(30, 10)), unlimited)

    pay(join(make_run(studio, first=studio.at(27, 18), weeks=4)), unlimited, studio)

    assert_the_books_add_up(NOW)


def test_a_class_at_a_date_of_a_course_does_not(studio: Studio, unlimited: PlanPurchase) -> None:
    other = (studio.dan.resource_id, studio.loft.pk)
    book_with_plan(make_session(studio, starts_at=studio.at(34, 18), resource_ids=other), unlimited)

    with pytest.raises(checkout.PlanRefused):
        pay(join(make_run(studio, first=studio.at(27, 18), weeks=4)), unlimited, studio)


def test_a_course_moves_to_a_run_whose_dates_are_free(
    studio: Studio, unlimited: PlanPurchase
) -> None:
    """A class of its holder is in the weeks of both others, and at a date of one."""
    Service.objects.filter(pk=studio.course.pk).update(price=0)
    other = (studio.dan.resource_id, studio.loft.pk)
    here = make_run(studio, first=studio.at(27, 8), weeks=4)
    free = make_run(studio, first=studio.at(27, 12), weeks=4)
    taken = make_run(studio, first=studio.at(27, 18), weeks=4)
    Service.objects.filter(pk=studio.course.pk).update(price=12000)
    enrolled = pay(join(here), unlimited, studio)
    book_with_plan(make_session(studio, starts_at=studio.at(34, 18), resource_ids=other), unlimited)
    enrolled.refresh_from_db()

    assert list_other_sessions(booking=enrolled, now=NOW) == [free]
    with pytest.raises(bookings.PlanDoesNotPay):
        classes.move_places(booking=enrolled, target=taken, by=studio.olga, now=NOW)
    classes.move_places(booking=enrolled, target=free, by=studio.olga, now=NOW)
    enrolled.refresh_from_db()
    assert enrolled.course_run_id == free.pk


def decline_and_book_anew(studio: Studio, purchase: PlanPurchase) -> tuple[Booking, Booking]:
    studio.flow.min_participants = 3
    studio.flow.save()
    other = (studio.dan.resource_id, studio.loft.pk)
    here = make_session(studio, starts_at=studio.at(27, 18))
    there = make_session(studio, starts_at=studio.at(27, 18), resource_ids=other)
    declined = book_with_plan(here, purchase)
    declined.refresh_from_db()
    bookings.decline_request(
        booking_id=declined.pk, revision=declined.revision, by=studio.olga, now=NOW
    )
    anew = book_with_plan(there, purchase, now=NOW + 2 * SECOND)
    declined.refresh_from_db()
    return declined, anew


def test_a_decline_is_not_undone_beside_another_visit_of_the_plan(
    studio: Studio, unlimited: PlanPurchase
) -> None:
    declined, anew = decline_and_book_anew(studio, unlimited)

    with pytest.raises(bookings.PlanDoesNotPay):
        bookings.undo_decision(
            booking_id=declined.pk,
            revision=declined.revision,
            by=studio.olga,
            now=NOW + 5 * SECOND,
        )

    declined.refresh_from_db()
    anew.refresh_from_db()
    assert (declined.status, anew.status) == ("DECLINED", "PENDING")
    assert_the_books_add_up(NOW + 5 * SECOND)


def test_the_page_says_why_it_is_not_undone(
    studio: Studio, unlimited: PlanPurchase, client: Client
) -> None:
    declined, _anew = decline_and_book_anew(studio, unlimited)
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post(
        f"/own/harbor/bookings/{declined.reference}/undo/", {"revision": declined.revision}
    )

    assert answer.status_code == 409
    words = (
        "It is for one person, who already has a booking with it at that time. Nothing was changed."
    )
    assert words in text_of(answer)


def test_a_decline_with_nothing_beside_it_is_undone(
    studio: Studio, unlimited: PlanPurchase
) -> None:
    declined, anew = decline_and_book_anew(studio, unlimited)
    anew.refresh_from_db()
    bookings.cancel_booking(
        booking_id=anew.pk,
        business_id=anew.business_id,
        revision=anew.revision,
        by=studio.olga,
        now=NOW + 3 * SECOND,
    )

    bookings.undo_decision(
        booking_id=declined.pk, revision=declined.revision, by=studio.olga, now=NOW + 5 * SECOND
    )

    declined.refresh_from_db()
    assert declined.status == "PENDING"


def test_a_class_that_would_bring_two_visits_together_is_asked_about(
    studio: Studio, unlimited: PlanPurchase, client: Client
) -> None:
    """Not where it stays at its time and only the teacher is another."""
    other = (studio.dan.resource_id, studio.loft.pk)
    early = make_session(studio, starts_at=studio.at(27, 10))
    carl = book_with_plan(early, unlimited)
    book_with_plan(make_session(studio, starts_at=studio.at(27, 18), resource_ids=other), unlimited)
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/own/harbor/classes/{early.pk}/change/"
    shown = text_of(client.get(path))
    assert 'name="lets_visits_meet"' not in shown
    typed = {
        "staff": studio.noor.resource_id,
        "room": studio.pier.pk,
        "at": "18:00",
        "scope": re.findall(r'value="(THIS:[^"]+)"', shown)[0],
    }

    asked = client.post(path, typed)

    carl.refresh_from_db()
    assert (asked.status_code, carl.starts_at) == (409, early.starts_at)
    words = "Already booked at that time with the same unlimited pass, for one person: Carl Vogt."
    assert words in text_of(asked)
    assert 'name="lets_visits_meet"' in text_of(asked)

    again = client.post(path, {**typed, "lets_visits_meet": "on"})

    carl.refresh_from_db()
    assert (again.status_code, carl.starts_at) == (303, studio.at(27, 18))
    assert_the_books_add_up(NOW)
