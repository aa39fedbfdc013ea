"""Plans that are offered."""

from django.db.models import QuerySet

from apps.businesses.models import Business
from apps.businesses.queries import Remembered
from apps.catalog.models import PricingPlan

_sells: Remembered[bool] = Remembered(most=1_000)


def list_plans(*, business: Business) -> QuerySet[PricingPlan]:
    """The plans that anybody may buy, with their services; two queries."""
    offered = PricingPlan.objects.filter(business=business, hidden=False, retired_at=None)
    return offered.prefetch_related("services")


def get_plan(*, business: Business, slug: str) -> PricingPlan:
    """Return a plan that is offered.

    Raises:
        PricingPlan.DoesNotExist: there is none of this name, or not any more.
    """
    plan = list_plans(business=business).get(slug=slug)
    plan.business = business
    return plan


def has_plans(*, business: Business) -> bool:
    """Whether any plan may be bought; remembered until the setup changes."""
    offered = PricingPlan.objects.filter(business=business, hidden=False, retired_at=None)
    return _sells.get(business, "plans", offered.exists)
