"""Nobody came: the last window of the frozen policy is charged, once (rule B40)."""

from datetime import timedelta

import pytest
from django.core import mail

from apps.bookings import operations as bookings
from apps.bookings.cancellation import MoneyChoice
from apps.bookings.models import Attendance, Booking
from apps.bookings.queries.cancelling import cancelled_by_policy
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.classes import operations as classes
from apps.ledger.check import find_all
from apps.privacy import operations as privacy
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.factories.studio import Studio, join, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
DAY = 24 * 60
WINDOWS = [[3 * DAY, 2_500, None], [60, 5_000, None]]
"""A quarter from three days before, half in the last hour."""
TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def half(salon: Salon) -> Salon:
    salon.policy.fee_windows = WINDOWS
    salon.policy.save()
    return salon


@pytest.fixture
def missed(half: Salon) -> Booking:
    """Carl's cut of €48.00 on Thursday, to be paid at the salon."""
    booking = make_booking(service=half.cut, starts_at=half.at(26, 10), now=NOW)
    work(NOW)
    mail.outbox.clear()
    booking.refresh_from_db()
    return booking


def mark(salon: Salon, booking: Booking, *, fee: int | None = None, reason: str = "") -> Booking:
    booking.refresh_from_db()
    return checkout.mark_no_show(
        booking_id=booking.pk,
        revision=booking.revision,
        by=salon.olga,
        now=booking.starts_at + TEN_MINUTES,
        fee=fee,
        reason=reason,
    )


@pytest.mark.parametrize("fee", ["waived", "never charged"])
def test_what_was_missed_goes_to_no_other_time_until_that_is_taken_back(
    half: Salon, missed: Booking, fee: str
) -> None:
    """Seen to fail: once its fee was waived it could be moved, and its new time cost nothing."""
    later = missed.starts_at + TEN_MINUTES
    marked = mark(half, missed, fee=None if fee == "waived" else 0, reason="A regular")
    if fee == "waived":
        marked = checkout.waive_fee(
            booking_id=missed.pk, revision=marked.revision, reason="Ill", by=half.olga, now=later
        )

    with pytest.raises(bookings.CannotMove):
        move(half, missed)

    take_back(half, missed)
    assert move(half, missed).starts_at == half.at(27, 14)
    missed.refresh_from_db()
    assert (missed.cancellation_fee, missed.payment_status) == (0, "NOT_PAID")
    assert {it.bill for it in Order.objects.all()} <= {4800}
    assert clean(missed)


def move(salon: Salon, booking: Booking) -> Booking:
    booking.refresh_from_db()
    return bookings.move_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        starts_at=salon.at(27, 14),
        resource_id=None,
        by=salon.olga,
        now=booking.starts_at + TEN_MINUTES,
    )


def take_back(salon: Salon, booking: Booking) -> Booking:
    booking.refresh_from_db()
    return checkout.take_no_show_back(
        booking_id=booking.pk,
        revision=booking.revision,
        by=salon.olga,
        now=booking.starts_at + TEN_MINUTES,
    )


def stands(booking: Booking) -> tuple[int, int, str]:
    """The fee, what the order asks for, and how it is paid."""
    booking.refresh_from_db()
    return booking.cancellation_fee, Order.objects.get(booking=booking).bill, booking.payment_status


def clean(booking: Booking) -> bool:
    return list(find_all(business_id=None, now=booking.starts_at + TEN_MINUTES)) == []


def test_it_costs_what_the_last_window_says(half: Salon, missed: Booking) -> None:
    mark(half, missed)

    assert stands(missed) == (2400, 2400, "NOT_PAID")
    assert [it.state for it in missed.attendance.all()] == ["NO_SHOW"]
    assert missed.history.latest("pk").action == "NO_SHOW"
    assert clean(missed)


def test_it_is_raised_once(half: Salon, missed: Booking) -> None:
    mark(half, missed)

    with pytest.raises(bookings.NotAllowed):
        mark(half, missed)


def test_before_it_begins_nobody_has_missed_it(half: Salon, missed: Booking) -> None:
    with pytest.raises(checkout.NotBegun):
        checkout.mark_no_show(
            booking_id=missed.pk,
            revision=missed.revision,
            by=half.olga,
            now=missed.starts_at - timedelta(seconds=1),
        )


