"""One contact per business and address, however many book at once (rule B25)."""

import pytest

from apps.customers.models import Customer
from apps.customers.operations import find_or_add_customer
from tests.factories import NOW, make_business

pytestmark = pytest.mark.django_db


def find_carl(business_id: int, *, name: str = "Carl Vogt", phone: str = "") -> Customer:
    return find_or_add_customer(
        business_id=business_id, name=name, email="carl@example.com", phone=phone, now=NOW
    )


def test_the_same_address_is_the_same_contact() -> None:
    business = make_business()

    first, second = find_carl(business.pk), find_carl(business.pk)

    assert first.pk == second.pk
    assert Customer.objects.count() == 1


def test_what_a_stranger_types_does_not_change_a_known_contact() -> None:
    business = make_business()
    find_carl(business.pk, phone="+4915155501")

    find_carl(business.pk, name="Sam Stranger", phone="+490000")

    known = Customer.objects.get()
    assert (known.name, known.phone) == ("Carl Vogt", "+4915155501")


def test_another_business_has_its_own_contact() -> None:
    first, second = find_carl(make_business().pk), find_carl(make_business().pk)

    assert first.pk != second.pk
