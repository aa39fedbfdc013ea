"""Whatever happens at the provider, in whatever order we hear of it: its truth, once (N089)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.bookings.models import Booking, BookingEvent
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, PracticeSession
from apps.checkout.operations import Act, SessionOver
from apps.checkout.pricing import Way
from apps.dashboard.management.commands.check_ledger import find_all
from apps.messages.models import Message
from tests.factories import NOW, Salon
from tests.factories.money import check_out, make_prepared, pay_at_practice, work

pytestmark = pytest.mark.django_db

STEPS = st.one_of(
    st.tuples(st.just("act"), st.sampled_from([Act.PAY_SILENTLY, Act.DECLINE, Act.CANCEL])),
    st.tuples(st.just("refund there"), st.integers(1, 2500)),
    st.tuples(
        st.just("tell"),
        st.tuples(
            st.sampled_from(["created", "succeeded", "failed", "refunded"]), st.integers(0, 3)
        ),
    ),
    st.tuples(st.just("work"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 300)),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, max_size=12))
def test_the_end_is_the_provider_s_truth(salon: Salon, steps: list[tuple[str, Any]]) -> None:
    with transaction.atomic():
        _play(salon, steps)
        transaction.set_rollback(True)


def _play(salon: Salon, steps: list[tuple[str, Any]]) -> None:
    draft = make_prepared(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    payment, now = Payment.objects.get(), NOW
    for step, what in steps:
        now += timedelta(seconds=1)
        if step == "act":
            _act(payment, what, now=now)
        elif step == "refund there":
            _refund_there(what)
        elif step == "tell":
            kind, number = what
            checkout.tell_of_practice(
                ref=payment.provider_ref, kind=kind, event_id=f"evt_{number}", now=now
            )
        elif step == "work":
            work(now)
        else:
            now += timedelta(minutes=what)
    now += timedelta(minutes=2)
    checkout.settle_payment(payment_id=payment.pk, now=now)
    work(now)
    _expect_the_truth(draft.pk, now=now)


def _act(payment: Payment, act: Act, *, now: Any) -> None:
    try:
        pay_at_practice(payment, act, now=now)
    except SessionOver:
        assert act  # the bank refuses; nothing of ours has changed


def _refund_there(amount: int) -> None:
    session = PracticeSession.objects.get()
    if session.refunded + amount <= session.captured:
        session.refunded += amount
        session.save()


def _expect_the_truth(booking_id: int, *, now: Any) -> None:
    session, payment, order = (
        PracticeSession.objects.get(),
        Payment.objects.get(),
        Order.objects.get(),
    )
    booking = Booking.objects.get()
    assert (payment.captured, payment.refunded) == (session.captured, session.refunded)
    assert (booking.status == "CONFIRMED") == (session.captured > 0)
    assert (order.status == "APPROVED") == (session.captured > 0)
    booked = BookingEvent.objects.filter(booking_id=booking_id, action="BOOKED").count()
    told = Message.objects.filter(booking_id=booking_id, kind="BOOKED").count()
    assert (booked, told) == ((1, 1) if session.captured else (0, 0))
    assert list(find_all(business_id=None, now=now)) == []
