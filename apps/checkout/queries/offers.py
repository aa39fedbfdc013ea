"""What a draft costs and how it may be paid (ux.md C9, R113)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.queries import choice_of
from apps.bookings.queries.price import price_of
from apps.checkout.coupons import spread, worth
from apps.checkout.pricing import Item, Quote, Way, quote, ways_to_pay
from apps.checkout.providers import provider_in_use
from apps.checkout.queries.coupons import NO_CODE, Applied, apply_code


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

    A code that cannot be used changes no price.

    Raises:
        UnknownChoice: the service no longer offers what was chosen.
    """
    choice = choice_of(booking=booking)
    price = price_of(booking=booking, choice=choice, now=now)
    service, business = booking.service, booking.business
    if price.total is None:
        return Offer({})
    forms = {variant.name for variant in service.variants.all()} - {service.name}
    items = [
        Item(
            f"{service.name}, {line.name}" if line.name in forms else line.name,
            line.amount,
            line.quantity,
        )
        for line in price.lines
    ]
    amounts = tuple(item.amount * item.quantity for item in items)
    applied = apply_code(booking=booking, code=code, subtotal=price.total, now=now)
    less = worth(applied.terms, subtotal=price.total) if applied.terms else 0
    ways = ways_to_pay(
        total=price.total,
        online=service.pays_online and provider_in_use() is not None,
        in_person=service.pays_in_person,
        deposit=service.deposit,
        full_upfront=service.full_upfront,
    )
    return Offer(
        applied=applied,
        quotes={
            way: quote(
                items=items,
                currency=price.currency,
                tax_rate=service.tax_rate,
                tax_included=business.prices_include_tax,
                way=way,
                deposit=service.deposit,
                any_amount=service.any_amount,
                discounts=spread(less, over=amounts, currency=price.currency),
            )
            for way in ways
        },
    )
