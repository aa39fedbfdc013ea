"""Plans and gift cards: offered, and sold at the desk as a team does it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.businesses.models import TeamMember
from apps.catalog.models import PricingPlan, Service
from apps.checkout import operations as checkout
from apps.checkout.models import GiftCard, PlanPurchase
from apps.checkout.operations import Buyer, Gift
from tests.factories.salon import NOW


def make_plan(*, services: Sequence[Service], **columns: Any) -> PricingPlan:
    """Ten visits for 160.00, good for half a year; a membership or another price by its columns."""
    values = {
        "business": services[0].business,
        "name": "Ten classes",
        "slug": "ten-classes",
        "kind": "PACKAGE",
        "price": 16000,
        "credits": 10,
        "valid_days": 180,
        **columns,
    }
    if values["kind"] != "PACKAGE":
        values = {**values, "valid_days": None, "period_months": columns.get("period_months", 1)}
    if values["kind"] == "UNLIMITED":
        values["credits"] = None
    plan = PricingPlan.objects.create(**values)
    plan.services.set(services)
    return plan


def make_purchase(
    *,
    plan: PricingPlan,
    by: TeamMember,
    now: datetime = NOW,
    name: str = "Carl Vogt",
    email: str = "carl@example.com",
) -> PlanPurchase:
    """A plan somebody has: paid at the desk, it has begun."""
    buyer = Buyer(name=name, email=email)
    return checkout.sell_plan(plan_id=plan.pk, buyer=buyer, by=by, now=now)


def make_gift_card(*, by: TeamMember, value: int = 5000, now: datetime = NOW) -> GiftCard:
    """A card with all of its value on it."""
    buyer = Buyer(name="Eva Lindner", email="eva@example.com")
    card = checkout.sell_gift_card(gift=Gift(value=value, buyer=buyer), by=by, now=now)
    card.refresh_from_db()
    return card
