"""kill -9 in the middle of a booking (rules C9, B6).

The process is a fork of the test that runs the operation of a web request and is killed with its
transaction open, or with its transaction kept and nobody told.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from apps.availability.models import Occupancy, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Details
from apps.customers.models import Customer
from apps.outbox.models import OutboxItem
from tests.factories import NOW, Salon, make_draft, make_salon
from tests.races.killing import Moment, stopped

pytestmark = [pytest.mark.real_time, pytest.mark.crash, pytest.mark.django_db(transaction=True)]

# Seconds. A lock that outlives its process ends in "busy", after 3 s on PostgreSQL and 20 on
# SQLite; being slow is no fault.
SOON = 19


@pytest.fixture
def salon() -> Salon:
    return make_salon()


def hold(salon: Salon, *, visitor: str = "carl") -> Booking:
    return make_draft(
        service=salon.colour,
        starts_at=salon.at(26, 10),
        now=NOW,
        visitor=visitor,
        resource_id=salon.ana.resource_id,
    )


def submit(draft: Booking) -> Booking:
    return bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW + timedelta(minutes=2),
    )


def told() -> tuple[int, int, int]:
    """How many customers, lines of history and outbox items there are."""
    return Customer.objects.count(), BookingEvent.objects.count(), OutboxItem.objects.count()


def test_a_hold_that_was_killed_before_its_commit_left_nothing_and_locks_nobody(
    salon: Salon,
) -> None:
    with stopped(lambda: hold(salon), at=Moment.BEFORE_COMMIT) as web:
        web.kill()
        killed_at = time.monotonic()
        retried = hold(salon)
        waited = time.monotonic() - killed_at

    assert waited < SOON
    assert list(Booking.objects.values_list("pk", flat=True)) == [retried.pk]
    assert list(Session.objects.values_list("pk", flat=True)) == [retried.session_id]
    assert Occupancy.objects.count() == 2


def test_others_wait_for_the_lock_until_its_process_is_killed(salon: Salon) -> None:
    """Proof that the test before stopped its child inside the transaction."""
    with (
        stopped(lambda: hold(salon), at=Moment.BEFORE_COMMIT) as web,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        waiting = pool.submit(hold_and_hang_up, salon)
        time.sleep(0.5)
        assert not waiting.done()
        web.kill()
        retried = waiting.result(timeout=SOON)

    assert Booking.objects.get().pk == retried


def hold_and_hang_up(salon: Salon) -> int:
    try:
        return hold(salon, visitor="sam").pk
    finally:
        connections.close_all()


def test_a_booking_that_was_killed_before_its_commit_is_still_the_draft(salon: Salon) -> None:
    draft = hold(salon)
    with stopped(lambda: submit(draft), at=Moment.BEFORE_COMMIT) as web:
        web.kill()

    draft.refresh_from_db()
    assert (draft.status, draft.revision, draft.customer) == (Booking.Status.CREATED, 1, None)
    assert told() == (0, 0, 0)
    assert set(Occupancy.objects.values_list("expires_at", flat=True)) == {draft.hold_expires_at}

    started = time.monotonic()
    booked = submit(draft)

    assert time.monotonic() - started < SOON
    assert (booked.pk, booked.status, booked.revision) == (draft.pk, Booking.Status.CONFIRMED, 2)
    assert told() == (1, 1, 1)
    assert set(Occupancy.objects.values_list("expires_at", flat=True)) == {None}


def test_a_booking_that_was_killed_after_its_commit_stands_and_is_told_once(salon: Salon) -> None:
    draft = hold(salon)
    with stopped(lambda: submit(draft), at=Moment.AFTER_COMMIT) as web:
        web.kill()

    stands = Booking.objects.get()
    assert (stands.status, stands.revision) == (Booking.Status.CONFIRMED, 2)

    again = submit(draft)

    assert (again.pk, again.reference, again.revision) == (stands.pk, draft.reference, 2)
    assert told() == (1, 1, 1)


def test_a_hold_that_was_killed_after_its_commit_is_let_go_by_the_next_tap(salon: Salon) -> None:
    """The browser never learnt of it; the same visitor taps again and gets the same time."""
    with stopped(lambda: hold(salon), at=Moment.AFTER_COMMIT) as web:
        web.kill()

    retried = hold(salon)

    live = Booking.objects.filter(hold_expires_at__gt=NOW)
    assert list(live.values_list("pk", flat=True)) == [retried.pk]
    assert set(Occupancy.objects.values_list("session_id", flat=True)) == {retried.session_id}
