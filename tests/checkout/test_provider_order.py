"""Whatever happens at the provider, in whatever order we hear of it: its truth, once (rule M6)."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, SandboxSession
from apps.checkout.operations import Act, SessionOver
from apps.checkout.pricing import Way
from apps.checkout.providers import CaptureRefused
from apps.checkout.providers.sandbox import Sandbox
from apps.ledger.check import find_all
from apps.messages.models import Message
from tests.factories import NOW, Salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.often import often

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


@settings(max_examples=often(40))
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
            checkout.deliver_sandbox_event(
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
        pay_in_sandbox(payment, act, now=now)
    except SessionOver:
        assert act  # the bank refuses; nothing of ours has changed


def _refund_there(amount: int) -> None:
    session = SandboxSession.objects.get()
    if session.refunded + amount <= session.captured:
        session.refunded += amount
        session.save()


def _expect_the_truth(booking_id: int, *, now: Any) -> None:
    session, payment, order = (
        SandboxSession.objects.get(),
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


DECISIONS = st.one_of(
    STEPS,
    st.tuples(st.just("answer"), st.sampled_from(["confirm", "decline", "undo", "cancel"])),
    st.tuples(st.just("look"), st.integers(0, 15)),
    st.tuples(st.just("capture there"), st.just(0)),
    st.tuples(st.just("let go there"), st.just(0)),
    st.tuples(st.just("settle"), st.just(0)),
)


@settings(max_examples=often(60))
@given(steps=st.lists(DECISIONS, max_size=14))
@pytest.mark.long
def test_what_is_authorized_ends_as_the_team_and_the_provider_say(
    asking: Salon, steps: list[tuple[str, Any]]
) -> None:
    with transaction.atomic():
        _play_a_request(asking, steps)
        transaction.set_rollback(True)


def _play_a_request(salon: Salon, steps: list[tuple[str, Any]]) -> None:
    draft = make_prepared(service=salon.bridal, starts_at=salon.at(27, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    payment, now = Payment.objects.get(), NOW
    for step, what in [("act", Act.PAY_SILENTLY), *steps]:
        now += timedelta(seconds=1)
        if step == "act":
            _act(payment, what, now=now)
        elif step == "refund there":
            _refund_there(what)
        elif step == "tell":
            kind, number = what
            checkout.deliver_sandbox_event(
                ref=payment.provider_ref, kind=kind, event_id=f"evt_{number}", now=now
            )
        elif step == "wait":
            now += timedelta(minutes=what)
        else:
            now = _decide(salon, payment, step, what, now=now)
        _nothing_is_taken_without_a_yes()
    for _time in range(3):  # the last word of the provider, then of the team, then what follows
        now += timedelta(minutes=2)
        checkout.settle_payment(payment_id=payment.pk, now=now)
        checkout.look_after_authorized(now=now)
        work(now)
    _expect_the_decision(draft.pk, now=now)


def _decide(salon: Salon, payment: Payment, step: str, what: Any, *, now: datetime) -> datetime:
    if step == "answer":
        _answer(salon, what, now=now)
    elif step == "look":
        now += timedelta(seconds=what)
        checkout.look_after_authorized(now=now)
    elif step == "settle":
        checkout.settle_payment(payment_id=payment.pk, now=now)
    elif step == "work":
        work(now)
    elif step == "let go there":
        Sandbox().close(payment.provider_ref)
    elif step == "capture there" and Booking.objects.get().status == "CONFIRMED":
        _capture_there(payment)
    return now


def _answer(salon: Salon, what: str, *, now: datetime) -> None:
    verbs: dict[str, Any] = {
        "confirm": bookings.confirm_request,
        "decline": bookings.decline_request,
        "undo": bookings.undo_decision,
        "cancel": partial(bookings.cancel_booking, business_id=salon.business.pk),
    }
    booking = Booking.objects.get()
    try:
        verbs[what](booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=now)
    except (bookings.NotAllowed, bookings.TooLateToUndo):
        assert booking.status  # not the state for it; nothing has changed


def _capture_there(payment: Payment) -> None:
    """Somebody takes it on the provider's own pages."""
    try:
        Sandbox().capture(payment.provider_ref, key="by hand")
    except CaptureRefused:
        assert SandboxSession.objects.get().captured == 0


def _nothing_is_taken_without_a_yes() -> None:
    booking, session = Booking.objects.get(), SandboxSession.objects.get()
    said_yes = BookingEvent.objects.filter(action="CONFIRMED").exists()
    assert said_yes or session.captured == 0
    assert booking.authorized in {0, 4000}


def _expect_the_decision(booking_id: int, *, now: datetime) -> None:
    session, payment = SandboxSession.objects.get(), Payment.objects.get()
    booking = Booking.objects.get(pk=booking_id)
    assert (payment.captured, payment.refunded, payment.authorized) == (
        session.captured,
        session.refunded,
        session.authorized,
    )
    assert (payment.status == "AUTHORIZED") == (
        booking.status == "PENDING" and payment.authorized > 0
    )
    if booking.status == "CONFIRMED":
        assert session.authorized == 0
    if booking.status in {"DECLINED", "CANCELED"}:
        assert session.authorized == 0
        assert session.captured == session.refunded or booking.paid == 0 or _is_asked(booking)
    assert Message.objects.filter(booking_id=booking_id, kind="REQUESTED").count() <= 1
    assert list(find_all(business_id=None, now=now)) == []


def _is_asked(booking: Booking) -> bool:
    """Money of a booking that was cancelled by the team after it was taken waits for a decision."""
    return booking.status == "CANCELED" and booking.paid > 0
