"""Harbor Yoga: two teachers, two rooms, a class and a course, New York time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.availability.operations import SessionFacts
from apps.availability.queries.scheduling import ProposedSession
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.businesses.models import Business, Location, TeamMember
from apps.catalog.models import BookingPolicy, Resource, Service, StaffMember
from apps.catalog.queries import choose
from apps.classes import operations as classes
from tests.clock import NOW
from tests.factories.bookings import make_visitor
from tests.factories.businesses import make_business, make_location, make_member
from tests.factories.catalog import (
    make_form,
    make_policy,
    make_resource,
    make_service,
    make_staff,
)
from tests.factories.salon import Salon
from tests.factories.schedules import make_hours


@dataclass(frozen=True)
class Studio:
    business: Business
    location: Location
    policy: BookingPolicy
    olga: TeamMember
    noor: StaffMember
    dan: StaffMember
    pier: Resource
    loft: Resource
    flow: Service
    course: Service

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """An instant on a day of November 2026 by the studio's clock; December goes on counting."""
        start = datetime(2026, 11, 1, hour, minute, tzinfo=self.business.zone)
        return (start + timedelta(days=day - 1)).astimezone(UTC)


def make_studio(*, slug: str = "harbor", **policy: Any) -> Studio:
    """Open every day from 6 to 22; three people at most come on one booking."""
    harbor = make_business(
        slug=slug, name="Harbor Yoga", time_zone="America/New_York", currency="USD"
    )
    location = make_location(business=harbor)
    rules = {"max_participants": 3, **policy}
    columns: dict[str, Any] = {"business": harbor, "duration_minutes": 60, "needs": ()}
    make_hours(business=harbor, starts=6 * 60, ends=22 * 60)
    form = make_form(business=harbor, is_default=True)
    studio = Studio(
        business=harbor,
        location=location,
        policy=make_policy(business=harbor, is_default=True, **rules),
        olga=make_member(business=harbor, email=f"olga@{harbor.slug}.example"),
        noor=make_staff(business=harbor, name="Noor Haddad", rank=1),
        dan=make_staff(business=harbor, name="Dan Wells", rank=2),
        pier=make_resource(business=harbor, type_name="Room", name="Pier room"),
        loft=make_resource(business=harbor, type_name="Room", name="Loft"),
        flow=make_service(name="Vinyasa flow", slug="flow", kind="CLASS", price=1800, **columns),
        course=make_service(
            name="Beginners", slug="beginners", kind="COURSE", price=12000, **columns
        ),
    )
    for service in (studio.flow, studio.course):
        service.locations.add(location)
        service.form = form
        service.save()
    return studio


def make_session(
    studio: Studio, *, starts_at: datetime, capacity: int = 12, **facts: Any
) -> Session:
    """A session of the flow class with Noor in the Pier room, by the door like any other."""
    return availability.open_sessions(
        facts=_facts(studio.flow, studio, capacity=capacity, **facts),
        proposals=[_proposed(starts_at)],
        now=NOW,
    )[0]


def make_run(
    studio: Studio, *, first: datetime, weeks: int = 8, capacity: int = 12, **facts: Any
) -> CourseRun:
    """A run of the beginners' course, once a week."""
    return availability.open_course_run(
        facts=_facts(studio.course, studio, capacity=capacity, **facts),
        proposals=[_proposed(first + timedelta(weeks=turn)) for turn in range(weeks)],
        name="Autumn",
        now=NOW,
    )


def join(
    target: Session | CourseRun,
    *,
    email: str = "carl@example.com",
    people: int = 1,
    now: datetime = NOW,
    submits: bool = True,
) -> Booking:
    """Hold places and send the details, as a customer does."""
    service = Service.objects.select_related("business").get(pk=target.service_id or 0)
    draft = classes.hold_seats(
        choice=choose(service=service, party_size=people),
        target=target,
        visitor=make_visitor(email),
        now=now,
    )
    if not submits:
        return draft
    return bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name=email.partition("@")[0].title(), email=email),
        seen_price=draft.price,
        now=now,
    )


def _facts(service: Service, studio: Studio, *, capacity: int, **facts: Any) -> SessionFacts:
    values: dict[str, Any] = {
        "service": service,
        "location": studio.location,
        "resource_ids": (studio.noor.resource_id, studio.pier.pk),
        "capacity": capacity,
        **facts,
    }
    return SessionFacts(**values)


def _proposed(starts_at: datetime) -> ProposedSession:
    start = int(starts_at.timestamp())
    return ProposedSession(start=start, end=start + 3600)


def make_class(salon: Salon, teacher: StaffMember, *, reference: str = "") -> Session:
    """An evening class of this person to which one customer comes."""
    service, _new = Service.objects.get_or_create(
        business=salon.business,
        slug="braiding",
        defaults={
            "name": "Braiding",
            "kind": "CLASS",
            "duration_minutes": 60,
            "form": salon.form,
            "category": salon.cut.category,
        },
    )
    service.business = salon.business
    start = int(salon.at(30, 17).timestamp())
    (session,) = availability.open_sessions(
        facts=SessionFacts(service, None, (teacher.resource_id,), 6),
        proposals=[ProposedSession(start=start, end=start + 3600)],
        now=NOW,
    )
    booking = join(session, email=f"class@{teacher.pk}.example")
    if reference:
        Booking.objects.filter(pk=booking.pk).update(reference=reference)
    return session
