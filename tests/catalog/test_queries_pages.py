from typing import Any

import pytest

from apps.catalog.models import Service
from apps.catalog.queries import choose, get_service_list, is_bookable, list_staff
from tests.factories import Salon, make_salon, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


def test_a_list_groups_services_by_category_in_the_owners_order(salon: Salon) -> None:
    found = get_service_list(business=salon.business)

    assert [group.name for group in found.groups] == ["Cuts"]
    assert [row.name for row in found.rows] == ["Cut and finish", "Root colour", "Bridal trial"]
    assert found.chips == ()


def test_prices_say_from_when_forms_differ(salon: Salon) -> None:
    make_variant(service=salon.cut, name="Short", price=4000, duration_minutes=30)
    make_variant(service=salon.cut, name="Long", price=6200)
    Service.objects.filter(pk=salon.colour.pk).update(price_kind="CUSTOM", price_text="By length")
    Service.objects.filter(pk=salon.bridal.pk).update(price_kind="FREE")

    cut, colour, bridal = get_service_list(business=salon.business).rows

    assert (cut.price and cut.price.amount, cut.is_from, cut.minutes) == (4000, True, 30)
    assert (colour.price, colour.price_words) == (None, "By length")
    assert (bridal.price, bridal.price_words) == (None, "Free")


def test_a_deposit_is_told_in_the_list_where_it_is_asked_for(salon: Salon) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(pays_online=True, deposit=2000)
    Service.objects.filter(pk=salon.colour.pk).update(pays_online=False, deposit=None)

    notes = {row.name: row.note for row in get_service_list(business=salon.business).rows}

    assert notes == {
        "Cut and finish": "deposit €20.00",
        "Root colour": "",
        "Bridal trial": "by request",
    }


@pytest.mark.parametrize("variants", [1, 3])
def test_the_list_costs_two_questions(
    salon: Salon, django_assert_max_num_queries: Any, variants: int
) -> None:
    for number in range(variants):
        make_variant(service=salon.cut, name=f"Form {number}", price=4000 + number)

    with django_assert_max_num_queries(2):
        assert len(get_service_list(business=salon.business).rows) == 3


def test_staff_are_those_who_are_eligible_in_the_order_of_the_team(salon: Salon) -> None:
    salon.ben.resource.active = False
    salon.ben.resource.save()

    assert list_staff(service=salon.cut) == (salon.ana,)
    assert list_staff(service=salon.bridal) == (salon.ana,)


def test_nobody_named_means_everybody_of_the_team(salon: Salon) -> None:
    salon.bridal.requirements.get().eligible.clear()

    assert list_staff(service=salon.bridal) == (salon.ana, salon.ben)


@pytest.mark.parametrize(
    ("column", "value"),
    [("bookable_online", False), ("kind", "CLASS"), ("retired_at", "2026-01-01T00:00Z")],
)
def test_only_offered_appointments_are_bookable(salon: Salon, column: str, value: object) -> None:
    assert is_bookable(service=salon.cut)
    setattr(salon.cut, column, value)

    assert not is_bookable(service=salon.cut)


def test_a_choice_reads_its_needs_once(salon: Salon, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(4):
        choice = choose(service=salon.colour)

    kinds = [len(able) for _type, able in choice.requirements]
    assert kinds == [2, 1]
