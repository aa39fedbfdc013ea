"""What customers cancel themselves: kept for ten minutes, taken back, or final with its money
(rules B33, B34, M33)."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.core import mail
from hypothesis import given, settings
from hypothesis import strategies as some

from apps.availability.models import Occupancy, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import SlotGone
from apps.bookings.policy import Reason
from apps.checkout import operations as checkout
from apps.checkout.models import CreditEntry, Order, Payment, PlanPurchase, Refund
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.checkout.states import settle_cancelled
from apps.ledger.check import find_all
from apps.messages.models import Message
from tests.factories import NOW, Salon, make_booking, make_draft, make_request
from tests.factories.bookings import cancel_as_customer
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import book_with_plan, make_plan, make_purchase
from tests.factories.studio import Studio, join, make_session

pytestmark = pytest.mark.django_db
DAY = 24 * 60
HALF = [[3 * DAY, 5_000, None], [60, 10_000, None]]
"""Half of the price from three days before, all of it in the last hour."""
TEN_MINUTES = timedelta(minutes=10)


def with_windows(salon: Salon, windows: list[list[int | None]] = HALF) -> Salon:
    salon.policy.fee_windows = windows
    salon.policy.cancel_until_minutes = 0
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


def cancel(booking: Booking, *, at: datetime = NOW, seen_fee: int = 100_000) -> Booking:
    return cancel_as_customer(booking, fee=seen_fee, now=at)


def undo(booking: Booking, *, at: datetime) -> Booking:
    booking.refresh_from_db()
    return bookings.undo_cancellation(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        now=at,
    )


def finish(at: datetime) -> int:
    done = checkout.finish_cancellations(now=at)
    work(at)
    return done


def clean(at: datetime = NOW) -> bool:
    return list(find_all(business_id=None, now=at)) == []


def refunds() -> list[int]:
    return list(Refund.objects.order_by("pk").values_list("amount", flat=True))


def test_for_ten_minutes_nobody_else_gets_the_time(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    cancelled = cancel(booking)

    assert (cancelled.status, cancelled.hold_expires_at) == ("CANCELED", NOW + TEN_MINUTES)
    tap = partial(
        make_draft,
        service=salon.cut,
        starts_at=salon.at(26, 10),
        visitor="sam",
        resource_id=booking.resource_id,
    )
    with pytest.raises(SlotGone):
        tap(now=NOW + TEN_MINUTES - timedelta(seconds=1))
    assert clean()
    assert tap(now=NOW + TEN_MINUTES).starts_at == booking.starts_at


def test_an_undo_brings_all_of_it_back_and_nobody_hears_of_it(salon: Salon) -> None:
    booking = paid(with_windows(salon))
    cancel(booking)

    back = undo(booking, at=NOW + timedelta(minutes=9))

    assert (back.status, back.hold_expires_at, back.cancellation_fee) == ("CONFIRMED", None, 0)
    assert finish(NOW + timedelta(hours=1)) == 0
    work(NOW + timedelta(hours=1))
    back.refresh_from_db()
    assert (back.paid, refunds(), mail.outbox) == (4800, [], [])
    assert Occupancy.objects.get(session=back.session_id).expires_at is None
    assert clean()


def test_after_ten_minutes_it_is_final(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    cancel(booking)

    assert finish(NOW + TEN_MINUTES - timedelta(seconds=1)) == 0
    assert finish(NOW + TEN_MINUTES) == 1
    assert finish(NOW + TEN_MINUTES) == 0

    with pytest.raises(bookings.TooLateToUndo):
        undo(booking, at=NOW + TEN_MINUTES)
    booking.refresh_from_db()
    session = Session.objects.get(pk=booking.session_id or 0)
    assert (booking.hold_expires_at, session.state) == (None, Session.State.CANCELED)
    assert clean()


def test_an_undo_at_the_last_instant_is_too_late(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    cancel(booking)

    with pytest.raises(bookings.TooLateToUndo):
        undo(booking, at=NOW + TEN_MINUTES)


def test_both_sides_are_told_once_it_is_final(salon: Salon) -> None:
    booking = paid(with_windows(salon))
    cancel(booking)

    work(NOW + TEN_MINUTES - timedelta(seconds=1))
    assert mail.outbox == []
    work(NOW + TEN_MINUTES)

    told = sorted((it.to[0], it.subject.partition(":")[0]) for it in mail.outbox)
    assert told == [
        ("carl@example.com", "Cancelled"),
        ("hello@juniper.example", "Cancelled by the customer"),
    ]
    (carls,) = [it for it in mail.outbox if it.to == ["carl@example.com"]]
    assert "€24.00 is refunded the way you paid." in carls.body
    assert "€24.00 stays with Juniper Hair." in carls.body
    finish(NOW + TEN_MINUTES)
    work(NOW + TEN_MINUTES + timedelta(seconds=11))
    assert mail.outbox[-1].subject.partition(":")[0] == "Refund sent"


@pytest.mark.parametrize(
    ("windows", "back", "kept"),
    [([], 4800, 0), (HALF, 2400, 2400), ([[3 * DAY, 10_000, None]], 0, 4800)],
)
def test_the_fee_stays_and_the_rest_goes_back(
    salon: Salon, windows: list[list[int | None]], back: int, kept: int
) -> None:
    booking = paid(with_windows(salon, windows))
    cancel(booking)

    finish(NOW + TEN_MINUTES)
    finish(NOW + TEN_MINUTES)

    booking.refresh_from_db()
    assert (booking.paid, booking.returned, refunds()) == (kept, back, [back] if back else [])
    assert (Order.objects.get().kept_at is not None) == (kept > 0)
    assert clean(NOW + TEN_MINUTES)


def test_a_deposit_below_the_fee_stays_whole(salon: Salon) -> None:
    booking = paid(with_windows(salon), Way.DEPOSIT)
    cancel(booking)

    finish(NOW + TEN_MINUTES)

    booking.refresh_from_db()
    assert (booking.cancellation_fee, booking.paid, refunds()) == (2400, 2000, [])
    assert clean(NOW + TEN_MINUTES)


def test_what_came_in_person_is_for_the_team_to_hand_over(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    booking.refresh_from_db()
    cancel(booking)

    finish(NOW + TEN_MINUTES)

    booking.refresh_from_db()
    assert (booking.paid, refunds(), Order.objects.get().kept_at) == (4800, [], None)
    assert clean(NOW + TEN_MINUTES)


def test_the_team_decides_about_the_money_when_it_is_final(salon: Salon) -> None:
    booking = paid(salon)
    cancel(booking)

    with pytest.raises(checkout.NotOver):
        checkout.keep_money(booking_id=booking.pk, by=salon.olga, now=NOW)
    with pytest.raises(checkout.NotOver):
        checkout.refund_the_rest(booking_id=booking.pk, by=salon.olga, now=NOW)

    assert undo(booking, at=NOW + timedelta(minutes=1)).paid == 4800
    assert Order.objects.get().kept_at is None


def test_nobody_pays_more_than_they_read(salon: Salon) -> None:
    booking = paid(with_windows(salon))

    with pytest.raises(bookings.StaleRevision):
        cancel(booking, seen_fee=0)

    booking.refresh_from_db()
    assert booking.status == "CONFIRMED"


def test_too_late_is_too_late(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    salon_says = salon.at(25, 10)

    with pytest.raises(bookings.NotAllowed) as refused:
        cancel(booking, at=salon_says + timedelta(seconds=1))
    assert refused.value.reason is Reason.TOO_LATE

    assert cancel(booking, at=salon_says).status == "CANCELED"


def test_a_request_is_withdrawn_and_can_come_back(salon: Salon) -> None:
    request = make_request(service=salon.bridal, starts_at=salon.at(26, 10), now=NOW)
    cancel(request)

    back = undo(request, at=NOW + timedelta(minutes=5))

    assert (back.status, back.answer_by) == ("PENDING", request.answer_by)
    assert clean()


def test_money_on_a_card_waits_for_the_end_of_the_undo(asking: Salon) -> None:
    request = make_prepared(service=asking.bridal, starts_at=asking.at(27, 10), now=NOW)
    check_out(request, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    request.refresh_from_db()
    cancel(request)

    checkout.look_after_authorized(now=NOW + timedelta(minutes=5))
    work(NOW + timedelta(minutes=5))
    request.refresh_from_db()
    assert request.authorized == 4000

    finish(NOW + TEN_MINUTES)
    checkout.look_after_authorized(now=NOW + TEN_MINUTES)
    work(NOW + TEN_MINUTES)
    request.refresh_from_db()
    assert request.authorized == 0
    assert clean(NOW + TEN_MINUTES)


def visit(studio: Studio, purchase: PlanPurchase) -> Booking:
    return book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)


def left_of(purchase: PlanPurchase) -> int | None:
    purchase.refresh_from_db()
    return purchase.balance


@pytest.mark.parametrize(("windows", "left"), [([], 10), ([[7 * DAY, 10_000, None]], 9)])
def test_a_visit_goes_back_to_the_plan_as_the_clock_says(
    studio: Studio, purchase: PlanPurchase, windows: list[list[int | None]], left: int
) -> None:
    studio.policy.fee_windows = windows
    studio.policy.save()
    booking = visit(studio, purchase)
    cancel(booking)

    checkout.return_lost_credits(now=NOW + timedelta(minutes=5))
    assert left_of(purchase) == 9

    finish(NOW + TEN_MINUTES)
    checkout.return_lost_credits(now=NOW + timedelta(hours=1))
    assert left_of(purchase) == left
    assert CreditEntry.objects.filter(booking=booking).count() == (2 if left == 10 else 1)
    assert clean(NOW + TEN_MINUTES)


def test_a_plan_of_one_person_does_not_pay_two_places_at_once(studio: Studio) -> None:
    """An unlimited plan is for one person, who went elsewhere before they took it back."""
    unlimited = make_plan(services=[studio.flow], name="All", slug="all", kind="UNLIMITED")
    purchase = make_purchase(plan=unlimited, by=studio.olga)
    first = book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)
    cancel(first)
    other = (studio.dan.resource_id, studio.loft.pk)
    elsewhere = make_session(studio, starts_at=studio.at(27, 18), resource_ids=other)
    book_with_plan(elsewhere, purchase)

    with pytest.raises(bookings.PlanDoesNotPay):
        undo(first, at=NOW + timedelta(minutes=5))

    first.refresh_from_db()
    assert (first.status, clean()) == ("CANCELED", True)


def test_right_before_it_begins_it_can_be_undone_until_then(salon: Salon) -> None:
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    cancelled = cancel(booking, at=booking.starts_at - timedelta(minutes=4))

    assert cancelled.hold_expires_at == booking.starts_at


def test_a_place_of_a_class_is_kept_and_given_back(studio: Studio) -> None:
    flow = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    seat = join(flow)
    cancel(seat)

    flow.refresh_from_db()
    assert flow.seats_taken == 1
    assert clean()

    finish(NOW + TEN_MINUTES)
    flow.refresh_from_db()
    assert flow.seats_taken == 0
    assert clean(NOW + TEN_MINUTES)


def test_the_team_s_own_cancellation_is_not_the_customer_s_to_undo(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=salon.olga,
        now=NOW,
    )

    with pytest.raises(bookings.NotAllowed):
        undo(booking, at=NOW)


def test_whoever_leaves_no_mail_behind_leaves_none_to_the_team(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    work(NOW)
    Message.objects.all().delete()
    cancel(booking)
    undo(booking, at=NOW + timedelta(minutes=1))

    work(NOW + timedelta(hours=1))

    assert Message.objects.count() == 0


@given(
    paid=some.integers(0, 100_000),
    share=some.floats(0, 1),
    fee=some.integers(0, 100_000),
)
@settings(max_examples=200)
def test_what_was_paid_is_kept_or_goes_back(paid: int, share: float, fee: int) -> None:
    by_itself = int(paid * share)

    it = settle_cancelled(paid=paid, by_itself=by_itself, fee=fee)

    assert it.kept + it.back + it.by_hand == paid
    assert it.kept + it.owed == fee
    assert min(it.kept, it.back, it.by_hand, it.owed) >= 0
    assert it.back <= by_itself
