"""However many names are saved at once, ten fit and each stands once (rule D14)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from apps.customers import operations as customers
from apps.customers.models import SavedPerson
from tests.factories import NOW

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def save(name: str) -> str:
    try:
        customers.save_person(email="carl@example.com", name=name, now=NOW)
    except customers.TooManySaved:
        return "full"
    else:
        return "saved"
    finally:
        connections.close_all()


def test_of_fifteen_names_at_once_ten_are_saved() -> None:
    with ThreadPoolExecutor(15) as pool:
        answers = list(pool.map(save, (f"Child {number}" for number in range(15))))

    assert sorted(answers) == ["full"] * 5 + ["saved"] * 10
    assert sorted(SavedPerson.objects.values_list("place", flat=True)) == list(range(10))


def test_one_name_sent_many_times_at_once_stands_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(save, ["Mia"] * 8))

    assert answers == ["saved"] * 8
    assert SavedPerson.objects.count() == 1
