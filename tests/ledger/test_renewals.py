"""check_ledger finds periods that nobody paid for, and payments that opened none."""

from datetime import timedelta

import pytest
import time_machine

from apps.checkout.models import CreditEntry, Order, Payment, PlanPurchase
from apps.checkout.operations import Act
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from tests.factories import Salon
from tests.factories.money import ORIGIN, pay_in_sandbox, work
from tests.factories.renewals import (
    DUE,
    ENDS,
    day_passes,
    make_member_of,
    make_membership_plan,
    take_card_away,
)

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
HOUR = timedelta(hours=1)


@pytest.fixture
def carl(salon: Salon) -> PlanPurchase:
    return make_member_of(make_membership_plan(service=salon.cut))


def findings() -> list[tuple[str, str]]:
    return [(it.rule, it.what) for it in find_all(business_id=None, now=ENDS)]


def test_a_period_that_nobody_paid_for_is_found(carl: PlanPurchase) -> None:
    CreditEntry.objects.create(purchase=carl, kind="RENEWED", amount=0, left=8, at=ENDS)

    assert findings() == [
        ("periods_are_paid_for", "has 2 periods, 1 were placed and 1 are paid"),
    ]


def test_a_payment_that_opened_no_period_is_found(carl: PlanPurchase) -> None:
    day_passes(DUE)
    assert findings() == []

    PlanPurchase.objects.update(opens_at=None)

    assert findings() == [
        ("periods_are_paid_for", "has 1 periods, 2 were placed and 2 are paid"),
    ]


def test_money_that_stays_with_a_cancelled_order_is_found(carl: PlanPurchase) -> None:
    day_passes(DUE)
    Order.objects.filter(pk=Order.objects.latest("pk").pk).update(status="CANCELED")

    assert findings() == [
        ("periods_are_paid_for", "has 2 periods, 1 were placed and 2 are paid"),
    ]


def test_who_pays_by_hand_and_stops_has_the_money_back(carl: PlanPurchase) -> None:
    take_card_away()
    day_passes(DUE)
    with time_machine.travel(DUE + HOUR, tick=False):
        prepaid.pay_for_plan(purchase_id=carl.pk, origin=ORIGIN, now=DUE + HOUR)
    prepaid.stop_renewal(purchase_id=carl.pk, business_id=carl.business_id, now=DUE + HOUR)
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=DUE + HOUR)

    work(DUE + HOUR)

    payment = Payment.objects.latest("pk")
    carl.refresh_from_db()
    assert (payment.captured, payment.refunded, carl.ends_at) == (4900, 4900, ENDS)
    assert findings() == []
