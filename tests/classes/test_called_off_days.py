"""A day of appointments for which too few people came in time is offered by nobody: picker, list of
services, suggestions, waitlist and *Why no times?* ask one question (rules B16, T15)."""

import ast
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings.models import Booking
from apps.bookings.queries.next_times import (
    find_again,
    find_next_of_staff,
    find_next_times,
)
from apps.bookings.queries.suggestions import find_free_starts, find_nearest, find_suggestions
from apps.bookings.wishes import Wish
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.dashboard.calendar.queries.why import find_why
from apps.waitlists import operations as waitlists
from apps.waitlists.queries import find_times_for
from tests.architecture.sources import modules
from tests.factories import NOW, Salon, make_booking, make_request, make_service
from tests.factories.bookings import make_visitor
from tests.pages import slots_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
TODAY, TOMORROW, THURSDAY = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)
Starts = Callable[[Salon], list[datetime]]


@pytest.fixture
def salon(salon: Salon) -> Salon:
    """A cut needs three people a day, and a day is decided a day before: at NOW that is over for
    today and tomorrow."""
    need(salon.cut, 3)
    return salon


def need(service: Service, people: int, **columns: Any) -> None:
    Service.objects.filter(pk=service.pk).update(min_participants=people, **columns)
    service.refresh_from_db()


def look(day: date, path: str = "/juniper/s/cut/times") -> Any:
    return Client().get(path, {"date": day.isoformat()})


def test_such_a_day_says_what_is_true_and_nothing_else(salon: Salon) -> None:
    """Nobody decides any more, nothing is taken, and there is nothing to wait for."""
    page = text_of(look(TOMORROW))

    assert slots_of(look(TOMORROW)) == []
    assert "Too few people booked this day in time." in page
    assert [it for it in ("people so far", "is taken", "waitlist") if it in page] == []
    assert len(slots_of(look(THURSDAY))) == 34
    assert "0 of 3 people so far." in text_of(look(THURSDAY))
    assert "Too few" not in text_of(look(THURSDAY))


def free_around_a_request(salon: Salon) -> list[datetime]:
    return find_free_starts(booking=a_request(salon), now=NOW)


def suggested(salon: Salon) -> list[datetime]:
    return list(find_suggestions(booking=a_request(salon), now=NOW)[0])


def nearest(salon: Salon) -> list[datetime]:
    return list(find_nearest(booking=a_request(salon, day=25), now=NOW))


def wished(salon: Salon) -> list[datetime]:
    return find_times_for(choice=choose(service=salon.cut), wish=Wish(TODAY, THURSDAY), now=NOW)


def next_in_the_list(salon: Salon) -> list[datetime]:
    found = find_next_times(business=salon.business, services=[salon.cut, salon.colour], now=NOW)
    assert local(salon, found[salon.colour.pk].starts_at) == TODAY  # which needs nobody else
    return [found[salon.cut.pk].starts_at]


def next_of_staff(salon: Salon) -> list[datetime]:
    return list(find_next_of_staff(choice=choose(service=salon.cut), now=NOW).values())


def booked_again(salon: Salon) -> list[datetime]:
    Service.objects.filter(pk=salon.cut.pk).update(min_participants=0)
    make_booking(service=Service.objects.get(pk=salon.cut.pk), starts_at=salon.at(30, 15), now=NOW)
    Booking.objects.update(starts_at=salon.at(23, 15))
    need(salon.cut, 3)
    again = find_again(last=Booking.objects.select_related("service", "location").get(), now=NOW)
    return [datetime.fromtimestamp(it.start, UTC) for it in again.slots] if again else []


def a_request(salon: Salon, day: int = 27) -> Booking:
    need(salon.cut, 0, requires_approval=True)
    asked = make_request(service=salon.cut, starts_at=salon.at(day, 10), now=NOW)
    need(salon.cut, 3)
    return Booking.objects.select_related("service__business", "location").get(pk=asked.pk)


def local(salon: Salon, at: datetime) -> date:
    return at.astimezone(salon.business.zone).date()


