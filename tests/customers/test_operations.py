"""One contact per business and address, however many book at once (rule B25)."""

import pytest

from apps.customers.models import Customer
from apps.customers.operations import find_or_add_customer
from apps.customers.queries import perhaps_of_mailbox
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


@pytest.mark.parametrize(
    "spelling",
    ["carl.vogt@gmail.com", "c.arlvogt+salon@googlemail.com", "carlvogt@gmail.com"],
)
def test_every_spelling_of_a_mailbox_at_gmail_is_looked_at(spelling: str) -> None:
    add_contact(spelling)

    assert found_for("Carl.Vogt@googlemail.com") == [spelling]


@pytest.mark.parametrize("spelling", ["carl_v@example.com", "carl_v+salon@example.com"])
def test_every_spelling_of_a_mailbox_elsewhere_is_looked_at(spelling: str) -> None:
    add_contact(spelling)

    assert found_for("Carl_V+again@Example.com") == [spelling]


def test_nobody_else_of_the_provider_is_looked_at() -> None:
    for other in ("nora@gmail.com", "carl_vogt@example.com", "carlxv@example.com", "nora@site.eu"):
        add_contact(other)

    assert found_for("carl_v@example.com") == found_for("carl.vogt@gmail.com") == []


def add_contact(email: str) -> None:
    find_or_add_customer(
        business_id=make_business().pk, name="Carl Vogt", email=email, phone="", now=NOW
    )


def found_for(email: str) -> list[str]:
    found = Customer.objects.filter(perhaps_of_mailbox("email", email))
    return list(found.values_list("email", flat=True))
