from collections.abc import Iterator
from datetime import datetime, timedelta

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
    """Olga's salon: a cut of €48.00 is paid online with a deposit of €20.00, or all of it; a colour
    is paid online or at the salon."""
    salon = make_salon(slug="juniper")
    salon.cut.pays_online = True
    salon.cut.deposit = 2000
    salon.cut.tax_rate = 1900
    salon.cut.save()
    salon.colour.pays_online = True
    salon.colour.save()
    return salon


LATER = NOW + timedelta(minutes=1)
