"""A small salon that is open every day from 9 to 18, Berlin time: the usual stage of a test."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.businesses.models import Business, Location, TeamMember
from apps.catalog.models import BookingForm, BookingPolicy, Resource, Service, StaffMember
from tests.factories.businesses import make_business, make_location, make_member
from tests.factories.catalog import (
    make_form,
    make_policy,
    make_resource,
    make_service,
    make_staff,
)
from tests.factories.schedules import make_hours


@dataclass(frozen=True)
class Salon:
    business: Business
    location: Location
    policy: BookingPolicy
    form: BookingForm
    olga: TeamMember
    ana: StaffMember
    ben: StaffMember
    wash: Resource
    cut: Service
    colour: Service
    bridal: Service

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """An instant on a day of November 2026 by the salon's clock."""
        local = datetime(2026, 11, day, hour, minute, tzinfo=self.business.zone)
        return local.astimezone(UTC)


def make_salon(*, slug: str = "", **business: Any) -> Salon:
    """Ana and Ben cut; colours need a person and the one wash station; bridal is by request,
    with Ana only, and several people may ask for the same time."""
    juniper = make_business(slug=slug, **business)
    location = make_location(business=juniper)
    policy = make_policy(business=juniper, is_default=True)
    form = make_form(business=juniper, is_default=True, note_label="Note")
    make_hours(business=juniper)
    ana = make_staff(business=juniper, name="Ana Petrović", rank=1)
    ben = make_staff(business=juniper, name="Ben Okafor", rank=2)
    wash = make_resource(business=juniper, type_name="Wash station", name="Wash 1")
    team = [ana.resource, ben.resource]
    cut = make_service(business=juniper, name="Cut and finish", slug="cut", needs=[team])
    colour = make_service(
        business=juniper,
        name="Root colour",
        slug="colour",
        needs=[team, [wash]],
        duration_minutes=90,
        buffer_after_minutes=15,
        price=7400,
    )
    bridal = make_service(
        business=juniper,
        name="Bridal trial",
        slug="bridal",
        needs=[[ana.resource]],
        duration_minutes=120,
        price=12000,
        requires_approval=True,
        allows_multiple_requests=True,
    )
    for service in (cut, colour, bridal):
        service.locations.add(location)
    return Salon(
        business=juniper,
        location=location,
        policy=policy,
        form=form,
        olga=make_member(business=juniper, email=f"olga@{juniper.slug}.example"),
        ana=ana,
        ben=ben,
        wash=wash,
        cut=cut,
        colour=colour,
        bridal=bridal,
    )
