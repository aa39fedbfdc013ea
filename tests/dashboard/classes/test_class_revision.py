"""Two people who change one class: the second one sees the first one's change, erases nothing."""

from typing import Any

import pytest
from django.test import Client

from apps.availability.models import Session
from tests.dashboard.classes.test_roster import make_weekly
from tests.factories.studio import Studio, join, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def studio(clock: object) -> Studio:
    return make_studio()


@pytest.fixture
def olga(studio: Studio, client: Client) -> Client:
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def path(session: Session) -> str:
    return f"/own/harbor/classes/{session.pk}/change/"


def shown_scopes(olga: Client, session: Session) -> dict[str, str]:
    """What the form of a fresh page would send, by how much is meant."""
    choices = olga.get(path(session)).context["form"].fields["scope"].choices
    return {value.partition(":")[0]: value for value, _words in choices}


def save(olga: Client, studio: Studio, session: Session, scope: str, **other: Any) -> Any:
    typed = {
        "staff": studio.noor.resource_id,
        "room": studio.loft.pk,
        "at": "18:00",
        "scope": scope,
    }
    return olga.post(path(session), {**typed, **other})


def local(session: Session, studio: Studio) -> str:
    session.refresh_from_db()
    return f"{session.starts_at.astimezone(studio.business.zone):%H:%M}"


def test_a_class_that_was_changed_meanwhile_is_shown_beside_what_was_typed(
    olga: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    seen = shown_scopes(olga, session)["THIS"]
    assert save(olga, studio, session, seen, at="17:00").status_code == 303

    answer = save(olga, studio, session, seen, staff=studio.dan.resource_id, at="19:00")

    form = answer.context["form"]
    assert (answer.status_code, local(session, studio)) == (409, "17:00")
    assert form["at"].value() == "19:00"
    assert [*form.non_field_errors(), *form.errors["at"]] == [
        (
            "Somebody else has changed this. What you typed is still here: saving "
            "again replaces theirs."
        ),
        "It is 17:00 now.",
    ]
    again = save(olga, studio, session, form["scope"].value(), at="19:00")
    assert (again.status_code, local(session, studio)) == (303, "19:00")


def test_another_date_of_the_series_that_was_changed_stops_the_whole_series(
    olga: Client, studio: Studio
) -> None:
    first, second, *_others = make_weekly(studio)
    seen = shown_scopes(olga, first)["ALL"]
    only_second = shown_scopes(olga, second)["THIS"]
    assert save(olga, studio, second, only_second, at="17:00").status_code == 303

    answer = save(olga, studio, first, seen, at="19:00")

    assert answer.status_code == 409
    assert (local(first, studio), local(second, studio)) == ("18:00", "17:00")


def test_somebody_who_booked_meanwhile_is_told_of_before_anything_changes(
    olga: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    before = shown_scopes(olga, session)["THIS"]
    join(session)
    seen = shown_scopes(olga, session)["THIS"]

    answer = save(olga, studio, session, before, at="19:00")

    assert (answer.status_code, local(session, studio)) == (409, "18:00")
    assert answer.context["form"].errors == {
        "scope": ["Somebody has booked or left. Please check again."]
    }
    assert answer.context["form"]["scope"].value() == seen


@pytest.mark.parametrize("scope", ["", "THIS", "THIS:0", "NONE:0:1", "THIS:x:1", "THIS:0:1:2"])
def test_an_odd_scope_is_a_mistake_beside_its_field(
    olga: Client, studio: Studio, scope: str
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))

    answer = save(olga, studio, session, scope, at="19:00")

    assert (answer.status_code, local(session, studio)) == (422, "18:00")
    assert list(answer.context["form"].errors) == ["scope"]


def test_where_somebody_booked_and_somebody_changed_it_both_are_told_at_once(
    olga: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    seen = shown_scopes(olga, session)["THIS"]
    assert save(olga, studio, session, seen, at="17:00").status_code == 303
    session.refresh_from_db()
    join(session)

    answer = save(olga, studio, session, seen, staff=studio.dan.resource_id, at="19:00")

    form = answer.context["form"]
    assert (answer.status_code, local(session, studio)) == (409, "17:00")
    assert form["at"].value() == "19:00"
    assert form.errors["at"] == ["It is 17:00 now."]
    assert form.errors["scope"] == ["Somebody has booked or left. Please check again."]


def test_what_is_stored_stands_beside_a_form_that_was_wrong_as_well(
    olga: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    seen = shown_scopes(olga, session)["THIS"]
    assert save(olga, studio, session, seen, at="17:00").status_code == 303

    wrong = save(olga, studio, session, seen, staff="", at="19:00")
    answer = save(olga, studio, session, wrong.context["form"]["scope"].value(), at="19:00")

    assert (wrong.status_code, answer.status_code) == (422, 409)
    assert answer.context["form"].errors["at"] == ["It is 17:00 now."]
