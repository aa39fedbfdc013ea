"""The salon, and Zenobia, of whom it keeps whatever can be kept."""

import pytest

from tests.factories import Salon, make_salon
from tests.privacy.people import Zenobia, make_zenobia


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon(slug="juniper")


@pytest.fixture
def zenobia(salon: Salon) -> Zenobia:
    return make_zenobia(salon)
