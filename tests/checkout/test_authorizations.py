"""Held on card now, taken after a yes, let go after a no (ADR 16)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, Refund, SandboxSession
from apps.checkout.operations import Act, NotOwed
from apps.checkout.pricing import Way
from apps.checkout.providers import ProviderPayment
from apps.checkout.providers.sandbox import Sandbox
from apps.checkout.queries.offers import offer_of
from apps.ledger.check import find_all
from apps.messages.models import Message
from apps.outbox.models import OutboxItem
from tests.factories import NOW, Salon
from tests.factories.money import ORIGIN, check_out, make_prepared, pay_in_sandbox, work

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
LATER = NOW + timedelta(minutes=1)
ANSWERED = NOW + timedelta(minutes=30)
SETTLED = ANSWERED + timedelta(seconds=11)


@pytest.fixture
def draft(asking: Salon) -> Booking:
    return make_prepared(service=asking.bridal, starts_at=asking.at(26, 10), now=NOW)


@pytest.fixture
def request_(draft: Booking) -> Booking:
    """Carl's request with €40.00 authorized."""
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()
    return draft


def state() -> tuple[str, str, str, str]:
    """Status and payment status of the one booking, of its order, of its last payment."""
    booking, order = Booking.objects.earliest("pk"), Order.objects.earliest("pk")
    payment = order.payments.latest("pk")
    return booking.status, booking.payment_status, order.payment_status, payment.status


def bank() -> tuple[str, int, int]:
    session = SandboxSession.objects.latest("pk")
    return session.state, session.authorized, session.captured


def answer(verb: Any, salon: Salon, *, at: datetime = ANSWERED, **more: Any) -> Booking:
    booking = Booking.objects.earliest("pk")
    answered: Booking = verb(
        booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=at, **more
    )
    return answered


def look(at: datetime) -> int:
    found = checkout.look_after_authorized(now=at)
    work(at)
    return found


def clean(at: datetime) -> bool:
    return list(find_all(business_id=None, now=at)) == []


def test_both_ways_to_pay_online_are_offered_although_somebody_has_to_say_yes(
    draft: Booking,
) -> None:
    assert offer_of(booking=draft, now=NOW).ways == (Way.DEPOSIT, Way.FULL)


def test_a_provider_that_cannot_authorize_money_is_not_offered(
    draft: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sandbox, "can_authorize", False)
    assert offer_of(booking=draft, now=NOW).ways == (Way.IN_PERSON,)

    with override_settings(PAYMENT_PROVIDER=""):
        assert offer_of(booking=draft, now=NOW).ways == (Way.IN_PERSON,)


def test_what_is_authorized_makes_a_request_and_counts_as_nothing(request_: Booking) -> None:
    assert state() == ("PENDING", "NOT_PAID", "PENDING", "AUTHORIZED")
    assert (request_.paid, request_.authorized) == (0, 4000)
    assert Order.objects.get().status == "APPROVED"
    assert bank() == ("AUTHORIZED", 4000, 0)
    assert Message.objects.filter(kind="REQUESTED").count() == 1
    assert clean(LATER)


def test_nothing_is_taken_while_nobody_has_answered(request_: Booking) -> None:
    assert look(ANSWERED) == 0

    assert bank() == ("AUTHORIZED", 4000, 0)


def test_after_a_yes_it_is_taken(request_: Booking, asking: Salon) -> None:
    answer(bookings.confirm_request, asking)

    assert look(SETTLED) == 1

    assert state() == ("CONFIRMED", "PARTIALLY_PAID", "PARTIALLY_PAID", "PAID")
    assert bank() == ("PAID", 0, 4000)
    booking = Booking.objects.get()
    assert (booking.paid, booking.authorized) == (4000, 0)
    assert BookingEvent.objects.filter(action="PAID").count() == 1
    assert clean(SETTLED)


