"""A class takes place where its room is: whoever booked is sent to the place of the class."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.availability.operations import ResourceElsewhere, SessionChange
from apps.businesses.models import Location
from apps.catalog.models import Resource
from tests.dashboard.classes.test_new_class import NEW, fields
from tests.dashboard.operators.test_admin_actions import change
from tests.factories import NOW
from tests.factories.businesses import make_location
from tests.factories.studio import Studio, make_run, make_session, make_studio
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
WORDS = "Loft is at Uptown, and this takes place at Salon."


@pytest.fixture
def studio(clock: object) -> Studio:
    """The class is given at the main place; the Loft is uptown."""
    studio = make_studio()
    uptown = make_location(business=studio.business)
    Location.objects.filter(pk=uptown.pk).update(name="Uptown")
    Resource.objects.filter(pk=studio.loft.pk).update(location=uptown)
    return studio


@pytest.fixture
def olga(studio: Studio) -> Client:
    browser = Client()
    browser.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_a_class_is_not_put_into_a_room_of_another_place(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))
    address = f"/own/harbor/classes/{session.pk}/change/"
    typed = {**fields_of(olga.get(address)), "staff": studio.noor.resource_id}

    answer = olga.post(address, {**typed, "at": "18:00", "room": studio.loft.pk})

    assert answer.status_code == 422
    assert answer.context["form"].errors["room"] == [WORDS]
    assert set(session.occupancies.values_list("resource_id", flat=True)) == {
        studio.noor.resource_id,
        studio.pier.pk,
    }


def test_nor_is_a_new_one(olga: Client, studio: Studio) -> None:
    answer = olga.post(NEW, fields(studio, room=studio.loft.pk))

    assert (answer.status_code, Session.objects.count()) == (422, 0)
    assert WORDS in text_of(answer)


def test_no_operation_puts_it_there(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))
    change = SessionChange(resource_ids=(studio.noor.resource_id, studio.loft.pk))

    with pytest.raises(ResourceElsewhere):
        availability.change_sessions(session_ids=[session.pk], change=change, now=NOW)


# Somebody moves the room between the form and what it writes


@contextmanager
def just_before(beginning: str, act: Callable[[], Any]) -> Iterator[None]:
    """Let act happen once, right before the first statement that begins like this."""
    waiting = [act]

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if waiting and sql.startswith(beginning):
            waiting.pop()()
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield
    assert not waiting, "it never came to that"


@pytest.fixture
def move_the_pier(studio: Studio) -> Callable[[], Any]:
    uptown = Location.objects.get(name="Uptown")
    return lambda: Resource.objects.filter(pk=studio.pier.pk).update(location=uptown)


MOVED = "Pier room is at Uptown, and this takes place at Salon."


def test_a_room_that_moved_meanwhile_is_told_beside_its_field(
    olga: Client, studio: Studio, move_the_pier: Callable[[], Any]
) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))
    address = f"/own/harbor/classes/{session.pk}/change/"
    typed = {**fields_of(olga.get(address)), "staff": studio.noor.resource_id}

    with just_before('DELETE FROM "availability_occupancy"', move_the_pier):
        answer = olga.post(address, {**typed, "at": "19:00", "room": studio.pier.pk})

    form = answer.context["form"]
    session.refresh_from_db()
    assert (answer.status_code, form.errors["room"]) == (409, [MOVED])
    assert (form["at"].value(), session.starts_at) == ("19:00", studio.at(27, 18))


def test_so_it_is_of_a_new_class(
    olga: Client, studio: Studio, move_the_pier: Callable[[], Any]
) -> None:
    with just_before('INSERT INTO "availability_sessionseries"', move_the_pier):
        answer = olga.post(NEW, fields(studio))

    form = answer.context["form"]
    assert (answer.status_code, form.errors["room"]) == (409, [MOVED])
    assert (form["at"].value(), Session.objects.count()) == ("07:00", 0)


def test_so_it_is_of_a_new_course(
    olga: Client, studio: Studio, move_the_pier: Callable[[], Any]
) -> None:
    with just_before('INSERT INTO "availability_courserun"', move_the_pier):
        answer = olga.post(NEW, fields(studio, service=studio.course.pk, name="Spring"))

    assert (answer.status_code, answer.context["form"].errors["room"]) == (409, [MOVED])
    assert Session.objects.count() == 0


# Operators do not send people to another place


@pytest.fixture
def operator() -> Client:
    browser = Client()
    user = User.objects.create_superuser("op", "op@portal.example", "correct horse")
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def move_to(operator: Client, resource: Resource, place: Location | None) -> list[str]:
    """What the page of a room says beside its place; [] when it was moved."""
    answer = change(operator, resource, location=str(place.pk) if place else "")
    if answer.status_code == 302:
        return []
    return list(answer.context["adminform"].form.errors["location"])


def test_a_room_stays_where_a_class_needs_it(operator: Client, studio: Studio) -> None:
    uptown = Location.objects.get(name="Uptown")
    for day in (27, 28, 29, 30):
        make_session(studio, starts_at=studio.at(day, 18))

    said = move_to(operator, studio.pier, uptown)

    assert said == [
        "It is needed elsewhere. Move or cancel this first:",
        "Vinyasa flow, Fri 27 Nov, 18:00, Salon",
        "Vinyasa flow, Sat 28 Nov, 18:00, Salon",
        "Vinyasa flow, Sun 29 Nov, 18:00, Salon",
        "and 1 more",
    ]
    studio.pier.refresh_from_db()
    assert studio.pier.location is None


def test_nor_where_a_course_needs_it(operator: Client, studio: Studio) -> None:
    make_run(studio, first=studio.at(27, 18), weeks=1)

    free = move_to(operator, studio.loft, None)
    needed = move_to(operator, studio.pier, Location.objects.get(name="Uptown"))

    assert (free, needed[1:]) == ([], ["Beginners, Fri 27 Nov, 18:00, Salon"])


def test_what_is_over_called_off_or_there_already_is_in_nobodys_way(
    operator: Client, studio: Studio
) -> None:
    uptown, salon = Location.objects.get(name="Uptown"), Location.objects.get(name="Salon")
    over = make_session(studio, starts_at=studio.at(26, 18))
    Session.objects.filter(pk=over.pk).update(
        starts_at=NOW - timedelta(hours=2), ends_at=NOW - timedelta(hours=1)
    )
    gone = make_session(studio, starts_at=studio.at(27, 18))
    availability.cancel_sessions(session_ids=[gone.pk], reason="Ill", now=NOW)

    assert move_to(operator, studio.pier, uptown) == []

    Resource.objects.filter(pk=studio.pier.pk).update(location=None)
    make_session(studio, starts_at=studio.at(28, 18))
    studio.pier.refresh_from_db()
    assert move_to(operator, studio.pier, salon) == []