@pytest.mark.parametrize(
    "ask",
    [
        free_around_a_request,
        suggested,
        nearest,
        wished,
        next_in_the_list,
        next_of_staff,
        booked_again,
    ],
)
def test_no_question_for_free_times_names_it(salon: Salon, ask: Starts) -> None:
    starts = ask(salon)

    assert min(local(salon, at) for at in starts) == THURSDAY


def test_why_no_times_tells_the_owner_the_same(salon: Salon) -> None:
    found = find_why(service=salon.cut, resource_id=None, on=TOMORROW, now=NOW)
    page = Client()
    page.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    words = text_of(page.get(f"/own/juniper/why/?service={salon.cut.pk}&on=2026-11-25"))

    assert (found.times, [it.code for it in found.obstacles]) == (0, ["TOO_FEW_PEOPLE"])
    assert "Too few people had booked by the time this day was decided." in words
    assert find_why(service=salon.cut, resource_id=None, on=THURSDAY, now=NOW).times == 34


def test_nobody_waits_for_a_time_on_it(salon: Salon) -> None:
    with pytest.raises(waitlists.WishIsClosed):
        waitlists.wait_for_time(
            choice=choose(service=salon.cut),
            wish=Wish(TOMORROW, TOMORROW),
            details=waitlists.WaitingDetails(name="Ida", email="ida@example.com"),
            visitor=make_visitor("ida@example.com"),
            now=NOW,
        )


def test_a_month_of_such_days_is_passed_over(salon: Salon) -> None:
    """The look at later days remembers them too."""
    need(salon.cut, 3, decide_before_minutes=50 * 1440)

    page = Client().get("/juniper/s/cut/times")

    assert page.context["chosen_on"] == date(2027, 1, 14)


def test_the_days_beside_it_keep_their_first_and_last_minutes(salon: Salon) -> None:
    """Only what begins on the day is closed, not what touches it with its clean-up."""
    salon.business.schedules.get(resource=None, service=None).weekly_hours.update(
        starts_minute=0, ends_minute=24 * 60
    )
    need(salon.cut, 3, buffer_before_minutes=30)

    assert slots_of(look(THURSDAY))[0] == "2026-11-26T00:00+01:00;;"


def test_enough_who_asked_keep_a_day_open_that_the_team_has_still_to_confirm(salon: Salon) -> None:
    """They are not called off: one more may ask."""
    need(salon.cut, 3, requires_approval=True)
    for number in range(3):
        make_request(
            service=salon.cut,
            starts_at=salon.at(26, 10 + number),
            now=NOW,
            email=f"{number}@example.com",
        )
    later = salon.at(25, 9)
    classes.decide_minimums(now=later)

    free = find_times_for(
        choice=choose(service=salon.cut), wish=Wish(THURSDAY, THURSDAY), now=later
    )

    assert len(free) > 0


@pytest.mark.parametrize(("services", "questions"), [(0, 0), (1, 1), (4, 1)])
def test_the_list_of_services_asks_once_for_all_their_days(
    salon: Salon, services: int, questions: int
) -> None:
    made = [
        make_service(business=salon.business, name=f"Trim {number}", needs=[[salon.ana.resource]])
        for number in range(4)
    ]
    for number, it in enumerate(made):
        it.locations.add(salon.location)
        need(it, 2 if number < services else 0)

    with CaptureQueriesContext(connection) as asked:
        found = find_next_times(business=salon.business, services=made, now=NOW)

    on = [local(salon, found[it.pk].starts_at) for it in made]
    assert on == [THURSDAY] * services + [TODAY] * (4 - services)
    of_people = [it for it in asked.captured_queries if "party_size" in it["sql"]]
    assert len(of_people) == questions


def test_free_times_are_asked_for_in_one_way() -> None:
    """What a booking keeps is looked at without the rules of what is offered; all else goes through
    the one question that knows them."""
    asking = {
        name
        for name, tree in modules()
        if "apps/availability/" not in name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("apps.availability.queries")
        and {"load_search", "load_searches"} & {it.name for it in node.names}
    }

    assert asking == {"apps/bookings/queries/offered.py"}
