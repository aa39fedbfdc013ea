"""Who plays in the bench: three measured businesses with 1, 10 and 100 people, and the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model

from apps.availability.models import Schedule, WeeklyHours
from apps.businesses.models import Business, Location, TeamMember
from apps.catalog.models import (
    BookingForm,
    BookingPolicy,
    Category,
    Resource,
    ResourceType,
    Service,
    ServiceRequirement,
    StaffMember,
)
from apps.customers.models import Customer

MEASURED_STAFF = (1, 10, 100)
OTHER_BUSINESSES, OTHER_STAFF = 20, 10
CUSTOMERS = 100
OPENS, CLOSES = 9 * 60, 18 * 60


@dataclass(frozen=True, slots=True)
class Troupe:
    """One business with its team, all of whom do its one service."""

    business: Business
    service: Service
    resource_ids: tuple[int, ...]
    first_customer_id: int
    owner: TeamMember
    measured: bool

    @property
    def staff(self) -> int:
        return len(self.resource_ids)


def set_up_businesses(*, now: datetime) -> list[Troupe]:
    """Make the measured businesses and the others, without any booking yet."""
    measured = [_business(f"bench-{staff}", staff, now=now) for staff in MEASURED_STAFF]
    others = [
        _business(f"other-{number}", OTHER_STAFF, now=now, measured=False)
        for number in range(OTHER_BUSINESSES)
    ]
    return [*measured, *others]


def _business(slug: str, staff: int, *, now: datetime, measured: bool = True) -> Troupe:
    business = Business.objects.create(
        slug=slug,
        name=f"Salon {slug}",
        time_zone="Europe/Berlin",
        currency="EUR",
        state=Business.State.PUBLISHED,
        slot_step_minutes=15,
    )
    location = Location.objects.create(business=business, name="Salon", city="Berlin")
    policy = BookingPolicy.objects.create(business=business, name="Rules", is_default=True)
    form = BookingForm.objects.create(business=business, name="Details", is_default=True)
    _hours(business)
    resource_ids = _team(business, staff)
    service = _service(business, policy=policy, form=form)
    service.locations.add(location)
    return Troupe(
        business=business,
        service=service,
        resource_ids=resource_ids,
        first_customer_id=_customers(business, now=now),
        owner=_owner(business),
        measured=measured,
    )


def _hours(business: Business) -> None:
    schedule = Schedule.objects.create(business=business)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=day, starts_minute=OPENS, ends_minute=CLOSES)
        for day in range(7)
    )


def _team(business: Business, staff: int) -> tuple[int, ...]:
    team = ResourceType.objects.create(business=business, name="Team", is_staff=True)
    people = Resource.objects.bulk_create(
        Resource(business=business, type=team, name=f"Person {rank}", rank=rank)
        for rank in range(staff)
    )
    StaffMember.objects.bulk_create(
        StaffMember(
            business=business, resource=person, name=person.name, short_name=f"P{person.rank}"
        )
        for person in people
    )
    return _ids(person.pk for person in people)


def _ids(keys: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(keys))


def _service(business: Business, *, policy: BookingPolicy, form: BookingForm) -> Service:
    category = Category.objects.create(business=business, name="Cuts", slug="cuts")
    service = Service.objects.create(
        business=business,
        category=category,
        policy=policy,
        form=form,
        name="Cut and finish",
        slug="cut",
        duration_minutes=45,
        price=4800,
        slot_step_minutes=15,
    )
    team = ResourceType.objects.get(business=business, is_staff=True)
    ServiceRequirement.objects.create(service=service, resource_type=team)
    return service


def _customers(business: Business, *, now: datetime) -> int:
    people = Customer.objects.bulk_create(
        Customer(
            business=business,
            name=f"Guest {number}",
            email=f"guest{number}@{business.slug}.example",
            created_at=now,
        )
        for number in range(CUSTOMERS)
    )
    return min(person.pk for person in people)


def _owner(business: Business) -> TeamMember:
    email = f"olga@{business.slug}.example"
    user = get_user_model().objects.create_user(username=email, email=email, is_staff=True)
    return TeamMember.objects.create(business=business, user=user, role=TeamMember.Role.OWNER)
