"""Memberships that renew: bought on the page, paid with test money by a card that is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

from apps.catalog.models import PricingPlan, Service
from apps.checkout.models import Payment, PlanPurchase, SandboxSession
from apps.checkout.operations import Act
from apps.prepaid import operations as prepaid
from apps.prepaid.wiring import look_after_plans
from tests.clock import NOW
from tests.factories.money import ORIGIN, pay_in_sandbox, work

BOUGHT = NOW + timedelta(minutes=1)
ENDS = datetime(2026, 12, 23, 23, tzinfo=UTC)
"""Midnight in Berlin after 23 December: what was bought on 24 November is good for one month."""
NEXT_END = datetime(2027, 1, 23, 23, tzinfo=UTC)
DUE = ENDS - timedelta(days=1)


def make_membership_plan(*, service: Service, **columns: Any) -> PricingPlan:
    """Eight visits a month for €49.00."""
    values = {"kind": "CREDITS", "credits": 8, "period_months": 1, "price": 4900, **columns}
    plan = PricingPlan.objects.create(
        business=service.business, name="Monthly", slug="monthly", **values
    )
    plan.services.add(service)
    return plan


def buy(plan: PricingPlan, *, email: str = "carl@example.com") -> PlanPurchase:
    """Place the order of a plan; it is not paid yet."""
    return prepaid.buy_plan(
        plan=plan,
        buyer=prepaid.Buyer(name="Carl Vogt", email=email),
        seen_price=plan.price,
        form_key=f"form-{email}",
        visitor_hash="",
        origin=ORIGIN,
        now=NOW,
    ).purchase


def make_member_of(plan: PricingPlan, *, email: str = "carl@example.com") -> PlanPurchase:
    """Somebody who has bought and paid for a membership."""
    purchase = buy(plan, email=email)
    pay_in_sandbox(Payment.objects.get(order__purchase=purchase), Act.PAY, now=BOUGHT)
    work(BOUGHT)
    purchase.refresh_from_db()
    return purchase


def take_card_away() -> None:
    """The bank knows no card any more: whoever charges one is told no."""
    SandboxSession.objects.update(saved="")


def day_passes(at: datetime) -> None:
    """Let a worker look after plans at this moment, and do what comes of it."""
    look_after_plans(at)
    work(at)
