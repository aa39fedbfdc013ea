"""What is offered now: services with their policy, their staff, what they need and ask, and how
they are paid; and the plans that anybody may buy."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from apps.businesses.models import Business, Location
from apps.businesses.queries import Remembered
from apps.catalog.models import (
    AddOn,
    BookingForm,
    BookingPolicy,
    FormerServiceSlug,
    PricingPlan,
    Question,
    Service,
    StaffMember,
    Variant,
)
from apps.catalog.pricing import PaymentTerms, PriceKind

Requirements = list[tuple[int, dict[int, int]]]
"""(type id, {resource id: rank}) in the order of a service's requirements."""

# Plain SQL: the page of times, every hold and every booking ask it, and composing its two
# subqueries anew took ten times as long as the answer.
ABLE = """
    SELECT need.service_id, need.id, need.resource_type_id, kind.is_staff,
           resource.id, resource.rank
    FROM catalog_servicerequirement AS need
    JOIN catalog_resourcetype AS kind ON kind.id = need.resource_type_id
    LEFT JOIN catalog_resource AS resource
        ON resource.type_id = need.resource_type_id AND resource.active AND (
            NOT EXISTS (
                SELECT 1 FROM catalog_servicerequirement_eligible AS named
                WHERE named.servicerequirement_id = need.id
            ) OR EXISTS (
                SELECT 1 FROM catalog_servicerequirement_eligible AS named
                WHERE named.servicerequirement_id = need.id AND named.resource_id = resource.id
            )
        )
    WHERE need.service_id IN ({marks})
    ORDER BY need.position, need.id, resource.id
"""
_services: Remembered[Service] = Remembered(most=1_000)
_policies: Remembered[BookingPolicy] = Remembered(most=500)
_staff: Remembered[dict[int, StaffMember]] = Remembered(most=1_000)
Asked = tuple[BookingForm, tuple[Question, ...]]
_asked: Remembered[Asked] = Remembered(most=1_000)
_sells: Remembered[bool] = Remembered(most=1_000)


class Need(NamedTuple):
    """One requirement of a service and the active resources that could meet it, with ranks."""

    type_id: int
    is_staff: bool
    able: dict[int, int]


def load_requirements(*, service_ids: Collection[int]) -> dict[int, Requirements]:
    """Return, by service, (type id, {resource id: rank}) in the order of the requirements.

    One query for any number of services. Nobody named as eligible means everybody of the type;
    a type of which nobody is left is there with no resource. Services without any are there too.
    """
    return {
        service_id: [(need.type_id, need.able) for need in needs]
        for service_id, needs in read_needs(service_ids).items()
    }


def able_staff(needs: Iterable[Need]) -> list[int]:
    """The resources of the people who could do it: those of the first need for people."""
    return next((list(need.able) for need in needs if need.is_staff), [])


def read_needs(service_ids: Collection[int]) -> dict[int, list[Need]]:
    """Return the needs of each service in order, in one query; see ``load_requirements``."""
    ids = list(service_ids)
    found: dict[int, dict[int, Need]] = {pk: {} for pk in ids}
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ABLE.format(marks=", ".join(["%s"] * len(ids))), ids)
        for service_id, pk, type_id, is_staff, resource_id, rank in cursor.fetchall():
            need = found[service_id].setdefault(pk, Need(type_id, bool(is_staff), {}))
            if resource_id is not None:
                need.able[resource_id] = rank
    return {service_id: list(needs.values()) for service_id, needs in found.items()}


