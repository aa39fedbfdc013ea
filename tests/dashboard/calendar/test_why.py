"""Why a date offers no times, in the words of the picker's own rule."""

import pytest
from django.test import Client

from apps.availability.models import DateException, Schedule
from tests.factories import NOW, Salon, make_booking, make_location, make_salon

WHY = "/own/juniper/why/"


def text_of(browser: Client, **query: str | int) -> str:
    return " ".join(browser.get(WHY, query).content.decode().split())


def test_the_page_asks_first(olga: Client) -> None:
    answer = olga.get(WHY)

    assert (answer.status_code, "Why there are no times" in answer.content.decode()) == (200, False)


def test_a_date_with_times_says_how_many(olga: Client, salon: Salon) -> None:
    assert "34 times are available" in text_of(olga, service=salon.cut.pk, on="2026-11-25")


def test_a_holiday_is_named(olga: Client, salon: Salon) -> None:
    schedule = Schedule.objects.get(business=salon.business, resource=None, service=None)
    DateException.objects.create(schedule=schedule, on="2026-11-25", reason="Holiday")

    assert "Closed on that day." in text_of(olga, service=salon.cut.pk, on="2026-11-25")


def test_a_full_day_is_named(olga: Client, salon: Salon) -> None:
    salon.bridal.requires_approval = False
    salon.bridal.allows_multiple_requests = False
    salon.bridal.duration_minutes = 9 * 60
    salon.bridal.save()
    make_booking(service=salon.bridal, starts_at=salon.at(25, 9), now=NOW)

    text = text_of(olga, service=salon.cut.pk, staff=salon.ana.pk, on="2026-11-25")

    assert "Why there are no times" in text
    assert "Everything is booked." in text


def test_a_date_too_far_ahead_says_when_it_opens(olga: Client, salon: Salon) -> None:
    assert "Too far ahead: opens on" in text_of(olga, service=salon.cut.pk, on="2027-06-01")


def test_a_person_who_does_not_do_it_is_a_mistake(olga: Client, salon: Salon) -> None:
    query: dict[str, str | int] = {"service": salon.bridal.pk, "staff": salon.ben.pk}

    answer = olga.get(WHY, {**query, "on": "2026-11-25"})

    assert answer.status_code == 422
    assert "This person does not do this service." in answer.content.decode()


@pytest.mark.parametrize("field", ["service", "staff"])
def test_foreign_ids_are_no_choice(olga: Client, salon: Salon, field: str) -> None:
    other = make_salon(slug="other")
    own: dict[str, str | int] = {"service": salon.cut.pk, "staff": salon.ana.pk, "on": "2026-11-25"}
    foreign = {"service": other.cut.pk, "staff": other.ana.pk}

    answer = olga.get(WHY, {**own, field: foreign[field]})

    assert answer.status_code == 422


@pytest.mark.parametrize("on", ["", "2026-02-30", "0001-01-01", "9999-12-31", "x"])
def test_a_date_that_is_none_is_a_mistake(olga: Client, salon: Salon, on: str) -> None:
    query: dict[str, str | int] = {"service": salon.cut.pk, "on": on}

    assert olga.get(WHY, query).status_code == 422


def test_each_place_is_asked_about_on_its_own(olga: Client, salon: Salon) -> None:
    assert "Where" not in text_of(olga)
    hamburg = make_location(business=salon.business, name="Hamburg")
    salon.cut.locations.add(hamburg)
    house = Schedule.objects.get(business=salon.business, resource=None, service=None)
    house.weekly_hours.update(location=salon.location)

    question: dict[str, str | int] = {"service": salon.cut.pk, "on": "2026-11-25"}

    assert "34 times are available" in text_of(olga, **question)
    assert "Why there are no times" in text_of(olga, **question, place=hamburg.pk)
    question["service"] = salon.colour.pk
    assert "This service is not offered there." in text_of(olga, **question, place=hamburg.pk)
