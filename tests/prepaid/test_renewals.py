"""Memberships that renew: charged ahead by the saved card, once for each period
(rule M18, ADR 18)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.models import CreditEntry, Order, Payment, PlanPurchase, SandboxSession
from apps.checkout.operations import Act
from apps.checkout.providers import ProviderDown
from apps.checkout.providers.sandbox import Sandbox
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from apps.prepaid.renewals import CHARGE_WITHIN, GRACE, Step
from tests.factories import NOW, Salon
from tests.factories.money import ORIGIN, pay_in_sandbox, work
from tests.factories.renewals import (
    DUE,
    ENDS,
    NEXT_END,
    day_passes,
    make_member_of,
    make_membership_plan,
    take_card_away,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def plan(salon: Salon) -> PricingPlan:
    return make_membership_plan(service=salon.cut)


@pytest.fixture
def carl(plan: PricingPlan) -> PlanPurchase:
    return make_member_of(plan)


def clean(at: datetime) -> bool:
    return list(find_all(business_id=None, now=at)) == []


def lines() -> list[tuple[str, int]]:
    return list(CreditEntry.objects.order_by("pk").values_list("kind", "amount"))


def charges() -> list[tuple[str, int]]:
    """What was asked of the saved card, in the order in which it was."""
    asked = Payment.objects.exclude(saved_card="").order_by("pk")
    return list(asked.values_list("status", "captured"))


def subjects() -> list[str]:
    return [str(it.subject) for it in mail.outbox]


def test_the_first_payment_keeps_the_card(carl: PlanPurchase) -> None:
    session = SandboxSession.objects.get()

    assert session.saves_card
    assert (carl.renews, carl.provider, carl.saved_card) == (True, "practice", session.saved)
    assert (carl.ends_at, carl.renew_at, carl.opens_at) == (ENDS, DUE, None)
    assert clean(NOW)


def test_packages_and_what_is_sold_at_the_desk_keep_no_card(salon: Salon) -> None:
    pack = make_membership_plan(service=salon.cut, kind="PACKAGE", period_months=None)
    bought = make_member_of(pack)
    monthly = PricingPlan.objects.create(
        business=salon.business, name="M", slug="m", kind="UNLIMITED", period_months=1, price=100
    )
    buyer = prepaid.Buyer(name="Carl Vogt", email="carl@example.com")
    sold = prepaid.sell_plan(plan_id=monthly.pk, buyer=buyer, by=salon.olga, now=NOW)

    assert [it.renews for it in (bought, sold)] == [False, False]
    assert [it.saved_card for it in (bought, sold)] == ["", ""]


def test_nothing_is_charged_before_its_time(carl: PlanPurchase) -> None:
    day_passes(DUE - timedelta(seconds=1))

    assert charges() == []


def test_the_next_period_is_paid_ahead_and_begins_on_its_day(carl: PlanPurchase) -> None:
    day_passes(DUE)

    carl.refresh_from_db()
    assert charges() == [("PAID", 4900)]
    assert (carl.ends_at, carl.opens_at, carl.balance) == (NEXT_END, ENDS, 8)
    assert lines() == [("BOUGHT", 8)]
    assert clean(DUE)

    CreditEntry.objects.filter(purchase=carl).update(amount=5, left=5)
    PlanPurchase.objects.update(balance=5)
    day_passes(ENDS)

    carl.refresh_from_db()
    assert (carl.status, carl.opens_at, carl.balance) == ("ACTIVE", None, 8)
    assert lines() == [("BOUGHT", 5), ("EXPIRED", -5), ("RENEWED", 8)]
    assert clean(ENDS)


def test_the_holder_is_told_what_was_paid_and_until_when(carl: PlanPurchase) -> None:
    day_passes(DUE)

    assert subjects() == ["Your plan: Monthly", "Your plan has been renewed: Monthly"]
    told = str(mail.outbox[-1].body)
    assert "Paid: €49.00" in told
    assert "Valid until Saturday 23 January 2027" in told


def test_however_often_the_worker_looks_there_is_one_charge(carl: PlanPurchase) -> None:
    for minutes in range(3):
        day_passes(DUE + timedelta(minutes=minutes))
    day_passes(ENDS + HOUR)

    assert charges() == [("PAID", 4900)]
    assert Order.objects.filter(status="APPROVED").count() == 2


def test_every_month_is_one_period_for_a_year(carl: PlanPurchase) -> None:
    for _month in range(12):
        carl.refresh_from_db()
        assert carl.ends_at is not None
        ends = carl.ends_at
        day_passes(ends - timedelta(days=1))
        day_passes(ends)

    carl.refresh_from_db()
    assert (carl.periods, carl.balance) == (13, 8)
    assert [kind for kind, _amount in lines()].count("RENEWED") == 12
    assert charges() == [("PAID", 4900)] * 12
    assert clean(ends)


def test_the_holder_keeps_the_price_of_the_day_of_purchase(
    carl: PlanPurchase, plan: PricingPlan, salon: Salon
) -> None:
    PricingPlan.objects.update(price=9900, tax_rate=1900, credits=2)
    salon.business.prices_include_tax = False
    salon.business.save()

    day_passes(DUE)
    day_passes(ENDS)

    carl.refresh_from_db()
    assert charges() == [("PAID", 4900)]
    assert carl.balance == 8
    assert clean(ENDS)


def test_a_declined_card_is_tried_again_and_its_holder_told_once(carl: PlanPurchase) -> None:
    take_card_away()

    for hours in range(30):
        day_passes(DUE + hours * HOUR)

    assert charges() == [("FAILED", 0)] * 3
    failed_at = Payment.objects.exclude(saved_card="").order_by("pk")
    assert [it.settled_at for it in failed_at] == [DUE, DUE + 3 * HOUR, DUE + 12 * HOUR]
    assert subjects() == ["Your plan: Monthly", "Your plan could not be paid: Monthly"]
    told = str(mail.outbox[-1].body)
    assert "To be paid: €49.00" in told
    assert "/p/" in told
    assert clean(DUE)


def test_a_plan_that_nobody_paid_for_ends_and_forgets_the_card(carl: PlanPurchase) -> None:
    take_card_away()
    day_passes(DUE)

    day_passes(ENDS + GRACE - timedelta(seconds=1))
    carl.refresh_from_db()
    assert carl.status == "ACTIVE"
    day_passes(ENDS + GRACE)

    carl.refresh_from_db()
    assert (carl.status, carl.renews, carl.saved_card) == ("ENDED", False, "")
    assert [it.status for it in Order.objects.order_by("pk")] == ["APPROVED", "CANCELED"]
    assert clean(ENDS + GRACE)


def pay_by_hand(carl: PlanPurchase, *, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        bought = prepaid.pay_for_plan(purchase_id=carl.pk, origin=ORIGIN, now=at)
        assert bought.url.startswith("/practice/")
        pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=at)
    work(at)


def test_after_a_failure_the_holder_pays_by_hand_with_another_card(carl: PlanPurchase) -> None:
    take_card_away()
    day_passes(DUE)

    pay_by_hand(carl, at=DUE + HOUR)
    day_passes(DUE + 5 * HOUR)

    carl.refresh_from_db()
    assert charges() == [("FAILED", 0)]
    assert carl.ends_at == NEXT_END
    assert carl.saved_card == SandboxSession.objects.latest("pk").saved != ""
    assert clean(DUE + HOUR)


def test_who_pays_after_the_end_begins_a_new_period_on_that_day(carl: PlanPurchase) -> None:
    take_card_away()
    day_passes(DUE)
    late = ENDS + timedelta(days=2)

    pay_by_hand(carl, at=late)

    carl.refresh_from_db()
    assert (carl.starts_at, carl.periods, carl.balance) == (late, 1, 8)
    assert lines() == [("BOUGHT", 8), ("EXPIRED", -8), ("RENEWED", 8)]
    assert clean(late)


def test_while_somebody_pays_by_hand_no_card_is_charged(carl: PlanPurchase) -> None:
    take_card_away()
    day_passes(DUE)
    with time_machine.travel(DUE + HOUR, tick=False):
        prepaid.pay_for_plan(purchase_id=carl.pk, origin=ORIGIN, now=DUE + 3 * HOUR - HOUR / 60)

    step = prepaid.renew_plan(purchase_id=carl.pk, now=DUE + 3 * HOUR)

    assert step == Step.WAIT
    assert charges() == [("FAILED", 0)]


def test_while_a_card_is_charged_nobody_pays_beside_it(carl: PlanPurchase) -> None:
    prepaid.renew_plan(purchase_id=carl.pk, now=DUE)

    bought = prepaid.pay_for_plan(purchase_id=carl.pk, origin=ORIGIN, now=DUE)

    assert bought.url == ""
    assert charges() == [("PENDING", 0)]


def away(*_args: Any, **_named: Any) -> str:
    raise ProviderDown("practice")


def test_while_the_provider_is_down_the_charge_waits_for_it(
    carl: PlanPurchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Sandbox, "charge_saved", away)
        day_passes(DUE)
    assert charges() == [("PENDING", 0)]

    work(DUE + timedelta(minutes=2))

    assert charges() == [("PAID", 4900)]
    assert SandboxSession.objects.count() == 2


def test_a_provider_that_stays_down_costs_a_try_and_charges_nothing_late(
    carl: PlanPurchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Sandbox, "charge_saved", away)
        day_passes(DUE)
        late = DUE + CHARGE_WITHIN
        checkout.settle_open_payments(now=late)
        work(late)

    carl.refresh_from_db()
    assert charges() == [("FAILED", 0)]
    assert SandboxSession.objects.count() == 1
    assert carl.renew_at == late + 3 * HOUR
    assert subjects()[-1] == "Your plan could not be paid: Monthly"

    day_passes(late + 3 * HOUR)
    assert charges() == [("FAILED", 0), ("PAID", 4900)]
    assert clean(late)


def test_a_plan_does_not_end_while_a_payment_has_no_answer(
    carl: PlanPurchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    for verb in ("charge_saved", "find_charge"):
        monkeypatch.setattr(Sandbox, verb, away)
    day_passes(DUE)

    day_passes(ENDS + GRACE)

    carl.refresh_from_db()
    assert carl.status == "ACTIVE"
    monkeypatch.undo()
    checkout.settle_open_payments(now=ENDS + GRACE)
    work(ENDS + GRACE)
    day_passes(ENDS + GRACE + HOUR)
    carl.refresh_from_db()
    assert (carl.status, charges()) == ("ENDED", [("FAILED", 0)])
