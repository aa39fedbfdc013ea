from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine

from tests.factories import NOW, Salon, make_salon


@pytest.fixture
def at_now() -> Iterator[datetime]:
    """Tuesday 24 November 2026, 10:42 in Berlin, standing still."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def salon(db: None, at_now: datetime) -> Salon:
    return make_salon(slug="juniper")
