"""From rows to the engine's inputs: constant queries, and nothing lost on the way."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.availability.engine.inputs import Search
from apps.availability.engine.slots import find_slots
from apps.availability.models import DateException, Schedule, WeeklyHours
from apps.availability.operations import block_time
from apps.availability.queries.search import SlotQuery, load_search
from tests.factories import NOW, Salon, make_booking, make_draft, make_hours, make_salon, make_staff

pytestmark = pytest.mark.django_db

THURSDAY = date(2026, 11, 26)


@pytest.fixture
def salon() -> Salon:
    return make_salon()


def search_of(salon: Salon, **changes: object) -> Search:
    values: dict[str, object] = {
        "service": salon.cut,
        "policy": salon.policy,
        "duration_minutes": 45,
        **changes,
    }
    query = SlotQuery(**values)  # type: ignore[arg-type]
    return load_search(query=query, first=THURSDAY, last=THURSDAY, now=NOW)


def times(salon: Salon, **changes: object) -> list[str]:
    slots = find_slots(search_of(salon, **changes), first=THURSDAY, last=THURSDAY)
    zone = salon.business.zone
    instants = [
        salon.at(26, 0) + timedelta(seconds=s.start - salon.at(26, 0).timestamp()) for s in slots
    ]
    return [f"{instant.astimezone(zone):%H:%M}" for instant in instants]


def test_a_free_day_offers_every_quarter_hour_that_ends_in_time(salon: Salon) -> None:
    found = times(salon)

    assert (found[0], found[1], found[-1], len(found)) == ("09:00", "09:15", "17:15", 34)


def test_three_staff_and_many_bookings_cost_the_same_queries_as_one(salon: Salon) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            search_of(salon)
        return len(queries)

    alone = count()
    for rank in range(3, 6):
        person = make_staff(business=salon.business, name=f"Mia {rank}", rank=rank)
        requirement = salon.cut.requirements.get()
        requirement.eligible.add(person.resource)
        make_hours(business=salon.business, resource=person.resource)
    for hour in range(9, 17):
        make_booking(
            service=salon.cut, starts_at=salon.at(26, hour), now=NOW, email=f"c{hour}@example.com"
        )

    assert count() == alone
    assert alone <= 6


def test_somebody_elses_hold_is_busy_and_ones_own_is_not(salon: Salon) -> None:
    ana = salon.ana.resource_id
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 9), now=NOW, resource_id=ana)

    assert times(salon, primary_id=ana)[0] == "09:45"
    assert times(salon, primary_id=ana, own_session_id=draft.session_id)[0] == "09:00"


def test_blocked_time_is_not_offered(salon: Salon) -> None:
    ana = salon.ana.resource_id
    block_time(
        business_id=salon.business.pk,
        resource_ids=[ana],
        starts_at=salon.at(26, 9),
        ends_at=salon.at(26, 12),
        note="Dentist",
        now=NOW,
    )

    assert times(salon, primary_id=ana)[0] == "12:00"
    assert times(salon)[0] == "09:00"


def test_own_hours_replace_the_business_hours(salon: Salon) -> None:
    make_hours(business=salon.business, resource=salon.ana.resource, starts=13 * 60, ends=15 * 60)

    assert times(salon, primary_id=salon.ana.resource_id) == [
        "13:00", "13:15", "13:30", "13:45", "14:00", "14:15",
    ]  # fmt: skip


def test_a_person_whose_schedule_has_no_hours_is_not_available(salon: Salon) -> None:
    Schedule.objects.create(business=salon.business, resource=salon.ana.resource)

    assert times(salon, primary_id=salon.ana.resource_id) == []


def test_a_holiday_does_not_make_somebody_without_hours_available(salon: Salon) -> None:
    own = Schedule.objects.create(business=salon.business, resource=salon.ana.resource)
    DateException.objects.create(schedule=own, on=THURSDAY + timedelta(days=1))

    assert times(salon, primary_id=salon.ana.resource_id) == []


def test_a_service_whose_schedule_has_no_hours_is_not_offered(salon: Salon) -> None:
    Schedule.objects.create(business=salon.business, service=salon.cut)

    assert times(salon) == []


def test_who_follows_the_business_keeps_its_week_apart_from_own_dates(salon: Salon) -> None:
    own = Schedule.objects.create(
        business=salon.business, resource=salon.ana.resource, follows_business=True
    )
    ana = salon.ana.resource_id
    ordinary = times(salon, primary_id=ana)
    DateException.objects.create(schedule=own, on=THURSDAY, starts_minute=600, ends_minute=660)

    assert (len(ordinary), times(salon, primary_id=ana)) == (34, ["10:00", "10:15"])


@pytest.mark.parametrize("whose", ["business", "person", "service"])
def test_a_closing_wins_over_hours_on_the_same_date(salon: Salon, whose: str) -> None:
    resource = salon.ana.resource if whose == "person" else None
    service = salon.cut if whose == "service" else None
    schedule = make_hours(business=salon.business, resource=resource, service=service)
    DateException.objects.create(schedule=schedule, on=THURSDAY, starts_minute=600, ends_minute=660)
    DateException.objects.create(schedule=schedule, on=THURSDAY, reason="Dentist")

    assert times(salon, primary_id=salon.ana.resource_id) == []


def test_a_closed_day_of_the_business_closes_everybody(salon: Salon) -> None:
    make_hours(business=salon.business, resource=salon.ana.resource)
    house = Schedule.objects.get(business=salon.business, resource=None, service=None)
    DateException.objects.create(schedule=house, on=THURSDAY, reason="Public holiday")

    assert times(salon) == []


def test_hours_of_the_service_narrow_the_day(salon: Salon) -> None:
    make_hours(business=salon.business, service=salon.cut, starts=16 * 60, ends=17 * 60)

    assert times(salon) == ["16:00", "16:15"]


def test_hours_end_when_their_validity_ends(salon: Salon) -> None:
    WeeklyHours.objects.update(valid_to=THURSDAY - timedelta(days=1))

    assert times(salon) == []


def test_inactive_people_are_not_offered(salon: Salon) -> None:
    for person in (salon.ana, salon.ben):
        person.resource.active = False
        person.resource.save()

    assert times(salon) == []
