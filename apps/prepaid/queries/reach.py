"""Which plans on offer the provider in use cannot take money for; no query, and nobody is asked."""

from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.catalog.online import OutOfReach
from apps.checkout.pricing import Way
from apps.checkout.queries.reach import bounds_in_use
from apps.prepaid.queries.plan_price import price_plan


def plan_out_of_reach(
    *, price: int, tax_rate: int, hidden: bool, business: Business
) -> OutOfReach | None:
    """Whether a plan that is sold on the page cannot be paid there; the desk may sell it all the
    same. price in minor units as the business keeps its prices, tax_rate in basis points."""
    bounds = bounds_in_use(business)
    total = price_plan(price, tax_rate, "", business, way=Way.FULL).total
    if bounds is None or hidden or not total or bounds.takes(total):
        return None
    return OutOfReach(
        of="price",
        amount=total,
        least=bounds.least,
        most=bounds.most,
        step=bounds.step,
        is_only_way=False,
    )


def stored_plan_out_of_reach(plan: PricingPlan, business: Business) -> OutOfReach | None:
    """The same for a plan as it is stored; nothing for one that is sold no more."""
    if plan.retired_at is not None:
        return None
    return plan_out_of_reach(
        price=plan.price, tax_rate=plan.tax_rate, hidden=plan.hidden, business=business
    )