class ServiceMoved(Exception):
    """The service has a new address (rule B26)."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class ServiceRetired(Exception):
    """The service is no longer offered."""

    def __init__(self, service: Service) -> None:
        super().__init__(service.slug)
        self.service = service


def list_services(*, business: Business, search: str = "") -> QuerySet[Service]:
    """List what the public may see, in the owner's order: not hidden, not retired, and in a
    category."""
    services = (
        Service.objects.filter(
            business=business, hidden=False, retired_at=None, category__isnull=False
        )
        .select_related("category", "policy")
        .prefetch_related(Prefetch("variants", Variant.objects.order_by("position", "pk")))
        .order_by("category__position", "category_id", "position", "pk")
    )
    return services.filter(name__icontains=search) if search else services


def get_service(*, business: Business, slug: str) -> Service:
    """Return the service of this business at this address, hidden ones too.

    Raises:
        Service.DoesNotExist: there is none.
        ServiceMoved: it has a newer address.
        ServiceRetired: it is no longer offered.
    """
    service = _offered(business, slug=slug)
    if service is None:
        former = FormerServiceSlug.objects.filter(business=business, slug=slug)
        moved = former.values_list("service__slug", flat=True).first()
        if moved is None:
            raise Service.DoesNotExist
        raise ServiceMoved(moved)
    if service.retired_at is not None:
        raise ServiceRetired(service)
    return service


def get_service_by_id(*, business: Business, service_id: int) -> Service:
    """Return a service of this business that a booking names, retired ones too.

    Raises:
        Service.DoesNotExist: there is none.
    """
    service = _offered(business, pk=service_id)
    if service is None:
        raise Service.DoesNotExist
    return service


def _offered(business: Business, **wanted: Any) -> Service | None:
    """Read a service with all that a choice asks of it, or take it from memory."""

    def read() -> Service:
        services = Service.objects.select_related("policy", "form")
        extras = AddOn.objects.filter(group__service=OuterRef("pk"))
        variants = Variant.objects.filter(service=OuterRef("pk"))
        services = services.annotate(read_add_ons=Exists(extras), read_variants=Exists(variants))
        found = services.prefetch_related("locations").get(business=business, **wanted)
        found.has_any_add_ons = found.read_add_ons
        found.all_locations = tuple(found.locations.all())
        found.all_variants = tuple(found.variants.all()) if found.read_variants else ()
        return found

    try:
        known = _services.get(business, tuple(wanted.items()), read)
    except Service.DoesNotExist:
        return None
    service = copy(known)  # each request has its own, with its own business
    service.business = business
    return service


def is_offered(*, service: Service) -> bool:
    """Say whether customers can book this service online now."""
    return (
        service.business.state == Business.State.PUBLISHED
        and service.bookable_online
        and service.retired_at is None
    )


def is_bookable(*, service: Service) -> bool:
    """Say whether customers can book this service online now, by appointment."""
    return is_offered(service=service) and service.kind == Service.Kind.APPOINTMENT


def policy_of(*, service: Service) -> BookingPolicy:
    """Return the rules of a service: its own, else those of its business."""
    return service.policy or default_policy(business=service.business)


def default_policy(*, business: Business) -> BookingPolicy:
    """Return the policy of services that name none.

    Raises:
        BookingPolicy.DoesNotExist: the business was set up without one, which is a bug.
    """
    return _policies.get(
        business,
        "default",
        lambda: BookingPolicy.objects.get(business_id=business.pk, is_default=True),
    )


def list_staff(*, service: Service, needs: Sequence[Need] | None = None) -> tuple[StaffMember, ...]:
    """List the people who do this service, in the order of the team (rule B28).

    Those are the resources of its first need for people; needs are read unless they are given.
    """
    return tuple(_staff_of(service, needs).values())


def find_staff(*, service: Service, resource_id: int) -> StaffMember | None:
    """Return the one of them with this resource, or nothing."""
    return _staff_of(service, None).get(resource_id)


def _staff_of(service: Service, needs: Sequence[Need] | None) -> dict[int, StaffMember]:
    def read() -> dict[int, StaffMember]:
        known = read_needs([service.pk])[service.pk] if needs is None else needs
        staff = StaffMember.objects.filter(
            business_id=service.business_id, resource_id__in=able_staff(known)
        )
        return {person.resource_id: person for person in staff.select_related("resource")}

    return _staff.get(service.business, service.pk, read)


def list_public_pages() -> QuerySet[Service, tuple[str, str]]:
    """List (business slug, service slug) of every service that search engines may show."""
    services = Service.objects.filter(
        business__state=Business.State.PUBLISHED,
        hidden=False,
        retired_at=None,
        category__isnull=False,
    )
    return services.order_by("pk").values_list("business__slug", "slug")


def questions_of(*, service: Service) -> Asked:
    """Return the form of a service, or the default one of its business, and its questions in order.

    Raises:
        BookingForm.DoesNotExist: the business was set up without one, which is a bug.
    """
    return _asked.get(service.business, service.pk, lambda: _read_form(service))


def _read_form(service: Service) -> Asked:
    form = service.form
    if form is None:
        form = BookingForm.objects.get(business_id=service.business_id, is_default=True)
    return form, tuple(form.questions.order_by("position", "pk"))


def terms_of(service: Service, variant_prices: Mapping[int, int] | None = None) -> PaymentTerms:
    """Return the terms of a service with its variants read, or with these prices of theirs.

    Variants decide the price wherever there are some, so a fixed price beside them is by variant.
    """
    prices = variant_prices
    if prices is None:
        prices = {it.pk: it.price for it in service.variants.all()} if service.pk else {}
    kind = PriceKind(service.price_kind)
    return PaymentTerms(
        price_kind=PriceKind.VARIED if prices and kind is PriceKind.FIXED else kind,
        price=service.price,
        price_text=service.price_text,
        variant_prices=prices,
        pays_in_person=service.pays_in_person,
        pays_online=service.pays_online,
        deposit=service.deposit,
        any_amount=service.any_amount,
        full_upfront=service.full_upfront,
        tax_rate=service.tax_rate,
    )


def zone_of(*, service: Service, location: Location | None) -> ZoneInfo:
    """Return the zone of the venue: the location's own, else the business's (rule T13)."""
    if location is not None and location.time_zone:
        return ZoneInfo(location.time_zone)
    return service.business.zone


def may_wait_for_a_time(service: Service) -> bool:
    """Whether the service has a waitlist: whatever the team decides about is asked for instead."""
    if service.kind != Service.Kind.APPOINTMENT:
        return False
    return not (service.requires_approval or service.allows_multiple_requests)


def list_plans(*, business: Business) -> QuerySet[PricingPlan]:
    """The plans that anybody may buy, with their services; two queries."""
    offered = PricingPlan.objects.filter(business=business, hidden=False, retired_at=None)
    return offered.prefetch_related("services")


def get_plan(*, business: Business, slug: str) -> PricingPlan:
    """Return a plan that is offered.

    Raises:
        PricingPlan.DoesNotExist: there is none of this name, or not any more.
    """
    plan = list_plans(business=business).get(slug=slug)
    plan.business = business
    return plan


def has_plans(*, business: Business) -> bool:
    """Whether any plan may be bought; remembered until the setup changes."""
    offered = PricingPlan.objects.filter(business=business, hidden=False, retired_at=None)
    return _sells.get(business, "plans", offered.exists)
