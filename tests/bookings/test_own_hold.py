"""What a browser holds is free to it: whoever changes their mind sees the times and places that a
tap would give them, and nobody is asked to wait behind themselves."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import Salon, make_salon
from tests.factories.studio import Studio, make_run, make_session, make_studio
from tests.pages import hold, slots_of, text_of, times_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon(db: None, at_now: Any) -> Salon:
    return make_salon()


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


def day_of_ana(client: Client, salon: Salon) -> list[str]:
    query: dict[str, str | int] = {"staff": salon.ana.resource_id or 0, "date": "2026-11-26"}
    return slots_of(client.get(times_url(salon.cut), query))


def test_the_held_time_and_its_neighbours_are_still_there(client: Client, salon: Salon) -> None:
    before = day_of_ana(client, salon)

    hold(
        client,
        salon.cut,
        salon.at(26, 10, 15).astimezone(salon.business.zone),
        {"staff": salon.ana.resource_id},
    )

    assert day_of_ana(client, salon) == before
    assert len(day_of_ana(Client(), salon)) < len(before)


@pytest.mark.parametrize("address", ["/harbor/classes/{}/", "/harbor/classes/"])
def test_the_last_place_is_not_full_for_whoever_holds_it(
    client: Client, studio: Studio, address: str
) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    client.post(f"/harbor/classes/{session.pk}/hold", {"people": "1"})

    mine, strange = (text_of(it.get(address.format(session.pk))) for it in (client, Client()))

    assert ("Full" in mine, "aitlist" in mine) == (False, False)
    assert "Full" in strange


def test_nor_is_the_last_place_in_a_course(client: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 18), weeks=2, capacity=1)
    client.post(f"/harbor/courses/beginners/{run.pk}/hold", {"people": "1"})

    mine, strange = (text_of(it.get("/harbor/courses/beginners/")) for it in (client, Client()))

    assert ("Join the waitlist" in mine, "Join the waitlist" in strange) == (False, True)
