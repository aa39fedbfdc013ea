from datetime import datetime

import pytest

from tests.factories import Salon, make_salon


@pytest.fixture
def salon(db: None, at_now: datetime) -> Salon:
    return make_salon(slug="juniper")
