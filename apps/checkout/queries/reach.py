"""What the provider in use takes of what is offered; no query, and nobody is asked."""

from collections.abc import Sequence

from apps.businesses.models import Business
from apps.catalog.payment_problems import OutOfReach
from apps.catalog.pricing import PaymentTerms
from apps.checkout.providers import Bounds, provider_in_use
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