def test_all_of_it_may_be_authorized_and_taken(draft: Booking, asking: Salon) -> None:
    check_out(draft, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    answer(bookings.confirm_request, asking)
    look(SETTLED)

    assert state() == ("CONFIRMED", "PAID", "PAID", "PAID")


@pytest.mark.parametrize("seconds", [0, 5, 9])
def test_a_yes_that_may_still_be_taken_back_takes_nothing(
    request_: Booking, asking: Salon, seconds: int
) -> None:
    answer(bookings.confirm_request, asking)
    at = ANSWERED + timedelta(seconds=seconds)
    assert look(at) == 0
    answer(bookings.undo_decision, asking, at=at)

    assert bank() == ("AUTHORIZED", 4000, 0)
    assert clean(at)


def test_a_yes_that_was_taken_back_and_became_a_no_lets_go(
    request_: Booking, asking: Salon
) -> None:
    answer(bookings.confirm_request, asking)
    answer(bookings.undo_decision, asking, at=ANSWERED + timedelta(seconds=5))
    answer(bookings.decline_request, asking, at=ANSWERED + timedelta(seconds=6))
    assert look(SETTLED) == 0

    assert look(SETTLED + timedelta(seconds=6)) == 1

    assert state() == ("DECLINED", "NOT_PAID", "NOT_PAID", "CANCELED")
    assert bank() == ("CANCELED", 0, 0)
    assert Booking.objects.get().authorized == 0
    assert not Refund.objects.exists()
    assert clean(SETTLED)


def test_a_request_that_its_customer_cancels_lets_go(request_: Booking, asking: Salon) -> None:
    answer_by_customer(request_)

    look(SETTLED)

    assert state() == ("CANCELED", "NOT_PAID", "NOT_PAID", "CANCELED")
    assert bank() == ("CANCELED", 0, 0)
    assert clean(SETTLED)


def answer_by_customer(booking: Booking) -> None:
    booking.refresh_from_db()
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=None,
        now=ANSWERED,
    )


def test_a_booking_that_is_cancelled_before_it_was_taken_lets_go(
    request_: Booking, asking: Salon
) -> None:
    answer(bookings.confirm_request, asking, at=LATER)
    checkout.look_after_authorized(now=SETTLED)
    answer(bookings.cancel_booking, asking, business_id=asking.business.pk)
    work(SETTLED)
    assert bank() == ("AUTHORIZED", 4000, 0)  # the item to take it came too late, and did nothing

    look(SETTLED + timedelta(seconds=11))

    assert state() == ("CANCELED", "NOT_PAID", "NOT_PAID", "CANCELED")
    assert bank() == ("CANCELED", 0, 0)


def test_what_was_taken_the_moment_it_was_cancelled_goes_back(
    request_: Booking, asking: Salon
) -> None:
    answer(bookings.confirm_request, asking)
    Sandbox().capture(Payment.objects.get().provider_ref, key="capture-1")
    answer(bookings.cancel_booking, asking, business_id=asking.business.pk)
    checkout.settle_payment(payment_id=Payment.objects.get().pk, now=SETTLED)
    work(SETTLED)

    assert SandboxSession.objects.get().refunded == 4000
    assert clean(SETTLED)


def test_an_amount_the_bank_let_go_leaves_the_booking_and_can_be_paid_by_the_link(
    request_: Booking, asking: Salon
) -> None:
    late = NOW + timedelta(days=1)
    SandboxSession.objects.update(state="LAPSED", authorized=0)
    answer(bookings.confirm_request, asking, at=late)
    look(late + timedelta(seconds=11))

    assert state() == ("CONFIRMED", "NOT_PAID", "NOT_PAID", "FAILED")
    words = "The bank no longer holds the amount."
    assert Payment.objects.get().failure == words
    assert Booking.objects.get().authorized == 0
    assert clean(late + timedelta(hours=2))

    for status in ("PARTIALLY_PAID", "PAID"):  # what was let go first, then the rest
        url = pay_balance(late)
        pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=late)
        work(late)
        assert url.startswith("/practice/")
        assert state() == ("CONFIRMED", status, status, "PAID")


