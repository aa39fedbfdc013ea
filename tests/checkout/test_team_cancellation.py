"""The team cancels: all of the money back, by the policy, or nothing back (rule B35)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from apps.bookings import operations as bookings
from apps.bookings.cancellation import MoneyChoice
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, PlanPurchase, Refund
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import book_with_plan
from tests.factories.studio import Studio, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
DAY = 24 * 60
HALF = [[3 * DAY, 5_000, None]]
LATER = NOW + timedelta(seconds=11)


@pytest.fixture
def half(salon: Salon) -> Salon:
    """From three days before, cancelling costs half of the price."""
    salon.policy.fee_windows = HALF
    salon.policy.save()
    return salon


def paid(salon: Salon, way: Way = Way.FULL) -> Booking:
    """Carl's cut of €48.00 on Thursday, paid online."""
    booking = make_prepared(service=salon.cut, starts_at=salon.at(26, 12), now=NOW)
    check_out(booking, way, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    booking.refresh_from_db()
    mail.outbox.clear()
    return booking


def decide(salon: Salon, booking: Booking, choice: MoneyChoice, **said: Any) -> Booking:
    booking.refresh_from_db()
    given = {"reason": "Ana is ill", "seen_fee": 100_000, "now": NOW, **said}
    return checkout.cancel_as_decided(
        booking_id=booking.pk, revision=booking.revision, choice=choice, by=salon.olga, **given
    )


def clean() -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


def refunds() -> list[int]:
    return list(Refund.objects.order_by("pk").values_list("amount", flat=True))


@pytest.mark.parametrize(
    ("choice", "fee", "kept", "charged"),
    [
        (MoneyChoice.BACK, None, 0, 0),
        (MoneyChoice.POLICY, None, 2400, 2400),
        (MoneyChoice.POLICY, 1000, 1000, 1000),
        (MoneyChoice.KEEP, None, 4800, 0),
    ],
)
def test_what_the_page_told_is_what_is_done(
    half: Salon, choice: MoneyChoice, fee: int | None, kept: int, charged: int
) -> None:
    booking, back = paid(half), 4800 - kept

    decide(half, booking, choice, fee=fee)
    work(LATER)

    booking.refresh_from_db()
    assert (booking.paid, booking.returned, booking.cancellation_fee) == (kept, back, charged)
    assert refunds() == ([back] if back else [])
    assert (Order.objects.get().kept_at is not None) == (kept > 0)
    assert clean()


def test_the_customer_reads_what_stays_and_what_comes_back(half: Salon) -> None:
    booking = paid(half)

    decide(half, booking, MoneyChoice.POLICY)
    work(LATER)

    (told,) = [it for it in mail.outbox if it.subject.startswith("Cancelled")]
    assert "Juniper Hair writes: Ana is ill" in told.body
    assert "€24.00 is refunded the way you paid." in told.body
    assert "€24.00 stays with Juniper Hair." in told.body


def test_history_keeps_the_fee_and_the_reason(half: Salon) -> None:
    booking = paid(half)

    decide(half, booking, MoneyChoice.POLICY, fee=1000, reason="A regular")

    line = booking.history.get(action="CANCELED")
    assert (line.reason, line.before["cancellation_fee"], line.after["cancellation_fee"]) == (
        "A regular",
        0,
        1000,
    )


@pytest.mark.parametrize(
    ("choice", "fee"),
    [(MoneyChoice.BACK, None), (MoneyChoice.POLICY, 2399), (MoneyChoice.KEEP, None)],
)
def test_whoever_decides_otherwise_than_the_policy_says_why(
    half: Salon, choice: MoneyChoice, fee: int | None
) -> None:
    booking = paid(half)

    with pytest.raises(checkout.ReasonMissing):
        decide(half, booking, choice, fee=fee, reason=" ")

    booking.refresh_from_db()
    assert (booking.status, booking.paid) == ("CONFIRMED", 4800)


def test_as_the_policy_says_needs_no_reason(half: Salon) -> None:
    booking = paid(half)

    assert decide(half, booking, MoneyChoice.POLICY, reason="").status == "CANCELED"


def test_all_of_it_goes_back_without_a_reason_while_cancelling_is_free(salon: Salon) -> None:
    booking = paid(salon)

    assert decide(salon, booking, MoneyChoice.BACK, reason="").status == "CANCELED"


def test_a_fee_is_not_raised(half: Salon) -> None:
    booking = paid(half)

    with pytest.raises(checkout.FeeTooHigh) as refused:
        decide(half, booking, MoneyChoice.POLICY, fee=2401)

    assert refused.value.most == 2400


def test_nobody_is_charged_more_than_the_page_said(half: Salon) -> None:
    booking = paid(half)

    with pytest.raises(bookings.StaleRevision):
        decide(half, booking, MoneyChoice.POLICY, seen_fee=0)


def test_a_deposit_below_the_fee_stays_and_the_rest_is_owed(half: Salon) -> None:
    booking = paid(half, Way.DEPOSIT)

    decide(half, booking, MoneyChoice.POLICY)

    booking.refresh_from_db()
    assert (booking.paid, booking.cancellation_fee, refunds()) == (2000, 2400, [])
    assert clean()


def test_cash_is_handed_over_by_the_team(half: Salon) -> None:
    booking = make_booking(service=half.cut, starts_at=half.at(26, 10), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=half.olga, now=NOW)

    decide(half, booking, MoneyChoice.POLICY)

    refund = Refund.objects.get()
    assert (refund.amount, refund.status, refund.is_external) == (2400, "DONE", True)
    assert clean()


@pytest.mark.parametrize(
    ("choice", "windows", "left"),
    [
        (MoneyChoice.POLICY, [], 10),
        (MoneyChoice.POLICY, [[7 * DAY, 10_000, None]], 9),
        (MoneyChoice.BACK, [[7 * DAY, 10_000, None]], 10),
        (MoneyChoice.KEEP, [], 9),
    ],
)
def test_a_visit_goes_back_or_stays_used(
    studio: Studio,
    purchase: PlanPurchase,
    choice: MoneyChoice,
    windows: list[list[int | None]],
    left: int,
) -> None:
    studio.policy.fee_windows = windows
    studio.policy.save()
    booking = book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)

    checkout.cancel_as_decided(
        booking_id=booking.pk,
        revision=booking.revision,
        choice=choice,
        reason="Ana is ill",
        by=studio.olga,
        now=NOW,
        seen_fee=100_000,
    )
    checkout.return_lost_credits(now=NOW + timedelta(hours=1))

    purchase.refresh_from_db()
    assert purchase.balance == left
    assert clean()
