"""The services of a business as its owner sees them, hidden and retired ones too; and what a
customer will see of terms before they are kept, by the rules the checkout itself asks."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.catalog.payment_problems import find_out_of_reach, limit_words
from apps.catalog.pricing import WHOLE, PaymentTerms, PriceKind
from apps.catalog.queries.offered import terms_of
from apps.checkout.pricing import Item, Quote, Way, payable, quote, ways_to_pay
from apps.checkout.providers import provider_in_use
from apps.checkout.queries.reach import bounds_in_use
from apps.dashboard.access import Access
from apps.web import formatting


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One price with its tax in words, and the ways to pay it; name is the variant's, or ""."""

    name: str
    amount: str
    tax: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """closed: the owner allows online payment, but this portal has no payment provider."""

    lines: tuple[PreviewLine, ...]
    closed: bool


def preview_payment(*, service: Service, terms: PaymentTerms) -> Preview:
    """Word the terms for one person; reads only the settings once the variants are loaded."""
    business = service.business
    online = provider_in_use() is not None
    place = _("Paid at the %(place)s") % {"place": business.place_word}
    if terms.price_kind is PriceKind.FREE:
        lines = [PreviewLine("", _("Free"), "", (_("Nothing to pay"),))]
    elif terms.price_kind is PriceKind.CUSTOM:
        lines = [PreviewLine("", terms.price_text or _("On request"), "", (place,))]
    elif terms.price_kind is PriceKind.FIXED:
        lines = [_preview_line("", terms.price, terms, business, online=online)]
    else:
        lines = [
            _preview_line(it.name, terms.variant_prices[it.pk], terms, business, online=online)
            for it in service.variants.all()
        ]
    return Preview(tuple(lines), closed=terms.pays_online and not online)


def price_words(*, terms: PaymentTerms, business: Business) -> str:
    """ "€48.00", "from €48.00", "Free", or the owner's own words."""
    if terms.price_kind is PriceKind.FREE:
        return _("Free")
    if terms.price_kind is PriceKind.CUSTOM:
        return terms.price_text or _("On request")
    lowest = _money(min(terms.amounts, default=0), business)
    if len(set(terms.amounts)) > 1:
        return _("from %(price)s") % {"price": lowest}
    return lowest


def paid_words(*, terms: PaymentTerms, business: Business) -> str:
    """How a service is paid, as short as a list wants it."""
    place = {"place": business.place_word}
    if terms.price_kind is PriceKind.FREE:
        return _("Nothing to pay")
    if terms.deposit is not None and terms.pays_online:
        words = {"amount": _money(terms.deposit, business), **place}
        if terms.full_upfront:
            return _("%(amount)s deposit or everything online, the rest at the %(place)s") % words
        return _("%(amount)s deposit online, the rest at the %(place)s") % words
    if terms.pays_online:
        return _("Online or at the %(place)s") % place if terms.pays_in_person else _("Online")
    return _("At the %(place)s") % place


def _preview_line(
    name: str, amount: int, terms: PaymentTerms, business: Business, *, online: bool
) -> PreviewLine:
    ways = ways_to_pay(
        total=amount,
        online=online and terms.pays_online,
        in_person=terms.pays_in_person,
        deposit=terms.deposit,
        full_upfront=terms.full_upfront,
    )
    quotes = payable(
        {way: _quote(amount, terms, business, way) for way in ways},
        there=_quote(amount, terms, business, Way.IN_PERSON),
        bounds=bounds_in_use(business),
    )
    whole = _quote(amount, terms, business, Way.FULL)
    return PreviewLine(
        name=name,
        amount=_money(whole.total, business) if amount else _("Free"),
        tax=_tax_words(whole, business),
        ways=tuple(_way_words(way, it, business) for way, it in quotes.items())
        or (_("Nothing to pay") if not amount else _("Nobody can pay for this at the moment"),),
    )


def _quote(amount: int, terms: PaymentTerms, business: Business, way: Way) -> Quote:
    return quote(
        items=[Item("", amount)],
        currency=business.currency,
        tax_rate=terms.tax_rate,
        tax_included=business.prices_include_tax,
        way=way,
        deposit=terms.deposit,
        any_amount=terms.any_amount,
    )


def _way_words(way: Way, found: Quote, business: Business) -> str:
    words = {
        "now": _money(found.due_now, business),
        "later": _money(found.due_later, business),
        "place": business.place_word,
    }
    if found.takes_any:
        return _("%(now)s or more now, the rest at the %(place)s") % words
    if way is Way.DEPOSIT:
        return _("%(now)s now, %(later)s at the %(place)s") % words
    if way is Way.FULL:
        return _("%(now)s now, online") % words
    return _("%(later)s at the %(place)s") % words


def _tax_words(found: Quote, business: Business) -> str:
    if not found.tax_rate or not found.total:
        return ""
    rate = f"{found.tax_rate * 100 / WHOLE:g} %"
    return _("incl. %(rate)s VAT %(tax)s") % {"rate": rate, "tax": _money(found.tax, business)}


def _money(minor: int, business: Business) -> str:
    return formatting.format_money(minor, business.currency, business.locale)


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """price and paid are words; minutes is the length without variants and extras. beyond says what
    keeps some of it from being paid online, "" when all can be."""

    pk: int
    name: str
    kind: str
    minutes: int
    price: str
    paid: str
    hidden: bool
    retired: bool
    beyond: str = ""


@dataclass(frozen=True, slots=True)
class ServiceGroup:
    """One category; those without one come last, and the public does not see them."""

    name: str
    is_category: bool
    services: tuple[ServiceRow, ...]


def list_service_groups(*, access: Access) -> list[ServiceGroup]:
    """List everything in the owner's order; two queries."""
    services = _services(access).order_by(
        F("category__position").asc(nulls_last=True), "category_id", "position", "pk"
    )
    return [
        ServiceGroup(
            name=category.name if category else _("Without a category"),
            is_category=category is not None,
            services=tuple(_row(it, access) for it in found),
        )
        for category, found in groupby(services, key=lambda it: it.category)
    ]


def get_priced_service(*, access: Access, service_id: int) -> Service:
    """Return a service of this business with its variants.

    Raises:
        Service.DoesNotExist: there is none.
    """
    service = _services(access).get(pk=service_id)
    service.business = access.business
    return service


def _services(access: Access) -> QuerySet[Service]:
    services = Service.objects.filter(business=access.business).select_related("category")
    return services.prefetch_related("variants")


def _row(service: Service, access: Access) -> ServiceRow:
    terms = terms_of(service)
    return ServiceRow(
        pk=service.pk,
        name=service.name,
        kind=service.get_kind_display(),
        minutes=service.duration_minutes,
        price=price_words(terms=terms, business=access.business),
        paid=paid_words(terms=terms, business=access.business),
        hidden=service.hidden,
        retired=service.retired_at is not None,
        beyond=_beyond(service, terms, access),
    )


def _beyond(service: Service, terms: PaymentTerms, access: Access) -> str:
    if service.retired_at is not None:
        return ""
    found = find_out_of_reach(terms, business=access.business)
    return limit_words(found[0], business=access.business) if found else ""
