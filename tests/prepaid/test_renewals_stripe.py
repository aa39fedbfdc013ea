"""Memberships that renew through Stripe: its answers and its failures."""

from datetime import timedelta

import pytest

from apps.checkout import operations as checkout
from apps.checkout.models import Payment, PlanPurchase
from apps.checkout.providers.stripe import Stripe
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from tests.checkout.stripe_memory import Stub
from tests.factories import Salon
from tests.factories.money import work
from tests.factories.renewals import BOUGHT, DUE, NEXT_END, buy, day_passes, make_membership_plan

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def carl(salon: Salon, stub: Stub) -> PlanPurchase:
    purchase = buy(make_membership_plan(service=salon.cut))
    stub.pay(Payment.objects.get().provider_ref)
    checkout.settle_open_payments(now=BOUGHT)
    work(BOUGHT)
    purchase.refresh_from_db()
    return purchase


def charges() -> list[tuple[str, int]]:
    asked = Payment.objects.exclude(saved_card="").order_by("pk")
    return list(asked.values_list("status", "captured"))


def test_the_card_is_kept_with_its_customer_and_charged_again(
    carl: PlanPurchase, stub: Stub
) -> None:
    customer = stub.intents()[0]["customer"]
    assert carl.saved_card == f"{customer}/pm_card"

    day_passes(DUE)

    carl.refresh_from_db()
    assert (carl.ends_at, charges()) == (NEXT_END, [("PAID", 4900)])
    assert [it["amount"] for it in stub.intents()] == [4900, 4900]
    assert list(find_all(business_id=None, now=DUE)) == []


def test_an_answer_that_is_lost_is_asked_for_again_and_charges_once(
    carl: PlanPurchase, stub: Stub
) -> None:
    stub.fail("POST /v1/payment_intents", "drop", times=2)
    day_passes(DUE)
    assert charges() == [("PENDING", 0)]

    work(DUE + timedelta(minutes=2))

    assert charges() == [("PAID", 4900)]
    assert len(stub.intents()) == 2


def test_a_declined_card_is_tried_three_times(carl: PlanPurchase, stub: Stub) -> None:
    stub.declines = "insufficient_funds"

    for hours in range(14):
        day_passes(DUE + hours * HOUR)

    assert charges() == [("FAILED", 0)] * 3
    last = Payment.objects.latest("pk")
    assert last.failure == "There is not enough money on the card."


def test_who_stopped_while_stripe_was_away_is_not_charged_when_it_is_back(
    carl: PlanPurchase, stub: Stub
) -> None:
    stub.fail("GET /v1/payment_intents", "500", times=2)
    day_passes(DUE)
    prepaid.stop_renewal(purchase_id=carl.pk, business_id=carl.business_id, now=DUE)

    work(DUE + HOUR)

    assert charges() == [("FAILED", 0)]
    assert len(stub.intents()) == 1


def test_a_charge_is_found_by_its_key(carl: PlanPurchase, stub: Stub) -> None:
    day_passes(DUE)
    payment = Payment.objects.latest("pk")

    found = Stripe().find_charge(f"payment-{payment.pk}", saved=carl.saved_card)
    other = Stripe().find_charge("payment-999", saved=carl.saved_card)

    assert (found, other) == (payment.provider_ref, "")
