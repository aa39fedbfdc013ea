"""The choices of the service page as its template wants them (templates/catalog/service.html)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from apps.businesses.models import Business
from apps.catalog.models import AddOn, Service
from apps.catalog.pricing import Price
from apps.catalog.queries import Choice
from apps.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Option:
    """One radio or tick box. price None is not shown."""

    value: str
    label: str
    chosen: bool
    minutes: int = 0
    price: Money | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    heading: str
    name: str
    choices: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    value: str
    label: str
    initials: str
    next_at: datetime | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Quote:
    price: Money | None
    price_words: str
    minutes: int
    is_from: bool = False


def quote_of(choice: Choice) -> Quote:
    """What the choice costs and how long it takes."""
    return quote_of_price(choice.price, minutes=choice.duration_minutes)


def quote_of_price(price: Price, *, minutes: int) -> Quote:
    """The same for a price that was changed, for what is left of a course."""
    words = price.text or _("On request") if price.total is None else _("Free")
    return Quote(
        price=Money(price.total, price.currency) if price.total else None,
        price_words=words,
        minutes=minutes,
    )


def variant_options(choice: Choice) -> Options | None:
    """The forms of a service, when there is more than one."""
    service = choice.service
    variants = list(service.all_variants)
    if len(variants) < 2:  # noqa: PLR2004 - one form is no choice
        return None
    currency = service.business.currency
    free = service.price_kind == Service.PriceKind.FREE
    choices = tuple(
        Option(
            value=str(it.pk),
            label=it.name,
            chosen=it == choice.variant,
            minutes=it.duration_minutes or service.duration_minutes,
            price=None if free else Money(service.with_tax(it.price), currency),
        )
        for it in variants
    )
    return Options(service.variant_prompt or _("Which one?"), "variant", choices)


def place_options(choice: Choice) -> list[Option]:
    """The places of a service with their addresses; nothing when there is no other."""
    if not choice.has_other_places:
        return []
    return [
        Option(str(it.pk), it.name, chosen=it == choice.location, note=it.address)
        for it in choice.service.all_locations
    ]


def staff_tiles(choice: Choice, next_at: Mapping[int | None, datetime]) -> list[Tile]:
    """Anyone first; nothing when there is nobody to choose between."""
    if len(choice.staff) < 2:  # noqa: PLR2004 - one person is no choice
        return []
    anyone = Tile("", _("Anyone"), "", next_at.get(None), choice.chosen_staff is None)
    return [
        anyone,
        *(
            Tile(
                value=str(it.resource_id),
                label=it.short_name,
                initials=it.initials,
                next_at=next_at.get(it.resource_id),
                chosen=it == choice.chosen_staff,
            )
            for it in choice.staff
        ),
    ]


def add_on_options(choice: Choice) -> list[Option]:
    """The extras of a service in the owner's order."""
    chosen = {add_on.pk for add_on in choice.add_ons}
    add_ons = AddOn.objects.filter(group__service=choice.service, active=True)
    return [
        Option(
            value=str(it.pk),
            label=it.name,
            chosen=it.pk in chosen,
            minutes=it.duration_minutes,
            price=Money(choice.service.with_tax(it.price), choice.service.business.currency),
            note=it.description,
        )
        for it in add_ons.order_by("group__position", "group_id", "position", "pk")
    ]


def why_not_words(service: Service) -> str:
    """Why a service cannot be booked on its page."""
    if service.business.state == Business.State.PAUSED:
        return _("Online booking is paused.")
    return _("This service cannot be booked online.")
