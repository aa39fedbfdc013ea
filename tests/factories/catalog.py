from collections.abc import Sequence
from itertools import count
from typing import Any

from apps.businesses.models import Business
from apps.catalog.models import (
    BookingForm,
    BookingPolicy,
    Category,
    Resource,
    ResourceType,
    Service,
    ServiceRequirement,
    StaffMember,
    Variant,
)

_numbers = count(1)


def make_policy(*, business: Business, is_default: bool = False, **columns: Any) -> BookingPolicy:
    return BookingPolicy.objects.create(
        business=business, name="House rules", is_default=is_default, **columns
    )


def make_form(*, business: Business, is_default: bool = False, **columns: Any) -> BookingForm:
    return BookingForm.objects.create(
        business=business, name="Details", is_default=is_default, **columns
    )


def make_resource(
    *, business: Business, type_name: str = "Room", name: str = "Room", rank: int = 0
) -> Resource:
    kind, _new = ResourceType.objects.get_or_create(business=business, name=type_name)
    return Resource.objects.create(business=business, type=kind, name=name, rank=rank)


def make_staff(*, business: Business, name: str = "Ana Petrović", rank: int = 0) -> StaffMember:
    kind, _new = ResourceType.objects.get_or_create(
        business=business, name="Team", defaults={"is_staff": True}
    )
    resource = Resource.objects.create(business=business, type=kind, name=name, rank=rank)
    return StaffMember.objects.create(
        business=business, resource=resource, name=name, short_name=name.split(maxsplit=1)[0]
    )


def make_service(
    *,
    business: Business,
    name: str = "Cut and finish",
    needs: Sequence[Sequence[Resource]] = (),
    **columns: Any,
) -> Service:
    """A service in a category; each of needs is one requirement with its eligible resources."""
    category, _new = Category.objects.get_or_create(
        business=business, slug="cuts", defaults={"name": "Cuts"}
    )
    values = {"duration_minutes": 45, "price": 4800, "slot_step_minutes": 15, **columns}
    service = Service.objects.create(
        business=business,
        category=category,
        name=name,
        slug=values.pop("slug", f"service-{next(_numbers)}"),
        **values,
    )
    for position, resources in enumerate(needs):
        requirement = ServiceRequirement.objects.create(
            service=service, resource_type=resources[0].type, position=position
        )
        requirement.eligible.set(resources)
    return service


def make_variant(
    *, service: Service, name: str, price: int, duration_minutes: int | None = None
) -> Variant:
    return Variant.objects.create(
        service=service, name=name, price=price, duration_minutes=duration_minutes
    )
