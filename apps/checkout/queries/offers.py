"""What a draft costs and how it may be paid (ux.md C9, R113)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.queries import choice_of
from apps.bookings.queries.price import price_of
from apps.catalog.models import Service
from apps.catalog.pricing import Price
from apps.checkout.coupons import worth
from apps.checkout.discounts import Taken, share_out
from apps.checkout.pricing import Item, Quote, Way, quote, ways_to_pay
from apps.checkout.providers import provider_in_use
from apps.checkout.queries.coupons import NO_CODE, Applied, apply_code
from apps.checkout.queries.discounts import find_discount


@dataclass(frozen=True, slots=True)
class Offer:
    """The ways that are offered, the first one chosen unless the customer says otherwise."""

    quotes: Mapping[Way, Quote]
    applied: Applied = NO_CODE

    @property
    def ways(self) -> tuple[Way, ...]:
        return tuple(self.quotes)


def offer_of(*, booking: Booking, now: datetime, code: str = "") -> Offer:
    """Price a draft for each way it may be paid; no way at all where nothing can be paid.

    A discount that counts now is taken off first, a code from what is left; a code that cannot be
    used changes no price.

    Raises:
        UnknownChoice: the service no longer offers what was chosen.
    """
    choice = choice_of(booking=booking)
    price = price_of(booking=booking, choice=choice, now=now)
    if price.total is None:
        return Offer({})
    taken = find_discount(booking=booking, subtotal=price.total, now=now)
    rest = price.total - taken.amount
    applied = apply_code(booking=booking, code=code, subtotal=rest, now=now)
    by_code = worth(applied.terms, subtotal=rest) if applied.terms else 0
    return Offer(_quotes(booking.service, price, taken, by_code), applied)


def _quotes(service: Service, price: Price, taken: Taken, by_code: int) -> dict[Way, Quote]:
    items = _items(service, price)
    ways = ways_to_pay(
        total=price.total or 0,
        online=service.pays_online and provider_in_use() is not None,
        in_person=service.pays_in_person,
        deposit=service.deposit,
        full_upfront=service.full_upfront,
    )
    off = share_out(
        [item.amount * item.quantity for item in items],
        discount=taken.amount,
        by_code=by_code,
        currency=price.currency,
    )
    return {
        way: quote(
            items=items,
            currency=price.currency,
            tax_rate=service.tax_rate,
            tax_included=service.business.prices_include_tax,
            way=way,
            deposit=service.deposit,
            any_amount=service.any_amount,
            discounts=off,
            offer=taken,
        )
        for way in ways
    }


def _items(service: Service, price: Price) -> list[Item]:
    """The lines of a price; a form of the service is named together with it."""
    forms = {variant.name for variant in service.variants.all()} - {service.name}
    return [
        Item(
            f"{service.name}, {line.name}" if line.name in forms else line.name,
            line.amount,
            line.quantity,
        )
        for line in price.lines
    ]
