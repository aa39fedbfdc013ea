"""What the worker tidies up by itself."""

from datetime import timedelta

import pytest

from apps.availability.models import Occupancy, Session
from apps.bookings.models import Booking
from apps.outbox.registry import all_periodic
from apps.outbox.worker import Worker
from apps.web.models import RateCounter
from tests.factories import NOW, make_booking, make_draft, make_salon

pytestmark = pytest.mark.django_db


def test_the_worker_knows_all_of_our_periodic_work() -> None:
    assert {work.name: work.every for work in all_periodic()} == {
        "outbox.forget_done": timedelta(hours=1),
        "availability.sweep_expired_holds": timedelta(seconds=30),
        "bookings.forget_abandoned_drafts": timedelta(minutes=10),
        "waitlists.lines": timedelta(seconds=20),
        "classes.minimums": timedelta(seconds=20),
        "bookings.unanswered": timedelta(seconds=20),
        "checkout.reconcile": timedelta(seconds=30),
        "checkout.authorized": timedelta(seconds=10),
        "checkout.final_cancellations": timedelta(seconds=10),
        "checkout.give_back": timedelta(seconds=30),
        "prepaid.plans": timedelta(seconds=30),
        "prepaid.forget_unpaid": timedelta(minutes=10),
        "checkout.refunds": timedelta(hours=1),
        "checkout.forget_abandoned_orders": timedelta(minutes=10),
        "customers.forget_sign_ins": timedelta(hours=1),
        "privacy.forget": timedelta(hours=1),
        "privacy.keep_to_periods": timedelta(hours=6),
        "web.forget_counters": timedelta(hours=1),
    }


def test_a_worker_sweeps_holds_that_ran_out_and_leaves_the_living() -> None:
    salon = make_salon()
    make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, visitor="sam")
    living = make_draft(
        service=salon.cut, starts_at=salon.at(26, 12), now=NOW + timedelta(minutes=9)
    )
    booked = make_booking(service=salon.cut, starts_at=salon.at(26, 15), now=NOW)

    Worker(clock=lambda: NOW + timedelta(minutes=11), name="one").run_periodic()

    assert set(Occupancy.objects.values_list("session_id", flat=True)) == {
        living.session_id,
        booked.session_id,
    }


def test_a_worker_forgets_drafts_and_counters_of_yesterday() -> None:
    salon = make_salon()
    make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, visitor="sam")
    booked = make_booking(service=salon.cut, starts_at=salon.at(26, 15), now=NOW)
    RateCounter.objects.create(key_hash="a", window_started_at=NOW, count=1)

    Worker(clock=lambda: NOW + timedelta(hours=49), name="one").run_periodic()

    assert list(Booking.objects.values_list("pk", flat=True)) == [booked.pk]
    assert list(Session.objects.values_list("pk", flat=True)) == [booked.session_id]
    assert RateCounter.objects.count() == 0
