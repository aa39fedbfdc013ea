"""A fee that was not paid: asked for by the order instead of what was booked, paid, or waived
(rule M34)."""

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core import mail
from hypothesis import given, settings
from hypothesis import strategies as some

from apps.bookings import operations as bookings
from apps.bookings.cancellation import ByPolicy, MoneyChoice, decide_money
from apps.bookings.models import AccessLink, Booking
from apps.catalog.fee_windows import FeeWindow, fee_at, no_show_fee
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, Refund
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.checkout.promotions import PromotionProblem
from apps.checkout.states import Flow, balance, settle_cancelled
from apps.ledger.check import find_all
from apps.ledger.laws.money import find_unasked_fees
from apps.messages.models import Message
from tests.factories import NOW, Salon, make_booking
from tests.factories.bookings import cancel_as_customer
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
DAY = 24 * 60
FINAL = NOW + timedelta(minutes=10)
LATER = FINAL + timedelta(minutes=1)


@pytest.fixture
def half(salon: Salon) -> Salon:
    """From three days before, cancelling costs half of the price."""
    salon.policy.fee_windows = [[3 * DAY, 5_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    return salon


@pytest.fixture
def owed(half: Salon) -> Booking:
    """Carl's cut of €48.00, to be paid at the salon, cancelled by him: half of it is owed."""
    return cancelled(make_booking(service=half.cut, starts_at=half.at(26, 10), now=NOW))


def cancelled(booking: Booking) -> Booking:
    work(NOW)
    mail.outbox.clear()
    booking.refresh_from_db()
    cancel_as_customer(booking, fee=100_000, now=NOW)
    finish(FINAL)
    booking.refresh_from_db()
    return booking


def finish(at: datetime) -> None:
    checkout.finish_cancellations(now=at)
    work(at)


def stands(booking: Booking) -> tuple[str, int, int, str]:
    booking.refresh_from_db()
    order = Order.objects.get(booking=booking)
    return booking.payment_status, booking.paid, order.bill, order.payment_status


def clean() -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


def waive(salon: Salon, booking: Booking, reason: str = "A regular") -> None:
    booking.refresh_from_db()
    checkout.waive_fee(
        booking_id=booking.pk, revision=booking.revision, reason=reason, by=salon.olga, now=LATER
    )


def take(salon: Salon, booking: Booking) -> None:
    booking.refresh_from_db()
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER)


def ask(salon: Salon, booking: Booking) -> None:
    checkout.ask_to_pay(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER)


def test_the_order_asks_for_the_fee_instead_of_the_price(owed: Booking) -> None:
    order = Order.objects.get()

    assert (order.total, order.fee, order.kept_at) == (4800, 2400, FINAL)
    assert stands(owed) == ("NOT_PAID", 0, 2400, "NOT_PAID")
    assert clean()


def test_the_customer_is_told_and_gets_a_link_to_pay(owed: Booking) -> None:
    (told,) = [it for it in mail.outbox if it.to == ["carl@example.com"]]

    assert "The fee is €24.00. €24.00 is still to be paid to Juniper Hair." in told.body
    assert "Pay now" in told.body
    assert AccessLink.objects.filter(booking=owed).latest("pk").purpose == "PAY"


def test_it_is_taken_at_the_desk_once(half: Salon, owed: Booking) -> None:
    take(half, owed)

    assert stands(owed) == ("PAID", 2400, 2400, "PAID")
    with pytest.raises(checkout.NotOwed):
        take(half, owed)
    assert clean()


def test_a_mistake_at_the_desk_is_taken_back(half: Salon, owed: Booking) -> None:
    take(half, owed)
    checkout.undo_mark_paid(
        booking_id=owed.pk, payment_id=Payment.objects.get().pk, by=half.olga, now=LATER
    )

    assert stands(owed) == ("NOT_PAID", 0, 2400, "NOT_PAID")
    assert clean()


def test_it_is_paid_online_and_stays(owed: Booking) -> None:
    for _tap in range(2):
        checkout.pay_balance(
            booking_id=owed.pk,
            business_id=owed.business_id,
            origin="https://portal.example",
            now=LATER,
        )
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)

    assert stands(owed) == ("PAID", 2400, 2400, "PAID")
    assert not Refund.objects.exists()
    assert clean()