def test_taken_back_there_is_no_fee(half: Salon, missed: Booking) -> None:
    mark(half, missed)
    take_back(half, missed)

    assert stands(missed) == (0, 4800, "NOT_PAID")
    assert not Attendance.objects.exists()
    assert clean(missed)
    with pytest.raises(bookings.NotAllowed):
        take_back(half, missed)


def test_what_was_paid_of_it_counts_towards_the_price_again(half: Salon, missed: Booking) -> None:
    mark(half, missed)
    missed.refresh_from_db()
    checkout.mark_paid(
        booking_id=missed.pk, revision=missed.revision, by=half.olga, now=missed.starts_at
    )
    assert stands(missed) == (2400, 2400, "PAID")

    take_back(half, missed)

    assert stands(missed) == (0, 4800, "PARTIALLY_PAID")
    assert clean(missed)


def test_whoever_charges_less_says_why(half: Salon, missed: Booking) -> None:
    with pytest.raises(checkout.ReasonMissing):
        mark(half, missed, fee=1000)
    with pytest.raises(checkout.FeeTooHigh):
        mark(half, missed, fee=2401)

    mark(half, missed, fee=1000, reason="Her train was late")

    assert stands(missed) == (1000, 1000, "NOT_PAID")


def test_without_a_fee_the_order_stays_as_it_is(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)

    mark(salon, booking)

    assert stands(booking) == (0, 4800, "PAID")
    assert clean(booking)


