"""The plans of Harbor Yoga, and who has them."""

from datetime import datetime, timedelta

from apps.catalog.models import PricingPlan
from apps.demo.build import Shop
from apps.demo.visits import address_of
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer

Kind = PricingPlan.Kind
HOLDERS = (
    ("June Park", "ten-classes", 40),
    ("Walter Beal", "unlimited", 12),
    ("Rosa Medina", "four-a-month", 20),
)


def sell_plans(shop: Shop, *, now: datetime) -> None:
    """Offer three plans, and let three regulars have one, bought at the desk."""
    business = shop.business
    covered = [it for it in shop.services.values() if it.kind == it.Kind.CLASS]
    for position, columns in enumerate(OFFERED):
        plan = PricingPlan.objects.create(business=business, position=position, **columns)
        plan.services.set(covered)
    for name, slug, days_ago in HOLDERS:
        plan = PricingPlan.objects.get(business=business, slug=slug)
        prepaid.sell_plan(
            plan_id=plan.pk,
            buyer=Buyer(name=name, email=address_of(name)),
            by=shop.owner,
            now=now - timedelta(days=days_ago),
        )


OFFERED = (
    {
        "slug": "ten-classes",
        "name": "Ten classes",
        "kind": Kind.PACKAGE,
        "price": 16000,
        "credits": 10,
        "valid_days": 180,
        "summary": "For when you can make it.",
    },
    {
        "slug": "four-a-month",
        "name": "Four a month",
        "kind": Kind.CREDITS,
        "price": 6400,
        "credits": 4,
        "period_months": 1,
        "summary": "A class a week.",
    },
    {
        "slug": "unlimited",
        "name": "Unlimited",
        "kind": Kind.UNLIMITED,
        "price": 12900,
        "period_months": 1,
        "summary": "For those who live on the mat.",
    },
)
