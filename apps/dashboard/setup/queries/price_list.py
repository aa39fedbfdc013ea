"""The services of a business as its owner sees them: hidden and retired ones too."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from apps.catalog.models import Service
from apps.catalog.payment_problems import find_out_of_reach, limit_words
from apps.catalog.pricing import PaymentTerms
from apps.catalog.queries.offered import terms_of
from apps.dashboard.access import Access
from apps.dashboard.setup.queries.payment_preview import paid_words, price_words


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
