"""What a draft costs and how it may be paid (ux.md C9, R113)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.queries import choice_of
from apps.bookings.queries.price import price_of
from apps.catalog.models import Service
from apps.catalog.queries import Choice
from apps.checkout.coupons import spread, worth
from apps.checkout.pricing import Item, Quote, Way, quote, ways_to_pay
from apps.checkout.providers import provider_in_use
from apps.checkout.queries.coupons import NO_CODE, Applied, apply_code
from apps.checkout.queries.gifts import Gift, find_gift


@dataclass(frozen=True, slots=True)
class Offer:
    """The ways that are offered, the first one chosen unless the customer says otherwise."""

    quotes: Mapping[Way, Quote]
    applied: Applied = NO_CODE
    gift: Gift | None = None

    @property
    def ways(self) -> tuple[Way, ...]:
        return tuple(self.quotes)


def offer_of(
    *, booking: Booking, now: datetime, code: str = "", gift: str = "", has_plan: bool = False
) -> Offer:
    """Price a draft for each way it may be paid; no way at all where nothing can be paid.

    A code that cannot be used changes no price. has_plan: a plan of theirs pays for this, all but
    the extras, which are paid at the place. gift is the code of a card that pays a part.

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
        online=_is_paid_online(booking),
        in_person=service.pays_in_person,
        deposit=service.deposit,
        full_upfront=service.full_upfront,
    )

    def priced(way: Way, discounts: Sequence[int]) -> Quote:
        return quote(
            items=items,
            currency=price.currency,
            tax_rate=service.tax_rate,
            tax_included=business.prices_include_tax,
            way=way,
            deposit=service.deposit,
            discounts=discounts,
        )

    spread_out = spread(less, over=amounts, currency=price.currency)
    quotes = {way: priced(way, spread_out) for way in ways}
    if has_plan and _plan_pays(service, choice, price.total):
        base = len(items) - len(choice.add_ons)
        covered = [amount if place < base else 0 for place, amount in enumerate(amounts)]
        quotes = {Way.PLAN: priced(Way.PLAN, covered), **quotes}
    card = None if service.requires_approval else find_gift(business.pk, gift)
    return Offer(applied=applied, quotes=quotes, gift=card)


def _plan_pays(service: Service, choice: Choice, total: int) -> bool:
    """Extras are never covered: where they cannot be paid at the place, a plan does not help."""
    return total > 0 and (service.pays_in_person or not choice.add_ons)


def asks_first(booking: Booking) -> bool:
    """Whether a draft becomes a request: its money is kept aside until the team says yes."""
    return booking.service.requires_approval and not booking.skip_business_confirmation


def _is_paid_online(booking: Booking) -> bool:
    """Where the team has to say yes first, only a provider will do that can keep money aside."""
    provider = provider_in_use()
    if provider is None or not booking.service.pays_online:
        return False
    return provider.can_authorize or not asks_first(booking)
