"""From a plan to rows: the business, its team and rules, what it offers and when."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.availability.models import Schedule, WeeklyHours
from apps.businesses.models import Business, Location, TeamMember
from apps.catalog.models import (
    AddOn,
    AddOnGroup,
    BookingForm,
    BookingPolicy,
    Category,
    Question,
    Resource,
    ResourceType,
    Service,
    ServiceRequirement,
    StaffMember,
    Variant,
)
from apps.demo.people import add_team
from apps.demo.plans import BusinessPlan, PersonPlan, QuestionPlan, ServicePlan, Week, minutes_of


@dataclass(frozen=True, slots=True)
class Shop:
    """A demo business as rows: services by slug, people by short name, questions by key."""

    business: Business
    owner: TeamMember
    services: Mapping[str, Service]
    people: Mapping[str, StaffMember]
    questions: Mapping[str, Question]
    variants: Mapping[tuple[str, str], int]
    add_ons: Mapping[tuple[str, str], int]


def build_shop(plan: BusinessPlan) -> Shop:
    """Write one business with everything but bookings; to be called inside a transaction."""
    business = Business.objects.create(
        slug=plan.slug, state=Business.State.PUBLISHED, **plan.columns
    )
    place = Location.objects.create(business=business, **plan.place)
    BookingPolicy.objects.create(business=business, is_default=True, **plan.policy)
    form = BookingForm.objects.create(business=business, is_default=True, **plan.form)
    questions = _add_questions(form, plan.questions)
    _add_hours(business=business, resource=None, week=plan.week)
    team = ResourceType.objects.create(business=business, name="Team", is_staff=True)
    people = {
        person.short_name: _add_person(team, person, rank=rank)
        for rank, person in enumerate(plan.people, start=1)
    }
    types = {name: _add_resources(business, name, names) for name, names in plan.resources.items()}
    services = _add_services(plan, business=business, place=place)
    for service_plan in plan.services:
        _add_requirements(service_plan, services[service_plan.slug], team, people, types)
    return Shop(
        business=business,
        owner=add_team(business=business, people=people),
        services=services,
        people=people,
        questions=questions,
        variants=_add_variants(plan, services),
        add_ons=_add_add_ons(plan, services),
    )


def _add_questions(form: BookingForm, plans: tuple[QuestionPlan, ...]) -> dict[str, Question]:
    questions: dict[str, Question] = {}
    for position, plan in enumerate(plans, start=1):
        opener, answer = plan.shown_if or ("", "")
        questions[plan.key] = Question.objects.create(
            form=form,
            position=position,
            kind=plan.kind,
            label=plan.label,
            shown_if=questions.get(opener),
            shown_if_answer=answer,
            **plan.columns,
        )
    return questions


def _add_hours(*, business: Business, resource: Resource | None, week: Week) -> None:
    schedule = Schedule.objects.create(business=business, resource=resource)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(
            schedule=schedule,
            weekday=weekday,
            starts_minute=minutes_of(starts),
            ends_minute=minutes_of(ends),
        )
        for weekday, ranges in week.items()
        for starts, ends in ranges
    )


def _add_person(team: ResourceType, plan: PersonPlan, *, rank: int) -> StaffMember:
    business = team.business
    resource = Resource.objects.create(business=business, type=team, name=plan.name, rank=rank)
    _add_hours(business=business, resource=resource, week=plan.week)
    return StaffMember.objects.create(
        business=business,
        resource=resource,
        name=plan.name,
        short_name=plan.short_name,
        about=plan.about,
    )


def _add_resources(business: Business, name: str, names: tuple[str, ...]) -> ResourceType:
    kind = ResourceType.objects.create(business=business, name=name)
    Resource.objects.bulk_create(
        Resource(business=business, type=kind, name=each, rank=rank)
        for rank, each in enumerate(names, start=1)
    )
    return kind


def _add_services(plan: BusinessPlan, *, business: Business, place: Location) -> dict[str, Service]:
    categories = {
        slug: Category.objects.create(business=business, slug=slug, name=name, position=position)
        for position, (slug, name) in enumerate(plan.categories, start=1)
    }
    services: dict[str, Service] = {}
    for position, each in enumerate(plan.services, start=1):
        service = Service.objects.create(
            business=business,
            category=categories[each.category],
            slug=each.slug,
            name=each.name,
            duration_minutes=each.minutes,
            price_kind=each.price_kind,
            price=each.price,
            position=position,
            **each.columns,
        )
        if each.at_the_place:
            service.locations.add(place)
        services[each.slug] = service
    return services


def _add_requirements(
    plan: ServicePlan,
    service: Service,
    team: ResourceType,
    people: Mapping[str, StaffMember],
    types: Mapping[str, ResourceType],
) -> None:
    person = ServiceRequirement.objects.create(service=service, resource_type=team, position=0)
    person.eligible.set(people[name].resource for name in plan.who)
    if plan.needs:
        ServiceRequirement.objects.create(
            service=service, resource_type=types[plan.needs], position=1
        )


def _add_variants(
    plan: BusinessPlan, services: Mapping[str, Service]
) -> dict[tuple[str, str], int]:
    rows = Variant.objects.bulk_create(
        Variant(
            service=services[service.slug],
            name=variant.name,
            price=variant.price,
            duration_minutes=variant.minutes,
            position=position,
        )
        for service in plan.services
        for position, variant in enumerate(service.variants, start=1)
    )
    return {(row.service.slug, row.name): row.pk for row in rows}


def _add_add_ons(plan: BusinessPlan, services: Mapping[str, Service]) -> dict[tuple[str, str], int]:
    rows: list[AddOn] = []
    for service in plan.services:
        if not service.add_ons:
            continue
        group = AddOnGroup.objects.create(service=services[service.slug], name="Add if you like")
        rows += [
            AddOn(
                group=group,
                name=add_on.name,
                description=add_on.text,
                price=add_on.price,
                duration_minutes=add_on.minutes,
                position=position,
            )
            for position, add_on in enumerate(service.add_ons, start=1)
        ]
    return {(row.group.service.slug, row.name): row.pk for row in AddOn.objects.bulk_create(rows)}
