"""What a plan costs in the end."""

from apps.businesses.models import Business
from apps.checkout.pricing import Item, Quote, Way, quote


def price_plan(price: int, tax_rate: int, name: str, business: Business, *, way: Way) -> Quote:
    """Price a plan with its tax; price in minor units, as the business keeps its prices."""
    return quote(
        items=[Item(name, price)],
        currency=business.currency,
        tax_rate=tax_rate,
        tax_included=business.prices_include_tax,
        way=way,
        deposit=None,
    )
