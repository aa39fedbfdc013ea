"""What the provider in use takes of what is offered; no query, and nobody is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Literal

from apps.businesses.models import Business
from apps.catalog.payment_problems import OutOfReach
from apps.catalog.pricing import PaymentTerms, PriceKind
from apps.checkout.pricing import Item, Quote, Way, payable, quote, ways_to_pay
from apps.checkout.providers import Bounds, provider_in_use

Of = Literal["price", "deposit"] | int


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


def out_of_reach(
    terms: PaymentTerms, *, bounds: Bounds, currency: str, tax_included: bool
) -> list[OutOfReach]:
    """List the amounts that should be paid online and cannot, a deposit once; the first that leaves
    no way at all comes before one that does."""
    found: dict[Of, OutOfReach] = {}
    for of, amount in _amounts(terms):
        for it in _lost(of, amount, terms, bounds, currency, tax_included=tax_included):
            if it.of not in found or it.is_only_way:
                found[it.of] = it
    return list(found.values())


def _amounts(terms: PaymentTerms) -> list[tuple[Of, int]]:
    if not terms.pays_online:
        return []
    if terms.price_kind is PriceKind.FIXED:
        return [("price", terms.price)]
    if terms.price_kind is PriceKind.VARIED:
        return list(terms.variant_prices.items())
    return []


def _lost(
    of: Of,
    amount: int,
    terms: PaymentTerms,
    bounds: Bounds,
    currency: str,
    *,
    tax_included: bool,
) -> Iterator[OutOfReach]:
    def priced(way: Way) -> Quote:
        return quote(
            items=[Item("", amount)],
            currency=currency,
            tax_rate=terms.tax_rate,
            tax_included=tax_included,
            way=way,
            deposit=terms.deposit,
            any_amount=terms.any_amount,
        )

    offered = {way: priced(way) for way in _ways(amount, terms)}
    left = payable(offered, there=priced(Way.IN_PERSON), bounds=bounds)
    is_only_way = not terms.pays_in_person and not left.keys() & offered.keys()
    for way in offered.keys() - left.keys():
        yield OutOfReach(
            of="deposit" if way is Way.DEPOSIT else of,
            amount=offered[way].due_now,
            **asdict(bounds),
            is_only_way=is_only_way,
        )


def _ways(amount: int, terms: PaymentTerms) -> tuple[Way, ...]:
    return ways_to_pay(
        total=amount,
        online=True,
        in_person=terms.pays_in_person,
        deposit=terms.deposit,
        full_upfront=terms.full_upfront,
    )