def test_what_was_paid_counts_and_the_rest_of_it_is_for_the_team_to_give_back(half: Salon) -> None:
    booking = make_prepared(service=half.cut, starts_at=half.at(26, 12), now=NOW)
    check_out(booking, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    mark(half, booking)
    assert stands(booking) == (2400, 2400, "PAID")

    checkout.refund_order(
        booking_id=booking.pk,
        amount=2400,
        seen_refunded=0,
        reason="",
        by=half.olga,
        now=booking.starts_at + TEN_MINUTES,
    )

    booking.refresh_from_db()
    assert (booking.paid, booking.returned, booking.payment_status) == (2400, 0, "PAID")
    assert clean(booking)


def test_the_customer_hears_of_it_after_ten_minutes(half: Salon, missed: Booking) -> None:
    mark(half, missed)
    work(missed.starts_at + TEN_MINUTES + timedelta(minutes=9))
    assert mail.outbox == []

    work(missed.starts_at + TEN_MINUTES + timedelta(minutes=11))

    (told,) = mail.outbox
    assert told.subject.startswith("Please pay: ")
    assert "We missed you at this time." in told.body
    assert "€24.00 is still to be paid to Juniper Hair." in told.body


def test_taken_back_in_time_nobody_hears_of_it(half: Salon, missed: Booking) -> None:
    mark(half, missed)
    take_back(half, missed)

    work(missed.starts_at + timedelta(hours=1))

    assert mail.outbox == []


def test_a_late_cancellation_came_first(half: Salon, missed: Booking) -> None:
    half.policy.refresh_from_db()
    checkout.cancel_as_decided(
        booking_id=missed.pk,
        revision=missed.revision,
        choice=MoneyChoice.POLICY,
        reason="",
        by=half.olga,
        now=NOW,
        seen_fee=1200,
    )
    assert stands(missed)[:2] == (1200, 1200)

    with pytest.raises(bookings.NotAllowed):
        mark(half, missed)


@pytest.mark.parametrize(
    ("choice", "fee"), [(MoneyChoice.POLICY, 1000), (MoneyChoice.BACK, 0), (MoneyChoice.KEEP, 0)]
)
def test_a_no_show_came_first_and_the_team_decides_about_its_fee(
    half: Salon, missed: Booking, choice: MoneyChoice, fee: int
) -> None:
    mark(half, missed, fee=1000, reason="Her train was late")
    missed.refresh_from_db()

    checkout.cancel_as_decided(
        booking_id=missed.pk,
        revision=missed.revision,
        choice=choice,
        reason="Never mind",
        by=half.olga,
        now=missed.starts_at + TEN_MINUTES,
        seen_fee=1000,
    )

    missed.refresh_from_db()
    assert (missed.status, missed.cancellation_fee) == ("CANCELED", fee)
    assert Order.objects.get().fee == (fee or None)
    assert clean(missed)


def test_a_no_show_that_was_waived_is_charged_by_no_cancellation(
    half: Salon, missed: Booking
) -> None:
    mark(half, missed, fee=0, reason="Her train was late")
    missed.refresh_from_db()

    checkout.cancel_as_decided(
        booking_id=missed.pk,
        revision=missed.revision,
        choice=MoneyChoice.POLICY,
        reason="",
        by=half.olga,
        now=missed.starts_at + TEN_MINUTES,
        seen_fee=2400,
    )

    missed.refresh_from_db()
    assert (missed.status, missed.cancellation_fee) == ("CANCELED", 0)


def test_what_was_missed_goes_to_no_other_time(half: Salon, missed: Booking) -> None:
    mark(half, missed)
    missed.refresh_from_db()

    with pytest.raises(bookings.CannotMove):
        bookings.move_booking(
            booking_id=missed.pk,
            business_id=missed.business_id,
            revision=missed.revision,
            starts_at=half.at(27, 10),
            resource_id=None,
            by=half.olga,
            now=missed.starts_at + TEN_MINUTES,
        )


@pytest.fixture
def party(studio: Studio) -> Booking:
    """Two places at €18.00 in Friday's class; not to come costs half."""
    studio.policy.fee_windows = WINDOWS
    studio.policy.save()
    return join(make_session(studio, starts_at=studio.at(27, 18)), people=2)


def tap(studio: Studio, party: Booking, seat: int, state: str = "", *, early: bool = False) -> None:
    checkout.mark_attendance(
        session_id=party.session_id or 0,
        reference=party.reference,
        seat=seat,
        state=Attendance.State(state) if state else None,
        by=studio.olga,
        now=party.starts_at + (-TEN_MINUTES if early else TEN_MINUTES),
    )


def test_on_the_roster_it_counts_once_nobody_has_come(studio: Studio, party: Booking) -> None:
    tap(studio, party, 0, "NO_SHOW")
    party.refresh_from_db()
    assert party.cancellation_fee == 0

    tap(studio, party, 1, "NO_SHOW")
    tap(studio, party, 1, "NO_SHOW")

    party.refresh_from_db()
    fee = (party.price or 0) // 2
    assert fee > 0
    assert stands(party)[:2] == (fee, fee)
    assert party.history.filter(action="NO_SHOW").count() == 1
    assert clean(party)


@pytest.mark.parametrize("state", ["", "HERE"])
def test_on_the_roster_one_who_came_after_all_takes_it_back(
    studio: Studio, party: Booking, state: str
) -> None:
    tap(studio, party, 0, "NO_SHOW")
    tap(studio, party, 1, "NO_SHOW")

    tap(studio, party, 0, state)

    assert stands(party)[:2] == (0, party.price)
    assert clean(party)


def test_a_mark_before_it_begins_charges_nobody(studio: Studio, party: Booking) -> None:
    for seat in range(2):
        tap(studio, party, seat, "NO_SHOW", early=True)

    party.refresh_from_db()
    assert party.cancellation_fee == 0


def test_somebody_else_is_not_on_the_list(studio: Studio, party: Booking) -> None:
    with pytest.raises(classes.NotOnTheList):
        tap(studio, party, 2, "NO_SHOW")


def test_the_letter_offers_no_change_of_what_was_missed(half: Salon, missed: Booking) -> None:
    mark(half, missed)
    work(missed.starts_at + 2 * TEN_MINUTES)

    (told,) = [it for it in mail.outbox if it.to == ["carl@example.com"]]
    assert "Questions? Call" in told.body
    assert "To change or cancel" not in told.body


def test_nobody_is_charged_who_was_erased(half: Salon, missed: Booking) -> None:
    after = missed.ends_at + TEN_MINUTES
    privacy.erase_mailbox(business_id=half.business.pk, email="carl@example.com", now=after)
    missed.refresh_from_db()

    assert cancelled_by_policy(booking=missed, now=after).fee == 0
    checkout.mark_no_show(booking_id=missed.pk, revision=missed.revision, by=half.olga, now=after)

    missed.refresh_from_db()
    assert missed.cancellation_fee == 0
    assert not Order.objects.filter(booking=missed, fee__isnull=False).exists()
    assert list(find_all(business_id=None, now=after)) == []
