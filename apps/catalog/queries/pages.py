"""What the public list of services shows: frozen rows, one query per table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.businesses.models import Business
from apps.catalog.models import AddOn, Category, Service
from apps.catalog.queries.offered import list_services
from apps.kernel.money import Money
from apps.web import formatting


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One line of the list. price None goes with price_words ("On request", "Free").

    next_at is shown on the clock of next_zone; next_place is "" where there is no other place.
    """

    service: Service
    name: str
    url: str
    minutes: int
    note: str
    price: Money | None
    is_from: bool
    price_words: str
    next_at: datetime | None = None
    next_words: str = ""
    next_zone: ZoneInfo | None = None
    next_place: str = ""


@dataclass(frozen=True, slots=True)
class ServiceGroup:
    name: str
    services: tuple[ServiceRow, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ServiceList:
    """The whole list as asked for; count is the number of services in it."""

    groups: tuple[ServiceGroup, ...]
    chips: tuple[Chip, ...]

    @property
    def rows(self) -> tuple[ServiceRow, ...]:
        return tuple(row for group in self.groups for row in group.services)

    def with_rows(self, rows: Iterable[ServiceRow]) -> "ServiceList":
        """Return the list with rows of the same services in place of its own."""
        fresh = {row.service.pk: row for row in rows}
        groups = tuple(
            ServiceGroup(group.name, tuple(fresh[row.service.pk] for row in group.services))
            for group in self.groups
        )
        return replace(self, groups=groups)


def get_service_list(*, business: Business, search: str = "", category: str = "") -> ServiceList:
    """Read the public list in two queries, whatever its length.

    category is a category's slug; an unknown one shows everything, like an old bookmark should.
    """
    add_ons = AddOn.objects.filter(group__service=OuterRef("pk"), active=True)
    services = list(
        list_services(business=business, search=search).annotate(has_add_ons=Exists(add_ons))
    )
    categories = list({s.category_id: s.category for s in services if s.category}.values())
    chosen = next((it for it in categories if it.slug == category), None)
    shown = [s for s in services if chosen is None or s.category_id == chosen.pk]
    groups = tuple(
        ServiceGroup(category_of.name, tuple(_row(business, service) for service in of_category))
        for category_of, of_category in groupby(shown, key=lambda service: service.category)
        if category_of is not None
    )
    return ServiceList(groups, _chips(business, categories, chosen) if not search else ())


def _chips(
    business: Business, categories: Sequence[Category], chosen: Category | None
) -> tuple[Chip, ...]:
    if len(categories) < 2:  # noqa: PLR2004 - one kind needs no choice
        return ()
    home = {"business": business.slug}
    return (
        Chip(_("All"), reverse("bookings:home", kwargs=home), chosen is None),
        *(
            Chip(
                it.name,
                reverse("bookings:home", kwargs=home, query={"kind": it.slug}),
                it == chosen,
            )
            for it in categories
        ),
    )


def _row(business: Business, service: Service) -> ServiceRow:
    service.business = business
    variants = list(service.variants.all())
    amounts = {variant.price for variant in variants} or {service.price}
    custom = service.price_kind == Service.PriceKind.CUSTOM
    free = service.price_kind == Service.PriceKind.FREE
    words = service.price_text or _("On request") if custom else _("Free") if free else ""
    return ServiceRow(
        service=service,
        name=service.name,
        url=address_of(service=service, has_choices=len(variants) > 1 or _has_add_ons(service)),
        minutes=_shortest(service),
        note=_note(service, amount=service.with_tax(min(amounts)), is_priced=not words),
        price=None if words else Money(service.with_tax(min(amounts)), business.currency),
        is_from=len(amounts) > 1,
        price_words=words,
        next_words=_next_words(business, service),
    )


def _note(service: Service, *, amount: int, is_priced: bool) -> str:
    """What is good to know before the card is tapped: "by request, deposit €20.00, home
    visit"."""
    notes = [_("by request")] if service.requires_approval else []
    if is_priced and service.pays_online and service.deposit and service.deposit < amount:
        business = service.business
        deposit = formatting.format_money(service.deposit, business.currency, business.locale)
        notes.append(_("deposit %(amount)s") % {"amount": deposit})
    if service.home_visit:
        notes.append(_("home visit"))
    if service.online:
        notes.append(_("online"))
    return ", ".join(notes)


def _next_words(business: Business, service: Service) -> str:
    """What stands in place of the next time, "" where that is what stands there."""
    if not service.bookable_online:
        return _("Not bookable online")
    return _answer_words(business) if service.requires_approval else ""


def _answer_words(business: Business) -> str:
    hours = business.answer_within_hours
    return ngettext("Answered within %d hour", "Answered within %d hours", hours) % hours


def _has_add_ons(service: Service) -> bool:
    return bool(getattr(service, "has_add_ons", False))


def _shortest(service: Service) -> int:
    lengths = [it.duration_minutes or service.duration_minutes for it in service.variants.all()]
    return min(lengths, default=service.duration_minutes)


def address_of(*, service: Service, has_choices: bool) -> str:
    """Where a card leads: to the times at once when nothing has to be chosen before;
    of a class to the weeks, of a course to its dates."""
    if service.kind == Service.Kind.CLASS:
        weeks = {"business": service.business.slug}
        return reverse("classes:timetable", kwargs=weeks, query={"class": service.slug})
    slugs = {"business": service.business.slug, "service": service.slug}
    if service.kind == Service.Kind.COURSE:
        return reverse("classes:course", kwargs=slugs)
    if has_choices or not service.bookable_online:
        return reverse("bookings:service", kwargs=slugs)
    return reverse("bookings:times", kwargs=slugs)
