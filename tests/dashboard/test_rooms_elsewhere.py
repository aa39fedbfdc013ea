"""A class takes place where its room is: whoever booked is sent to the place of the class."""

import pytest
from django.test import Client

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.availability.operations import ResourceElsewhere, SessionChange
from apps.businesses.models import Location
from apps.catalog.models import Resource
from tests.bookings.pages import fields_of, text_of
from tests.dashboard.test_plan import NEW, fields
from tests.factories import NOW
from tests.factories.businesses import make_location
from tests.factories.studio import Studio, make_session, make_studio

pytestmark = pytest.mark.django_db
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
