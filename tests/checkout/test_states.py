"""What an order says of its money: one table of what is kept, what is owed, and what went back."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.bookings.models import Booking, BookingEvent
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.checkout.queries.orders import find_payment_summary
from apps.checkout.states import Flow, PaymentStatus, balance, excess, payment_status
from apps.ledger.check import find_all
from tests.checkout.test_balance import carl, page_of
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import ORIGIN, check_out, make_prepared, pay_in_sandbox, work
from tests.often import often


@pytest.mark.parametrize(
    ("flows", "status", "owed"),
    [
        ([], "NOT_PAID", 4800),
        ([Flow(0, 0, is_open=True)], "PENDING", 4800),
        ([Flow(0, 0, authorized=2000)], "PENDING", 2800),
        ([Flow(2000, 0)], "PARTIALLY_PAID", 2800),
        ([Flow(2000, 1)], "PARTIALLY_PAID", 2800),
        ([Flow(2000, 1999)], "PARTIALLY_PAID", 2800),
        ([Flow(2000, 2000)], "FULLY_REFUNDED", 2800),
        ([Flow(4800, 0)], "PAID", 0),
        ([Flow(4800, 1)], "PARTIALLY_REFUNDED", 0),
        ([Flow(4800, 4800)], "FULLY_REFUNDED", 0),
        ([Flow(2000, 500), Flow(2800, 0)], "PARTIALLY_REFUNDED", 0),
        ([Flow(2000, 500), Flow(2800, 0), Flow(-2800, 0)], "PARTIALLY_PAID", 2800),
        ([Flow(4800, 0), Flow(-4800, 0)], "NOT_PAID", 4800),
        ([Flow(4800, 0), Flow(4800, 0)], "PAID", -4800),
        ([Flow(4800, 0), Flow(4800, 4800, excess=4800)], "PAID", 0),
        ([Flow(2000, 0), Flow(2800, 0), Flow(2800, 2800, excess=2800)], "PAID", 0),
        (
            [Flow(2000, 0), Flow(2800, 0), Flow(-2800, 0), Flow(2800, 2800, excess=2800)],
            "PARTIALLY_PAID",
            2800,
        ),
        ([Flow(4800, 0), Flow(-4800, 0), Flow(4800, 4800, excess=4800)], "NOT_PAID", 4800),
        ([Flow(4800, 1000), Flow(4800, 4800, excess=4800)], "PARTIALLY_REFUNDED", 0),
        ([Flow(4800, 1000), Flow(4800, 0)], "PARTIALLY_REFUNDED", -4800),
        ([Flow(4800, 4800), Flow(4800, 4800, excess=4800)], "FULLY_REFUNDED", 0),
        ([Flow(2000, 2000), Flow(0, 0, is_open=True)], "FULLY_REFUNDED", 2800),
    ],
)
def test_the_table(flows: list[Flow], status: str, owed: int) -> None:
    assert payment_status(total=4800, flows=flows) == status
    assert balance(total=4800, flows=flows) == owed


STEPS = st.lists(
    st.tuples(st.sampled_from(["pay", "refund", "reverse", "open", "aside"]), st.integers(1, 6000)),
    max_size=8,
)


def _flows(steps: list[tuple[str, int]]) -> list[Flow]:
    """Whatever may happen: a refund of what came, an entry against what was not refunded, and of
    what went back a part that was too much."""
    flows: list[Flow] = []
    for step, number in steps:
        if step == "pay":
            flows.append(Flow(number, 0))
        elif step == "open":
            flows.append(Flow(0, 0, is_open=True))
        elif step == "aside":
            flows.append(Flow(0, 0, authorized=number))
        elif flows:
            _give_back(flows, step, number)
    return flows


def _give_back(flows: list[Flow], step: str, number: int) -> None:
    """Refund or reverse one of them; what is reversed is neither refunded nor reversed again."""
    it = flows[number % len(flows)]
    if it.captured <= it.refunded or any(other.captured == -it.captured for other in flows):
        return
    if step == "refund":
        back = it.refunded + min(number, it.captured - it.refunded)
        flows[number % len(flows)] = Flow(it.captured, back, excess=number % (back + 1))
    elif not it.refunded:
        flows.append(Flow(-it.captured, 0))


@given(steps=STEPS, total=st.integers(1, 9000))
def test_status_and_balance_follow_what_is_paid_and_what_is_owed(
    steps: list[tuple[str, int]], total: int
) -> None:
    flows = _flows(steps)
    came, back = sum(it.came for it in flows), sum(it.given_back for it in flows)
    aside = sum(it.authorized for it in flows)
    status, owed = payment_status(total=total, flows=flows), balance(total=total, flows=flows)

    assert (owed > 0) == (came + aside < total)
    assert (status == PaymentStatus.PARTIALLY_PAID) == (back < came < total)
    assert (status == PaymentStatus.PAID) == (came >= total and back == 0)
    assert (status == PaymentStatus.PARTIALLY_REFUNDED) == (came >= total and 0 < back < came)
    assert (status == PaymentStatus.FULLY_REFUNDED) == (back > 0 and back >= came)
    is_open = any(it.is_open or it.authorized for it in flows)
    assert (status == PaymentStatus.PENDING) == (came == 0 == back and is_open)


@given(steps=STEPS, total=st.integers(1, 9000), back=st.integers(1, 6000))
def test_a_refund_changes_nothing_of_what_is_owed(
    steps: list[tuple[str, int]], total: int, back: int
) -> None:
    flows = [it for it in _flows(steps) if it.captured >= 0]
    given_back = [replace(it, refunded=max(it.refunded, min(it.captured, back))) for it in flows]

    before, after = balance(total=total, flows=flows), balance(total=total, flows=given_back)
    assert max(0, before) == max(0, after)
    assert after >= before


@given(steps=STEPS, total=st.integers(1, 9000))
def test_what_is_too_much_goes_back_and_changes_nothing_but_that(
    steps: list[tuple[str, int]], total: int
) -> None:
    flows = _flows(steps)
    too_much = excess(total=total, flows=flows)
    owed, said = balance(total=total, flows=flows), payment_status(total=total, flows=flows)
    gone = [*flows]
    for at, it in enumerate(flows):
        part = max(0, min(too_much, it.captured - it.refunded))
        gone[at] = replace(it, refunded=it.refunded + part, excess=it.excess + part)
        too_much -= part

    assert too_much == 0
    assert balance(total=total, flows=gone) == max(0, owed)
    assert excess(total=total, flows=gone) == 0
    if said != PaymentStatus.PARTIALLY_REFUNDED:
        assert payment_status(total=total, flows=gone) == said


@pytest.fixture
def deposit(salon: Salon) -> Booking:
    """Carl's cut, €20.00 of €48.00 paid online."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    draft.refresh_from_db()
    return draft


