"""What a draft costs and how it may be paid (rule M5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.queries.drafts import price_of
from apps.bookings.queries.offered import choice_of
from apps.catalog.models import Service
from apps.catalog.pricing import Price
from apps.catalog.queries import Choice
from apps.checkout.pricing import Item, Quote, Way, payable, quote, ways_to_pay
from apps.checkout.promotions import NOTHING, Taken, share_out, worth
from apps.checkout.providers import provider_in_use
from apps.checkout.queries.gifts import Gift, find_gift
from apps.checkout.queries.promotions import NO_CODE, Applied, apply_code, booker, find_discount


@dataclass(frozen=True, slots=True)
class Offer:
    """The ways that are offered, the first one chosen unless the customer says otherwise.
    too_little is what would be paid online where that cannot be (minor units); 0 where it can."""

    quotes: Mapping[Way, Quote]
    applied: Applied = NO_CODE
    gift: Gift | None = None
    too_little: int = 0

    @property
    def ways(self) -> tuple[Way, ...]:
        return tuple(self.quotes)


def offer_of(
    *, booking: Booking, now: datetime, code: str = "", gift: str = "", has_plan: bool = False
) -> Offer:
    """Price a draft for each way it may be paid; no way at all where nothing can be paid.

    A discount that counts now is taken off first, a code from what is left; a code that cannot be
    used changes no price. has_plan: a plan of theirs pays for this, all but the extras, which are
    paid at the place. gift is the code of a card that pays a part.

    Raises:
        UnknownChoice: the service no longer offers what was chosen.
    """
    choice = choice_of(booking=booking)
    price = price_of(booking=booking, choice=choice, now=now)
    if price.total is None:
        return Offer({})
    taken = find_discount(booking=booking, subtotal=price.net, now=now)
    rest = price.net - taken.amount
    applied = apply_code(user=booker(booking), code=code, subtotal=rest, now=now)
    by_code = worth(applied.terms, subtotal=rest) if applied.terms else 0
    quotes, too_little = _quotes(booking, price, taken, by_code)
    if has_plan and _plan_pays(booking.service, choice, price.total):
        quotes = {Way.PLAN: _quote_by_plan(booking.service, price, choice), **quotes}
    card = find_gift(booking.business_id, gift, booking=booking)
    return Offer(applied=applied, quotes=quotes, gift=card, too_little=too_little)


def _quotes(
    booking: Booking, price: Price, taken: Taken, by_code: int
) -> tuple[dict[Way, Quote], int]:
    """The ways that can be gone, and how much cannot be paid online although it should be."""
    service, items = booking.service, _items(booking.service, price)
    ways = ways_to_pay(
        total=price.total or 0,
        online=_is_paid_online(booking),
        in_person=service.pays_in_person,
        deposit=service.deposit,
        full_upfront=service.full_upfront,
    )
    off = share_out(
        _amounts(items), discount=taken.amount, by_code=by_code, currency=price.currency
    )
    asked = {way: _priced(service, price, way, off, taken) for way in ways}
    there = _priced(service, price, Way.IN_PERSON, off, taken)
    provider = provider_in_use()
    bounds = provider.bounds(price.currency) if provider else None
    found = payable(asked, there=there, bounds=bounds)
    lost = [asked[way].due_now for way in asked if way not in found and there.total]
    return found, max(lost, default=0)


def _quote_by_plan(service: Service, price: Price, choice: Choice) -> Quote:
    """What is left for extras; a discount or a code takes nothing off of them."""
    items = _items(service, price)
    base = len(items) - len(choice.add_ons)
    covered = [amount if index < base else 0 for index, amount in enumerate(_amounts(items))]
    return _priced(service, price, Way.PLAN, covered, NOTHING)


def _priced(
    service: Service, price: Price, way: Way, discounts: Sequence[int], taken: Taken
) -> Quote:
    return quote(
        items=_items(service, price),
        currency=price.currency,
        tax_rate=service.tax_rate,
        tax_included=service.business.prices_include_tax,
        way=way,
        deposit=service.deposit,
        any_amount=service.any_amount,
        discounts=discounts,
        taken=taken,
    )


def _amounts(items: Sequence[Item]) -> list[int]:
    return [item.amount * item.quantity for item in items]


def _items(service: Service, price: Price) -> list[Item]:
    """The lines of a price; a form of the service is named together with it."""
    forms = {variant.name for variant in service.all_variants} - {service.name}
    return [
        Item(
            f"{service.name}, {line.name}" if line.name in forms else line.name,
            line.amount,
            line.quantity,
        )
        for line in price.lines
    ]


def _plan_pays(service: Service, choice: Choice, total: int) -> bool:
    """Extras are never covered: where they cannot be paid at the place, a plan does not help."""
    return total > 0 and (service.pays_in_person or not choice.add_ons)


def asks_first(booking: Booking) -> bool:
    """Whether a draft becomes a request: its money is authorized until the team says yes."""
    return booking.asks_first


def _is_paid_online(booking: Booking) -> bool:
    """Where the team has to say yes first, only a provider will do that can authorize money."""
    provider = provider_in_use()
    if provider is None or not booking.service.pays_online:
        return False
    return provider.can_authorize or not asks_first(booking)
