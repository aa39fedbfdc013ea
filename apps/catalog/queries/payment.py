"""How a service is priced and paid now."""

from collections.abc import Mapping

from apps.catalog.models import Service
from apps.catalog.paying import PaymentTerms, PriceKind


def terms_of(service: Service, variant_prices: Mapping[int, int] | None = None) -> PaymentTerms:
    """Return the terms of a service with its variants read, or with these prices of theirs.

    Variants decide the price wherever there are some, so a fixed price beside them is by variant.
    """
    prices = variant_prices
    if prices is None:
        prices = {it.pk: it.price for it in service.variants.all()} if service.pk else {}
    kind = PriceKind(service.price_kind)
    return PaymentTerms(
        price_kind=PriceKind.VARIED if prices and kind is PriceKind.FIXED else kind,
        price=service.price,
        price_text=service.price_text,
        variant_prices=prices,
        pays_in_person=service.pays_in_person,
        pays_online=service.pays_online,
        deposit=service.deposit,
        any_amount=service.any_amount,
        full_upfront=service.full_upfront,
        tax_rate=service.tax_rate,
    )