def refund_remaining(booking: Booking, salon: Salon, amount: int) -> None:
    summary = find_payment_summary(booking=booking)
    checkout.refund_order(
        booking_id=booking.pk,
        amount=amount,
        seen_refunded=summary.refunded if summary else 0,
        reason="",
        by=salon.olga,
        now=NOW,
    )
    work(NOW)


@pytest.mark.django_db
def test_one_cent_that_goes_back_hides_nothing_of_the_rest(deposit: Booking, salon: Salon) -> None:
    refund_remaining(deposit, salon, 1)

    deposit.refresh_from_db()
    summary = find_payment_summary(booking=deposit)
    assert summary is not None
    assert (deposit.payment_status, deposit.paid, deposit.returned) == ("PARTIALLY_PAID", 1999, 1)
    assert (summary.order.payment_status, summary.balance) == ("PARTIALLY_PAID", 2800)
    page = page_of(carl(deposit), deposit)
    assert "€19.99 paid, €28.00 at the studio" in page
    assert "Pay €28.00 online" in page
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_a_deposit_that_went_back_leaves_the_rest_to_be_paid(
    deposit: Booking, salon: Salon
) -> None:
    refund_remaining(deposit, salon, 2000)

    assert "€20.00 refunded, €28.00 at the studio" in page_of(carl(deposit), deposit)
    deposit.refresh_from_db()
    paid = checkout.mark_paid(
        booking_id=deposit.pk, revision=deposit.revision, by=salon.olga, now=NOW
    )
    assert paid.amount == 2800
    told = "€48.00 paid (€20.00 online, €28.00 in person), €20.00 of it refunded"
    assert told in page_of(carl(deposit), deposit)
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.django_db
def test_history_calls_a_reversal_a_reversal(salon: Salon) -> None:
    plain = make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)
    paid = checkout.mark_paid(booking_id=plain.pk, revision=plain.revision, by=salon.olga, now=NOW)
    checkout.undo_mark_paid(booking_id=plain.pk, payment_id=paid.pk, by=salon.olga, now=NOW)

    actions = plain.history.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["BOOKED", "PAID", "REVERSED"]
    page = page_of(carl(plain), plain)
    assert "Payment record reversed" in page
    assert "€74.00, at the studio" in page


