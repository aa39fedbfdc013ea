"""What the holder of a membership reads and can do."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import PricingPlan
from apps.checkout.models import Payment, PlanPurchase
from apps.prepaid import operations as prepaid
from apps.prepaid.links import plan_token
from apps.prepaid.wiring import look_after_plans
from tests.factories import NOW, Salon
from tests.factories.money import work
from tests.factories.renewals import (
    DUE,
    ENDS,
    day_passes,
    make_member_of,
    make_membership_plan,
    take_card_away,
)
from tests.pages import text_of

pytestmark = pytest.mark.django_db
RENEWS = "Renews on Thursday 24 December 2026 for €49.00. Your card is charged the day before."
ENDS_BY_ITSELF = "It ends automatically and nothing more is charged."
UNPAID = "Pay €49.00 here, or your plan ends."

STATE = re.compile(r'class="state[^"]*">(\w+)<')


@pytest.fixture
def plan(salon: Salon) -> PricingPlan:
    return make_membership_plan(service=salon.cut)


@pytest.fixture
def carl(plan: PricingPlan) -> PlanPurchase:
    return make_member_of(plan)


@pytest.fixture
def holder(client: Client, carl: PlanPurchase) -> Client:
    client.get(f"/p/{plan_token(carl)}")
    return client


def words_of(page: Any) -> str:
    return " ".join(html.unescape(text_of(page)).split())


def look(holder: Client, carl: PlanPurchase, *, at: datetime = NOW) -> str:
    with time_machine.travel(at, tick=False):
        holder.get(f"/p/{plan_token(carl)}")
        return words_of(holder.get(f"/plans/{carl.reference}/"))


def press(holder: Client, carl: PlanPurchase, what: str, *, at: datetime = NOW) -> str:
    with time_machine.travel(at, tick=False):
        return str(holder.post(f"/plans/{carl.reference}/{what}")["Location"])


def test_the_page_says_that_it_renews_before_one_buys(client: Client, plan: PricingPlan) -> None:
    told = words_of(client.get("/juniper/plans/monthly/"))

    assert told.index("Renews automatically: €49.00 a month, charged") < told.index("Pay €49.00")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"price": 0}, "It ends automatically after one period."),
        (
            {"kind": "PACKAGE", "period_months": None},
            "If you cancel in time, the visit goes back on your plan.",
        ),
    ],
)
def test_what_does_not_renew_says_so(
    client: Client, salon: Salon, columns: dict[str, Any], words: str
) -> None:
    make_membership_plan(service=salon.cut, **columns)

    told = words_of(client.get("/juniper/plans/monthly/"))

    assert words in told
    assert "renews" not in told


def test_the_plan_says_when_it_renews_and_for_how_much(holder: Client, carl: PlanPurchase) -> None:
    assert RENEWS in look(holder, carl)


def test_tax_that_is_added_is_in_the_amount(client: Client, salon: Salon) -> None:
    salon.business.prices_include_tax = False
    salon.business.save()
    plan = make_membership_plan(service=salon.cut, tax_rate=1900)
    assert "€58.31 a month, charged" in words_of(client.get("/juniper/plans/monthly/"))
    purchase = prepaid.buy_plan(
        plan=plan,
        buyer=prepaid.Buyer(name="Carl Vogt", email="carl@example.com"),
        seen_price=5831,
        form_key="form",
        visitor_hash="",
        origin="http://testserver",
        now=NOW,
    ).purchase
    client.post(Payment.objects.get().url, {"act": "PAY"})
    work(NOW + timedelta(minutes=1))
    client.get(f"/p/{plan_token(purchase)}")

    assert "Renews on Thursday 24 December 2026 for €58.31." in look(client, purchase)


def test_it_is_stopped_and_started_again_on_its_page(holder: Client, carl: PlanPurchase) -> None:
    page = press(holder, carl, "stop")
    told = look(holder, carl)
    assert ENDS_BY_ITSELF in told
    assert "Renew automatically for €49.00" in told

    assert press(holder, carl, "start") == page
    assert RENEWS in look(holder, carl)


def test_without_a_card_there_is_nothing_to_start(holder: Client, carl: PlanPurchase) -> None:
    press(holder, carl, "stop")
    PlanPurchase.objects.update(saved_card="")

    assert "Renew automatically" not in look(holder, carl)
    press(holder, carl, "start")
    assert ENDS_BY_ITSELF in look(holder, carl)


def test_the_holder_pays_by_hand_after_a_failure(holder: Client, carl: PlanPurchase) -> None:
    take_card_away()
    day_passes(DUE)
    told = look(holder, carl, at=DUE)
    assert UNPAID in told
    assert "Renews on" not in told

    there = press(holder, carl, "pay", at=DUE)
    assert "We are waiting for your payment." in look(holder, carl, at=DUE)
    with time_machine.travel(DUE, tick=False):
        holder.post(there, {"act": "PAY"})
    work(DUE + timedelta(minutes=1))

    told = look(holder, carl, at=DUE)
    assert "The next period is already paid." in told
    assert "Renews on Sunday 24 January 2027 for €49.00." in told


def test_after_its_end_a_plan_is_over_until_it_is_paid(holder: Client, carl: PlanPurchase) -> None:
    take_card_away()
    day_passes(DUE)
    before, after = look(holder, carl, at=DUE), look(holder, carl, at=ENDS)

    assert [STATE.findall(told) for told in (before, after)] == [["Active"], ["Ended"]]
    assert [UNPAID in told for told in (before, after)] == [True, True]
    assert [">Book</a>" in told for told in (before, after)] == [True, False]


def test_while_the_card_is_charged_there_is_nothing_to_pay(
    holder: Client, carl: PlanPurchase
) -> None:
    prepaid.renew_plan(purchase_id=carl.pk, now=DUE)

    told = look(holder, carl, at=DUE)

    assert "€49.00 for the next period is being charged to your card." in told
    assert press(holder, carl, "pay", at=DUE) == f"/plans/{carl.reference}/"
    assert Payment.objects.count() == 2


def test_a_plan_that_rests_or_is_over_promises_no_charge(
    holder: Client, carl: PlanPurchase, salon: Salon
) -> None:
    prepaid.pause_plan(purchase_id=carl.pk, revision=carl.revision, by=salon.olga, now=NOW)
    told = look(holder, carl)
    assert "While it is paused, no days are used up and nothing is charged." in told
    assert "Renews on" not in told

    PlanPurchase.objects.update(status="ENDED", paused_at=None)
    assert "Renews on" not in look(holder, carl)
    assert "ends by itself" not in look(holder, carl)


@pytest.mark.parametrize("what", ["stop", "start", "pay"])
def test_a_stranger_does_nothing_to_a_plan(carl: PlanPurchase, what: str) -> None:
    sam = Client()

    assert sam.post(f"/plans/{carl.reference}/{what}").status_code == 404
    assert sam.get(f"/plans/{carl.reference}/{what}").status_code == 405
    carl.refresh_from_db()
    assert carl.renews


def queries_of_the_worker(at: datetime) -> int:
    with CaptureQueriesContext(connection) as seen:
        look_after_plans(at)
    return len(seen)


def test_plans_that_are_not_due_cost_the_worker_nothing(plan: PricingPlan) -> None:
    before = queries_of_the_worker(NOW)
    for number in range(3):
        make_member_of(plan, email=f"carl{number}@example.com")

    assert queries_of_the_worker(DUE - timedelta(seconds=1)) == before


def test_each_plan_that_is_due_costs_the_same(plan: PricingPlan) -> None:
    none = queries_of_the_worker(NOW)
    make_member_of(plan, email="one@example.com")
    one = queries_of_the_worker(DUE)
    PlanPurchase.objects.update(renew_at=None)
    for number in range(3):
        make_member_of(plan, email=f"carl{number}@example.com")

    three = queries_of_the_worker(DUE)

    once = 1  # a sweep that found something looks once more for what comes after it
    assert three - none - once == 3 * (one - none - once)
    assert one - none <= 16
    assert queries_of_the_worker(DUE) == none
    work(DUE)
    assert queries_of_the_worker(ENDS) - none - once <= 4 * 8
