"""Money on a card while the team decides, under fire: taken once or let go, never both (ADR 16)."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Actor
from apps.bookings.operations.errors import TimeNotKept
from apps.bookings.operations.transitions import record_transition
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, Refund, SandboxSession
from apps.checkout.operations import Act, authorizations
from apps.checkout.pricing import Way
from apps.checkout.providers.sandbox import Sandbox
from tests.factories import NOW, Salon, make_salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.races.killing import Moment, after, die, dies, stopped
from tests.races.storm import storm_of
from tests.races.test_money import attempt

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
ANSWERED = NOW + timedelta(minutes=30)
SETTLED = ANSWERED + timedelta(seconds=11)
CLIENTS = 16


@pytest.fixture
def salon() -> Salon:
    salon = make_salon(slug="juniper")
    salon.bridal.pays_online = True
    salon.bridal.deposit = 4000
    salon.bridal.save()
    return salon


@pytest.fixture
def request_(salon: Salon) -> Booking:
    """Carl's request; €40.00 of his are authorized."""
    draft = make_prepared(service=salon.bridal, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    draft.refresh_from_db()
    assert (draft.status, draft.authorized) == ("PENDING", 4000)
    return draft


@pytest.fixture
def payment(request_: Booking, salon: Salon) -> Payment:
    """What is to be taken: Olga has said yes."""
    bookings.confirm_request(
        booking_id=request_.pk, revision=request_.revision, by=salon.olga, now=ANSWERED
    )
    return Payment.objects.get()


def bank() -> tuple[int, int, int]:
    session = SandboxSession.objects.get()
    return session.authorized, session.captured, session.refunded


def take(_client: int, facts: dict[str, Any]) -> str:
    return attempt(checkout.capture_payment, payment_id=facts["payment"], now=SETTLED)


def test_what_many_workers_take_at_once_is_taken_once(payment: Payment) -> None:
    with storm_of(take, clients=CLIENTS) as storm:
        told = storm.round(payment=payment.pk)

    assert told == Counter({"done": CLIENTS})
    assert bank() == (0, 4000, 0)
    booking = Booking.objects.get()
    assert (booking.paid, booking.authorized, booking.payment_status) == (4000, 0, "PARTIALLY_PAID")
    call_command("check_ledger")


def take_or_cancel(client: int, facts: dict[str, Any]) -> str:
    """The worker takes the money while Carl cancels by his link."""
    if client:
        return take(client, facts)
    return attempt(
        bookings.cancel_booking,
        booking_id=facts["booking"],
        business_id=facts["business"],
        revision=facts["revision"],
        by=None,
        now=SETTLED,
    )


def test_who_cancels_while_it_is_taken_is_not_left_without_an_answer(
    payment: Payment, salon: Salon
) -> None:
    booking = Booking.objects.get()
    with storm_of(take_or_cancel, clients=CLIENTS) as storm:
        told = storm.round(
            payment=payment.pk,
            booking=booking.pk,
            business=salon.business.pk,
            revision=booking.revision,
        )
    for minutes in (1, 2, 3):
        at = SETTLED + timedelta(minutes=minutes)
        checkout.look_after_authorized(now=at)
        work(at)

    assert told["done"] + told["StaleRevision"] == CLIENTS
    booking.refresh_from_db()
    authorized, captured, refunded = bank()
    assert authorized == 0
    assert booking.paid == captured - refunded
    if captured == 0:
        assert booking.status == "CANCELED"
    call_command("check_ledger")


def answer(client: int, facts: dict[str, Any]) -> str:
    """Two of the team, several devices: half of them say yes, half say no."""
    verb = bookings.confirm_request if client % 2 else bookings.decline_request
    return attempt(
        verb,
        booking_id=facts["booking"],
        revision=facts["revision"],
        by=TeamMember.objects.get(pk=facts["olga"]),
        now=ANSWERED,
    )


def test_yes_and_no_at_once_are_one_answer_and_the_money_follows_it(
    request_: Booking, salon: Salon
) -> None:
    with storm_of(answer, clients=CLIENTS) as storm:
        told = storm.round(booking=request_.pk, revision=request_.revision, olga=salon.olga.pk)
    checkout.look_after_authorized(now=SETTLED)
    work(SETTLED)

    assert told == Counter({"done": 1, "StaleRevision": CLIENTS - 1})
    request_.refresh_from_db()
    said_yes = request_.status == "CONFIRMED"
    assert bank() == ((0, 4000, 0) if said_yes else (0, 0, 0))
    assert request_.paid == (4000 if said_yes else 0)
    call_command("check_ledger")


def answer_blindly(client: int, facts: dict[str, Any]) -> str:
    """What is left when nobody locks the booking nor looks at its revision."""

    def write() -> None:
        booking = Booking.objects.get(pk=facts["booking"])
        booking.revision, booking.status = facts["revision"], Booking.Status.PENDING
        yes = client % 2
        with transaction.atomic():
            record_transition(
                booking,
                action=BookingEvent.Action.CONFIRMED if yes else BookingEvent.Action.DECLINED,
                actor=Actor.of(TeamMember.objects.get(pk=facts["olga"])),
                now=ANSWERED,
                columns={"status": "CONFIRMED" if yes else "DECLINED"},
            )

    try:
        return attempt(write)
    except TimeNotKept:
        return "TimeNotKept"


@pytest.mark.long
def test_without_lock_and_look_the_database_still_keeps_one_answer(
    request_: Booking, salon: Salon
) -> None:
    """The law behind the rule: one_event_per_revision. A yes behind a no is refused by the recorder
    already, because the time is no longer kept; a no meets nothing but the database."""
    with storm_of(answer_blindly, clients=CLIENTS) as storm:
        told = storm.round(booking=request_.pk, revision=request_.revision, olga=salon.olga.pk)

    assert told["done"] == 1
    assert told["the database said no"] + told["TimeNotKept"] == CLIENTS - 1
    assert told["the database said no"] >= CLIENTS // 2 - 1
    assert BookingEvent.objects.filter(action__in=("CONFIRMED", "DECLINED")).count() == 1


def test_a_death_after_the_provider_took_it_is_written_down_by_the_next_look(
    payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Sandbox, "capture", after(Sandbox.capture))
        dies(lambda: checkout.capture_payment(payment_id=payment.pk, now=SETTLED))
    payment.refresh_from_db()
    assert (payment.status, bank()) == ("AUTHORIZED", (0, 4000, 0))

    checkout.look_after_authorized(now=SETTLED)
    work(SETTLED)

    booking = Booking.objects.get()
    assert (booking.status, booking.paid, booking.authorized) == ("CONFIRMED", 4000, 0)
    assert bank() == (0, 4000, 0)
    call_command("check_ledger")


def test_a_death_before_it_is_written_down_takes_nothing_twice(
    payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(authorizations, "apply_provider_state", die)
        dies(lambda: checkout.capture_payment(payment_id=payment.pk, now=SETTLED))

    checkout.look_after_authorized(now=SETTLED)
    work(SETTLED)
    checkout.look_after_authorized(now=SETTLED + timedelta(hours=1))
    work(SETTLED + timedelta(hours=1))

    assert bank() == (0, 4000, 0)
    assert Order.objects.get().payment_status == "PARTIALLY_PAID"
    call_command("check_ledger")


@pytest.mark.parametrize("moment", Moment)
def test_a_death_while_it_is_written_down_loses_and_doubles_nothing(
    payment: Payment, moment: Moment
) -> None:
    with stopped(
        lambda: checkout.capture_payment(payment_id=payment.pk, now=SETTLED), at=moment
    ) as worker:
        worker.kill()

    checkout.look_after_authorized(now=SETTLED + timedelta(minutes=1))
    work(SETTLED + timedelta(minutes=1))

    booking = Booking.objects.get()
    assert (booking.paid, booking.authorized) == (4000, 0)
    assert BookingEvent.objects.filter(action="CONFIRMED").count() == 1
    assert Refund.objects.count() == 0
    assert bank() == (0, 4000, 0)
    call_command("check_ledger")