@pytest.mark.django_db
def test_a_reversal_after_a_refund_tells_nobody_of_money_sent_back(
    deposit: Booking, salon: Salon
) -> None:
    refund_remaining(deposit, salon, 500)
    deposit.refresh_from_db()
    paid = checkout.mark_paid(
        booking_id=deposit.pk, revision=deposit.revision, by=salon.olga, now=NOW
    )
    checkout.undo_mark_paid(booking_id=deposit.pk, payment_id=paid.pk, by=salon.olga, now=NOW)

    actions = list(deposit.history.order_by("pk").values_list("action", flat=True))
    assert actions[-3:] == ["REFUNDED", "PAID", "REVERSED"]


@pytest.mark.django_db
def test_the_ledger_finds_a_debt_that_is_hidden(deposit: Booking) -> None:
    Order.objects.update(payment_status="PARTIALLY_REFUNDED")
    Booking.objects.filter(pk=deposit.pk).update(payment_status="PAID")

    found = {it.rule for it in find_all(business_id=None, now=NOW)}
    assert found == {"order_is_paid_as_told", "what_is_owed_is_told"}


MONEY = st.lists(
    st.tuples(
        st.sampled_from(["online", "desk", "undo", "refund"]),
        st.integers(1, 5000),
    ),
    max_size=10,
)
REFUSALS = (
    checkout.NotOwed,
    checkout.AmountRefused,
    checkout.TooMuchToRefund,
)


@pytest.mark.django_db
@settings(max_examples=often(15))
@given(steps=MONEY)
def test_whatever_is_paid_refunded_and_reversed_order_and_booking_agree(
    salon: Salon, steps: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        booking = make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)
        for step, number in steps:
            with suppress(*REFUSALS):
                _do(booking, salon, step, number)
            work(NOW)
        assert list(find_all(business_id=None, now=NOW)) == []
        assert BookingEvent.objects.filter(booking=booking).exists()
        transaction.set_rollback(True)


def _do(booking: Booking, salon: Salon, step: str, number: int) -> Any:
    booking.refresh_from_db()
    facts: dict[str, Any] = {"booking_id": booking.pk, "by": salon.olga, "now": NOW}
    if step == "online":
        asked: dict[str, Any] = {"booking_id": booking.pk, "business_id": booking.business_id}
        checkout.pay_balance(**asked, origin=ORIGIN, now=NOW)
        newest = Payment.objects.filter(kind="ONLINE").order_by("-pk")[0]
        return pay_in_sandbox(newest, Act.PAY, now=NOW)
    if step == "desk":
        return checkout.mark_paid(**facts, revision=booking.revision)
    if step == "undo":
        marked = Payment.objects.filter(kind="IN_PERSON", captured__gt=0).order_by("-pk").first()
        return checkout.undo_mark_paid(**facts, payment_id=marked.pk) if marked else None
    if step == "refund" and Order.objects.exists():
        return refund_remaining(booking, salon, number)
    return None
