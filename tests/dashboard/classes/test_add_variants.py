"""*Add somebody* to a class with several variants: who comes as what, and how many (rule B24)."""

import re
from typing import Any

import pytest
from django.test import Client

from apps.availability.models import Session
from apps.bookings.models import Booking, WaitlistEntry
from tests.dashboard.conftest import note_that_it_is_used
from tests.factories import make_variant
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fields_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(clock: object) -> Studio:
    return make_studio(max_participants=3)


@pytest.fixture
def olga(studio: Studio) -> Client:
    browser = Client()
    browser.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    note_that_it_is_used(browser)
    return browser


@pytest.fixture
def ages(studio: Studio) -> tuple[str, str]:
    """Adults and children; the fields that count them."""
    adult = make_variant(service=studio.flow, name="Adult", price=1800)
    child = make_variant(service=studio.flow, name="Child", price=900)
    return f"people_{adult.pk}", f"people_{child.pk}"


def path(session: Session, verb: str = "") -> str:
    return f"/own/harbor/classes/{session.pk}/{verb}"


def add(olga: Client, session: Session, **fields: Any) -> Any:
    return olga.post(path(session, "add/"), {"name": "Ida", "email": "ida@example.com", **fields})


def told(page: Any) -> list[str]:
    found = re.findall(r'<p class="error"[^>]*>(.*?)</p>', text_of(page), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", it).strip() for it in found]


def test_each_variant_is_counted_by_itself(
    olga: Client, studio: Studio, ages: tuple[str, str]
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    adults, children = ages
    page = olga.get(path(session))
    form = page.context["add_form"]
    assert [form[it].label for it in ages] == ["Adult, US$18.00", "Child, US$9.00"]
    assert [fields_of(page)[it] for it in ages] == ["1", "0"]
    assert "people" not in form.fields

    answer = add(olga, session, **{adults: "1", children: "2"})

    assert answer.status_code == 303
    booking = Booking.objects.get()
    assert (booking.party_size, booking.price) == (3, 3600)
    assert booking.as_booked.mix == ((1, "Adult"), (2, "Child"))


def test_a_child_alone_is_a_child(olga: Client, studio: Studio, ages: tuple[str, str]) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    adults, children = ages

    add(olga, session, **{adults: "0", children: "1"})

    booking = Booking.objects.get()
    assert (booking.variant and booking.variant.name, booking.price) == ("Child", 900)


def test_nobody_is_asked_about(olga: Client, studio: Studio, ages: tuple[str, str]) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))

    page = add(olga, session, **dict.fromkeys(ages, "0"))

    assert page.status_code == 422
    assert told(page) == ["Error: Say how many people are coming."]
    assert not Booking.objects.exists()


def test_the_line_keeps_who_comes_as_what(
    olga: Client, studio: Studio, ages: tuple[str, str]
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    join(session, email="sam@example.com")

    answer = add(olga, session, **{ages[0]: "0", ages[1]: "1"}, line="1")

    assert answer.status_code == 303
    waiting = WaitlistEntry.objects.get().booking
    assert (waiting.variant and waiting.variant.name, waiting.party_size) == ("Child", 1)


def test_places_count_and_the_limits_of_the_policy_do_not(olga: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=5)

    assert add(olga, session, people="4").status_code == 303
    assert Booking.objects.get().party_size == 4

    page = add(olga, session, name="Eva", email="eva@example.com", people="2")
    assert page.status_code == 409
    assert told(page) == ["Error: There are not that many free places."]


def test_a_variant_that_went_meanwhile_is_told(
    olga: Client, studio: Studio, ages: tuple[str, str]
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    studio.flow.variants.get(name="Child").delete()

    answer = add(olga, session, **{ages[0]: "0", ages[1]: "1"})

    assert answer.status_code == 422
    assert not Booking.objects.exists()