def test_a_capture_that_is_refused_fails_in_words(
    request_: Booking, asking: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(bookings.confirm_request, asking)
    fetch = Sandbox.fetch

    def fetch_and_lapse(self: Sandbox, ref: str, *, now: datetime) -> Any:
        told = fetch(self, ref, now=now)
        SandboxSession.objects.update(state="LAPSED", authorized=0)
        return told

    monkeypatch.setattr(Sandbox, "fetch", fetch_and_lapse)
    look(SETTLED)

    assert state() == ("CONFIRMED", "NOT_PAID", "NOT_PAID", "FAILED")
    assert clean(SETTLED)


def test_the_bank_is_asked_once_a_day_about_a_request_that_waits(request_: Booking) -> None:
    days = [NOW + timedelta(days=1, minutes=5), NOW + timedelta(days=8)]
    SandboxSession.objects.update(expires_at=NOW)

    found = [look(day) for day in (days[0], days[0] + timedelta(seconds=10), days[1])]

    assert found == [1, 1, 1]
    assert OutboxItem.objects.filter(key__startswith="aside:").count() == 2
    assert state() == ("PENDING", "NOT_PAID", "NOT_PAID", "FAILED")
    assert clean(days[1])


def pay_balance(at: datetime) -> str:
    booking = Booking.objects.earliest("pk")
    return checkout.pay_balance(
        booking_id=booking.pk, business_id=booking.business_id, origin=ORIGIN, now=at
    )


def test_no_money_is_taken_by_the_link_before_a_yes(request_: Booking, asking: Salon) -> None:
    with pytest.raises(NotOwed):
        pay_balance(LATER)

    answer(bookings.confirm_request, asking)
    pay_balance(SETTLED)

    assert Payment.objects.latest("pk").amount == 8000


def test_in_person_the_rest_is_what_is_not_authorized(request_: Booking, asking: Salon) -> None:
    payment = answer_money(request_, asking)
    answer(bookings.confirm_request, asking)
    look(SETTLED)

    assert payment.amount == 8000
    assert state()[:3] == ("CONFIRMED", "PAID", "PAID")
    assert Booking.objects.get().paid == 12000
    assert not Refund.objects.exists()


def answer_money(booking: Booking, salon: Salon) -> Payment:
    booking.refresh_from_db()
    return checkout.mark_paid(
        booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER
    )


def test_a_time_that_was_lost_meanwhile_is_let_go_declined_and_told(
    draft: Booking, asking: Salon
) -> None:
    over = NOW + timedelta(minutes=40)
    check_out(draft, Way.DEPOSIT, now=NOW)
    SandboxSession.objects.update(expires_at=over + timedelta(minutes=5))
    other = make_prepared(
        service=asking.bridal, starts_at=asking.at(26, 10), now=over, email="eva@example.com"
    )
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=over)
    work(over)
    work(over)

    assert state() == ("DECLINED", "NOT_PAID", "NOT_PAID", "CANCELED")
    told = Message.objects.get(booking__status="DECLINED")
    assert (told.kind, told.to_address, told.status) == ("DECLINED", "carl@example.com", "SENT")
    assert bank() == ("CANCELED", 0, 0)
    assert Order.objects.get().status == "INITIALIZED"
    assert other.status == "CREATED"
    assert clean(over)


def test_of_two_ways_in_two_tabs_the_first_one_stays(draft: Booking) -> None:
    check_out(draft, Way.DEPOSIT, now=NOW)
    with pytest.raises(checkout.PaymentUnderWay):
        check_out(draft, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)

    assert SandboxSession.objects.get().state == "AUTHORIZED"
    assert Booking.objects.get().authorized == 4000
    assert clean(LATER)


def test_an_answer_that_left_before_does_not_open_it_again(request_: Booking) -> None:
    payment = Payment.objects.get()
    stale = ProviderPayment(4000, "EUR", 0, 0, is_open=True)

    checkout.apply_provider_state(payment_id=payment.pk, state=stale, now=LATER)

    assert state() == ("PENDING", "NOT_PAID", "PENDING", "AUTHORIZED")
    assert clean(LATER)


def test_the_ledger_misses_a_decision_that_nobody_carried_out(
    request_: Booking, asking: Salon
) -> None:
    answer(bookings.confirm_request, asking)
    payment = Payment.objects.get()

    soon = list(find_all(business_id=None, now=ANSWERED + timedelta(minutes=59)))
    late = list(find_all(business_id=None, now=ANSWERED + timedelta(minutes=61)))

    assert [it for it in soon if it.rule == "authorized_is_decided"] == []
    assert [it.where for it in late if it.rule == "authorized_is_decided"] == [
        f"payment {payment.pk}"
    ]


def test_the_ledger_sees_a_booking_that_tells_of_another_amount(request_: Booking) -> None:
    Booking.objects.update(authorized=1)

    found = [it.rule for it in find_all(business_id=None, now=LATER)]

    assert found == ["booking_and_order_agree"]
