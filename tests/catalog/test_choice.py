"""What somebody chose, checked against what is offered (rules B24, M1)."""

import pytest

from apps.catalog.models import AddOn, AddOnGroup, Service
from apps.catalog.queries import UnknownChoice, choose
from tests.factories import Salon, make_salon, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon() -> Salon:
    return make_salon()


def make_gloss(service: Service, *, price: int = 1800, minutes: int = 20) -> AddOn:
    group, _new = AddOnGroup.objects.get_or_create(service=service, name="Extras")
    return AddOn.objects.create(
        group=group, name=f"Gloss {minutes}", price=price, duration_minutes=minutes
    )


def test_the_first_variant_is_chosen_until_somebody_chooses(salon: Salon) -> None:
    short = make_variant(service=salon.colour, name="Short", price=7400, duration_minutes=75)
    make_variant(service=salon.colour, name="Long", price=9800, duration_minutes=120)

    choice = choose(service=salon.colour)

    assert (choice.variant, choice.duration_minutes, choice.price.total) == (short, 75, 7400)


def test_an_extra_costs_once_and_lengthens_the_visit(salon: Salon) -> None:
    gloss = make_gloss(salon.colour)

    choice = choose(service=salon.colour, add_on_ids=[gloss.pk])

    assert (choice.duration_minutes, choice.price.total) == (110, 9200)


def test_several_people_pay_for_several(salon: Salon) -> None:
    salon.policy.max_participants = 3
    salon.policy.save()

    assert choose(service=salon.cut, party_size=3).price.total == 3 * 4800


def test_a_free_service_costs_nothing_whatever_stands_in_its_price(salon: Salon) -> None:
    salon.cut.price_kind = Service.PriceKind.FREE

    assert choose(service=salon.cut).price.total == 0


def test_a_price_on_request_is_words(salon: Salon) -> None:
    salon.cut.price_kind = Service.PriceKind.CUSTOM
    salon.cut.price_text = "Price on request"

    price = choose(service=salon.cut).price

    assert (price.total, price.text) == (None, "Price on request")


def test_a_foreign_variant_is_refused(salon: Salon) -> None:
    foreign = make_variant(service=make_salon().colour, name="Short", price=1)

    with pytest.raises(UnknownChoice, match="variant"):
        choose(service=salon.colour, variant_id=foreign.pk)


def test_a_foreign_or_retired_extra_is_refused(salon: Salon) -> None:
    foreign, retired = make_gloss(make_salon().colour), make_gloss(salon.colour)
    AddOn.objects.filter(pk=retired.pk).update(active=False)

    for extra in (foreign, retired):
        with pytest.raises(UnknownChoice, match="add-on"):
            choose(service=salon.colour, add_on_ids=[extra.pk])


def test_more_extras_than_the_group_allows_are_refused(salon: Salon) -> None:
    extras = [make_gloss(salon.colour, minutes=minutes) for minutes in (10, 20)]
    AddOnGroup.objects.update(max_add_ons=1)

    with pytest.raises(UnknownChoice, match="add-on"):
        choose(service=salon.colour, add_on_ids=[extra.pk for extra in extras])


@pytest.mark.parametrize("party_size", [-1, 0, 2])
def test_fewer_than_one_and_more_than_allowed_are_refused(salon: Salon, party_size: int) -> None:
    with pytest.raises(UnknownChoice, match="participants"):
        choose(service=salon.cut, party_size=party_size)


def test_only_people_who_do_the_service_can_be_chosen(salon: Salon) -> None:
    assert choose(service=salon.cut, resource_id=salon.ben.resource_id).chosen_staff == salon.ben
    with pytest.raises(UnknownChoice, match="staff"):
        choose(service=salon.bridal, resource_id=salon.ben.resource_id)
    with pytest.raises(UnknownChoice, match="staff"):
        choose(service=salon.cut, resource_id=salon.wash.pk)
