"""What a plan costs in the end."""

from apps.businesses.models import Business
from apps.checkout.models import Order
from apps.checkout.pricing import Item, Quote, Way, quote


def price_plan(
    price: int, tax_rate: int, name: str, business: Business, *, way: Way, by_code: int = 0
) -> Quote:
    """Price a plan with its tax; price in minor units, as the business keeps its prices, and so is
    what a code takes off it."""
    return quote(
        items=[Item(name, price)],
        currency=business.currency,
        tax_rate=tax_rate,
        tax_included=business.prices_include_tax,
        way=way,
        deposit=None,
        discounts=[by_code],
    )


def price_again(last: Order, *, by_code: int = 0) -> Quote:
    """What another period costs after this one: the same, without what a code took off; whatever
    the plan or the taxes of the business have become since. by_code is taken off anew, in minor
    units, as the business keeps its prices."""
    return quote(
        items=[Item(line.name, line.amount, line.quantity) for line in last.lines.all()],
        currency=last.currency,
        tax_rate=last.tax_rate,
        tax_included=last.tax_included,
        way=Way.FULL,
        deposit=None,
        discounts=[by_code] if by_code else None,
    )
