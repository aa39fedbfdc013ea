from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet

from apps.businesses.models import Business
from apps.catalog.models import (
    BookingPolicy,
    FormerServiceSlug,
    Service,
    StaffMember,
    Variant,
)
from apps.catalog.queries.requirements import Need, able_staff, read_needs


class ServiceMoved(Exception):
    """The service has a new address (R049)."""

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
    category (domain.md 2.2: a service without one is not shown)."""
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
    services = (
        Service.objects.filter(business=business)
        .select_related("policy")
        .prefetch_related("locations")
    )
    service = services.filter(slug=slug).first()
    if service is None:
        former = FormerServiceSlug.objects.filter(business=business, slug=slug)
        moved = former.values_list("service__slug", flat=True).first()
        if moved is None:
            raise Service.DoesNotExist
        raise ServiceMoved(moved)
    service.business = business
    if service.retired_at is not None:
        raise ServiceRetired(service)
    return service


def is_bookable(*, service: Service) -> bool:
    """Say whether customers can book this service online now, by appointment."""
    return (
        service.business.state == Business.State.PUBLISHED
        and service.bookable_online
        and service.retired_at is None
        and service.kind == Service.Kind.APPOINTMENT
    )


def default_policy(*, business: Business) -> BookingPolicy:
    """Return the policy of services that name none.

    Raises:
        BookingPolicy.DoesNotExist: the business was set up without one, which is a bug.
    """
    return BookingPolicy.objects.get(business=business, is_default=True)


def list_staff(*, service: Service, needs: Sequence[Need] | None = None) -> list[StaffMember]:
    """List the people who do this service, in the order of the team (R057).

    Those are the resources of its first need for people; needs are read unless they are given.
    """
    known = read_needs([service.pk])[service.pk] if needs is None else needs
    staff = StaffMember.objects.filter(
        business_id=service.business_id, resource_id__in=able_staff(known)
    )
    return list(staff.select_related("resource"))


def list_public_pages() -> QuerySet[Service, tuple[str, str]]:
    """List (business slug, service slug) of every service that search engines may show."""
    services = Service.objects.filter(
        business__state=Business.State.PUBLISHED,
        hidden=False,
        retired_at=None,
        category__isnull=False,
    )
    return services.order_by("pk").values_list("business__slug", "slug")
