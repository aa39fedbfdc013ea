from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from apps.businesses.models import Business
from apps.businesses.remembered import Remembered, own_copy
from apps.catalog.models import (
    AddOn,
    BookingPolicy,
    FormerServiceSlug,
    Service,
    StaffMember,
    Variant,
)
from apps.catalog.queries.requirements import Need, able_staff, read_needs

_services: Remembered[Service] = Remembered(most=1_000)
_policies: Remembered[BookingPolicy] = Remembered(most=500)
_staff: Remembered[dict[int, StaffMember]] = Remembered(most=1_000)


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
    service = own_copy(known)  # each request has its own, with its own business
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
