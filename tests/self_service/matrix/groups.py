"""Places in classes and courses of a studio in every state of their life, each with the moment at
which they are looked at."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.availability.models import CourseRun, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Attendance, Booking, WaitlistEntry
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.classes import operations as classes
from tests.factories import NOW
from tests.factories.bookings import cancel_as_customer
from tests.factories.money import check_out, pay_in_sandbox, work
from tests.factories.studio import Studio, join, make_run, make_session
from tests.waitlists.test_places import cancel, wait

LATER = NOW + timedelta(minutes=1)
Target = Session | CourseRun
Place = Callable[[Studio, Target], tuple[Booking, datetime]]


def session(studio: Studio) -> Session:
    """With another one a day later, to which one may move."""
    make_session(studio, starts_at=studio.at(28, 18), capacity=5)
    return make_session(studio, starts_at=studio.at(27, 18), capacity=5)


def run(studio: Studio) -> CourseRun:
    """With another one two days later, to which the team may move."""
    make_run(studio, first=studio.at(29, 15), weeks=4, capacity=5)
    return make_run(studio, first=studio.at(27, 12), weeks=4, capacity=5)


def draft(_studio: Studio, target: Target) -> tuple[Booking, datetime]:
    return join(target, submits=False), LATER


def requested(studio: Studio, target: Target) -> tuple[Booking, datetime]:
    Service.objects.filter(business=studio.business).update(requires_approval=True)
    return join(target), LATER


def confirmed(_studio: Studio, target: Target) -> tuple[Booking, datetime]:
    return join(target), LATER


def too_late(_studio: Studio, target: Target) -> tuple[Booking, datetime]:
    found = join(target, people=2)
    return found, found.starts_at - timedelta(hours=24) + timedelta(seconds=1)


def just_moved(_studio: Studio, target: Target) -> tuple[Booking, datetime]:
    """By its customer, who can put it back for ten minutes."""
    found = join(target)
    other = Session.objects.filter(kind=Session.Kind.CLASS).exclude(pk=target.pk).get()
    classes.move_places(booking=found, target=other, by=None, now=NOW, revision=found.revision)
    return found, LATER


def begun(_studio: Studio, target: Target) -> tuple[Booking, datetime]:
    found = join(target, people=2)
    return found, found.starts_at + timedelta(minutes=5)


def over(_studio: Studio, target: Target) -> tuple[Booking, datetime]:
    found = join(target)
    return found, found.ends_at + timedelta(minutes=5)


def taken_in_person(studio: Studio, target: Target) -> tuple[Booking, datetime]:
    found = join(target, people=2)
    found.refresh_from_db()
    checkout.mark_paid(booking_id=found.pk, revision=found.revision, by=studio.olga, now=NOW)
    return found, LATER


def paid_online(studio: Studio, target: Target) -> tuple[Booking, datetime]:
    Service.objects.filter(business=studio.business).update(pays_online=True)
    draft = bookings.prepare_draft(**_details(target))
    check_out(draft, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    return draft, LATER


def _details(target: Target) -> dict[str, Any]:
    draft = join(target, submits=False, people=2)
    details = bookings.Details(name="Carl Vogt", email="carl@example.com")
    return {"draft_id": draft.draft_id, "details": details, "seen_price": draft.price, "now": NOW}


def came(studio: Studio, target: Target) -> tuple[Booking, datetime]:
    return _marked(studio, target, Attendance.State.HERE)


def did_not_come(studio: Studio, target: Target) -> tuple[Booking, datetime]:
    """And owes half of the price, where it is a class."""
    studio.policy.fee_windows = [[3 * 24 * 60, 5_000, None]]
    studio.policy.save()
    return _marked(studio, target, Attendance.State.NO_SHOW)


def _marked(studio: Studio, target: Target, state: Attendance.State) -> tuple[Booking, datetime]:
    found = join(target)
    at = found.starts_at + timedelta(minutes=5)
    checkout.mark_attendance(
        session_id=_date_of(target).pk,
        reference=found.reference,
        seat=0,
        state=state,
        by=studio.olga,
        now=at,
    )
    return found, at + timedelta(minutes=1)


def _date_of(target: Target) -> Session:
    if isinstance(target, Session):
        return target
    return Session.objects.filter(course_run=target).earliest("starts_at")


def cancelled(studio: Studio, target: Target) -> tuple[Booking, datetime]:
    found = join(target)
    cancel(found, studio)
    return found, LATER


def cancelled_alone(_studio: Studio, target: Target) -> tuple[Booking, datetime]:
    return cancel_as_customer(join(target), now=NOW), LATER


def declined(studio: Studio, target: Target) -> tuple[Booking, datetime]:
    found, _at = requested(studio, target)
    bookings.decline_request(booking_id=found.pk, revision=found.revision, by=studio.olga, now=NOW)
    work(LATER)
    return found, LATER


def waiting(_studio: Studio, target: Target) -> tuple[Booking, datetime]:
    join(target, email="ida@example.com", people=3)
    join(target, email="eva@example.com", people=2)
    return wait(target, "Carl").booking, LATER


def offered(studio: Studio, target: Target) -> tuple[Booking, datetime]:
    found, _at = waiting(studio, target)
    cancel(Booking.objects.get(customer__email="eva@example.com"), studio)
    found.waiting.refresh_from_db()
    assert found.waiting.state == WaitlistEntry.State.OFFERED
    return found, LATER


STATES: Mapping[str, Place] = {
    "CREATED": draft,
    "PENDING": requested,
    "CONFIRMED": confirmed,
    "CONFIRMED, too late": too_late,
    "CONFIRMED, just moved": just_moved,
    "CONFIRMED, begun": begun,
    "CONFIRMED, over": over,
    "CONFIRMED, paid in person": taken_in_person,
    "CONFIRMED, paid online": paid_online,
    "CONFIRMED, came": came,
    "CONFIRMED, did not come": did_not_come,
    "CANCELED": cancelled,
    "CANCELED, by the customer": cancelled_alone,
    "DECLINED": declined,
    "WAITING_LIST": waiting,
    "WAITING_LIST, offered": offered,
}
