"""What the provider in use takes of what is offered; no query, and nobody is asked."""

from collections.abc import Sequence

from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.catalog.online import OutOfReach
from apps.catalog.paying import PaymentTerms
from apps.checkout.pricing import Way
from apps.checkout.providers import Bounds, provider_in_use
from apps.checkout.queries.plan_price import price_plan
from apps.checkout.reach import out_of_reach


class ProviderReach:
    """``catalog.online.Reach`` by the bounds of whoever takes new payments."""

    def of_terms(self, terms: PaymentTerms, *, business: Business) -> Sequence[OutOfReach]:
        """Nothing while nobody takes money online: then no way online is offered at all."""
        bounds = bounds_in_use(business)
        if bounds is None:
            return []
        return out_of_reach(
            terms,
            bounds=bounds,
            currency=business.currency,
            tax_included=business.prices_include_tax,
        )


def bounds_in_use(business: Business) -> Bounds | None:
    """What can be paid online in the currency of a business; None while nobody takes money."""
    provider = provider_in_use()
    return provider.bounds(business.currency) if provider else None


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