def test_a_deposit_counts_and_the_rest_is_owed(half: Salon) -> None:
    booking = make_prepared(service=half.cut, starts_at=half.at(26, 12), now=NOW)
    check_out(booking, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    cancelled(booking)

    assert stands(booking) == ("PARTIALLY_PAID", 2000, 2400, "PARTIALLY_PAID")
    take(half, booking)
    assert stands(booking) == ("PAID", 2400, 2400, "PAID")
    assert clean()


def test_what_was_under_way_for_all_of_it_pays_the_fee_and_the_rest_goes_back(half: Salon) -> None:
    half.cut.pays_online = True
    half.cut.save()
    booking = make_booking(service=half.cut, starts_at=half.at(26, 10), now=NOW)
    checkout.pay_balance(
        booking_id=booking.pk,
        business_id=booking.business_id,
        origin="https://portal.example",
        now=NOW,
    )
    cancelled(booking)

    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)

    assert stands(booking) == ("PAID", 2400, 2400, "PAID")
    assert list(Refund.objects.values_list("amount", "excess")) == [(2400, 2400)]
    assert clean()


def test_what_was_waived_is_asked_for_no_more(half: Salon, owed: Booking) -> None:
    waive(half, owed)

    assert stands(owed) == ("EXEMPT", 0, 0, "NOT_PAID")
    assert owed.cancellation_fee == 0
    assert owed.history.latest("pk").reason == "A regular"
    with pytest.raises(checkout.NotOwed):
        take(half, owed)
    with pytest.raises(checkout.NotOwed):
        waive(half, owed)
    assert clean()


def test_what_was_paid_of_a_waived_fee_stays(half: Salon) -> None:
    booking = make_prepared(service=half.cut, starts_at=half.at(26, 12), now=NOW)
    check_out(booking, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    cancelled(booking)

    waive(half, booking)

    assert stands(booking) == ("PAID", 2000, 2000, "PAID")
    assert (booking.cancellation_fee, Refund.objects.count()) == (2000, 0)
    assert clean()


def test_whoever_waives_says_why(half: Salon, owed: Booking) -> None:
    with pytest.raises(checkout.ReasonMissing):
        waive(half, owed, " ")


def test_the_team_sends_a_link_to_pay_once(half: Salon, owed: Booking) -> None:
    mail.outbox.clear()

    ask(half, owed)
    with pytest.raises(bookings.StaleRevision):
        ask(half, owed)
    work(LATER)

    (told,) = mail.outbox
    assert told.subject.startswith("Please pay: ")
    assert "€24.00 is still to be paid to Juniper Hair." in told.body
    assert "/m/pay/" in told.body


def test_a_link_to_pay_is_not_sent_once_it_is_paid(half: Salon, owed: Booking) -> None:
    ask(half, owed)
    take(half, owed)
    mail.outbox.clear()

    work(LATER)

    assert Message.objects.get(kind="OWED").status == "SKIPPED"
    assert [it for it in mail.outbox if "Please pay" in it.subject] == []


def test_nobody_is_asked_who_owes_nothing(half: Salon, owed: Booking) -> None:
    take(half, owed)
    owed.refresh_from_db()

    with pytest.raises(checkout.NotOwed):
        ask(half, owed)


def test_no_code_and_no_plan_pays_a_fee(owed: Booking) -> None:
    with pytest.raises(checkout.CouponRefused) as no:
        pay_by_code(owed, "SPRING")
    assert no.value.refused is PromotionProblem.CARDS_ONLY


def pay_by_code(owed: Booking, code: str) -> checkout.UsedCode:
    return checkout.use_code(
        booking_id=owed.pk, business_id=owed.business_id, code=code, by=None, now=LATER
    )


def test_a_gift_card_pays_a_fee_once_as_far_as_it_goes(half: Salon, owed: Booking) -> None:
    small, big = (make_gift_card(by=half.olga, value=it, now=LATER) for it in (1000, 5000))

    assert pay_by_code(owed, small.code).amount == 1000
    assert Order.objects.get(booking=owed).payment_status == "PARTIALLY_PAID"
    with pytest.raises(checkout.CouponRefused):
        pay_by_code(owed, small.code)
    assert pay_by_code(owed, big.code).amount == 1400
    with pytest.raises(checkout.NotOwed):
        pay_by_code(owed, big.code)

    for card, left in ((small, 0), (big, 3600)):
        card.refresh_from_db()
        assert card.balance == left
    assert Order.objects.get(booking=owed).payment_status == "PAID"
    assert list(find_all(business_id=None, now=LATER)) == []


def test_a_card_that_paid_the_fee_of_a_no_show_pays_the_price_once_that_is_taken_back(
    half: Salon,
) -> None:
    booking = make_booking(service=half.cut, starts_at=half.at(24, 9), now=NOW - timedelta(days=1))
    card = make_gift_card(by=half.olga, now=NOW)
    marked = checkout.mark_no_show(
        booking_id=booking.pk, revision=booking.revision, by=half.olga, now=LATER
    )

    assert pay_by_code(booking, card.code).amount == 2400
    marked.refresh_from_db()
    checkout.take_no_show_back(
        booking_id=booking.pk, revision=marked.revision, by=half.olga, now=LATER
    )

    order = Order.objects.get(booking=booking)
    assert (order.fee, order.payment_status) == (None, "PARTIALLY_PAID")
    card.refresh_from_db()
    assert card.balance == 2600
    assert list(find_all(business_id=None, now=LATER)) == []


def test_the_ledger_sees_a_fee_that_nobody_asks_for(owed: Booking) -> None:
    Order.objects.update(fee=None)
    assert [it.rule for it in find_unasked_fees()] == ["fees_are_asked_for"]

    Order.objects.update(fee=2399)
    assert [it.rule for it in find_unasked_fees()] == ["fees_are_asked_for"]


windows = some.lists(
    some.builds(FeeWindow, some.integers(0, 10_000), some.integers(1, 10_000))
    | some.builds(FeeWindow, some.integers(0, 10_000), some.none(), some.integers(1, 100_000)),
    max_size=4,
)
amounts = some.integers(0, 100_000)


@given(
    policy_of=some.tuples(windows, amounts, some.integers(-600, 12_000)),
    paid=amounts,
    share=some.floats(0, 1),
    trigger=some.sampled_from(["CUSTOMER", "NO_SHOW", *MoneyChoice]),
)
@settings(max_examples=300)
def test_what_was_paid_is_kept_or_goes_back_whatever_raised_the_fee(
    policy_of: tuple[list[FeeWindow], int, int], paid: int, share: float, trigger: str
) -> None:
    """For random policies, times and triggers: paid is kept and refunded, the fee kept and owed."""
    offered, price, minutes_before = policy_of
    at = NOW - timedelta(minutes=minutes_before)
    fee = fee_at(offered, starts_at=NOW, price=price, at=at)
    if trigger == "CUSTOMER":
        it = settle_cancelled(paid=paid, by_itself=int(paid * share), fee=fee)
        kept, back, owed = it.kept, it.back + it.by_hand, it.owed
    elif trigger == "NO_SHOW":
        fee = no_show_fee(offered, price=price)
        left = balance(total=fee, flows=[Flow(captured=paid, refunded=0)])
        kept, back, owed = min(paid, fee), max(0, -left), max(0, left)
    else:
        decided = decide_money(MoneyChoice(trigger), paid=paid, policy=ByPolicy(fee))
        kept, back, owed, fee = decided.kept, decided.back, decided.owed, decided.fee

    assert kept + back == paid
    assert min(kept, back, owed) >= 0
    assert fee <= price
    if trigger != MoneyChoice.KEEP:  # what is kept by a decision is no fee
        assert kept + owed == fee


def test_fees_of_an_older_version_are_asked_for_after_the_upgrade(owed: Booking) -> None:
    Order.objects.update(fee=None)

    import_module("apps.checkout.migrations.0027_fees").ask_for_old_fees(apps, None)

    assert stands(owed) == ("NOT_PAID", 0, 2400, "NOT_PAID")
    assert clean()
