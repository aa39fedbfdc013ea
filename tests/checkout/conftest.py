from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import override_settings

from apps.catalog.models import PricingPlan
from apps.checkout.models import PlanPurchase
from tests.checkout.stripe_memory import SECRET_KEY, Stub
from tests.checkout.stripe_stub import WEBHOOK_SECRET, running
from tests.factories import NOW, Salon, make_salon
from tests.factories.prepaid import make_plan, make_purchase
from tests.factories.studio import Studio, make_studio


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


@pytest.fixture
def asking(salon: Salon) -> Salon:
    """Bridal hair of €120.00 is answered by Olga first, and keeps its time until then; a deposit of
    €40.00 is paid online, or all of it."""
    salon.bridal.pays_online = True
    salon.bridal.deposit = 4000
    salon.bridal.allows_multiple_requests = False
    salon.bridal.save()
    return salon


@pytest.fixture
def studio(db: None, at_now: datetime) -> Studio:
    """Harbor Yoga in New York; a class costs US$18.00 and may be cancelled until the day before."""
    return make_studio(cancel_until_minutes=24 * 60)


@pytest.fixture
def ten(studio: Studio) -> PricingPlan:
    """Ten visits of the flow class for US$160.00."""
    return make_plan(services=[studio.flow])


@pytest.fixture
def purchase(studio: Studio, ten: PricingPlan) -> PlanPurchase:
    """Ten visits that Carl has."""
    return make_purchase(plan=ten, by=studio.olga)


LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def stub() -> Iterator[Stub]:
    """Stripe on loopback, and a portal that is paid through it."""
    with (
        running() as stub,
        override_settings(
            PAYMENT_PROVIDER="stripe",
            STRIPE_SECRET_KEY=SECRET_KEY,
            STRIPE_WEBHOOK_SECRETS=(WEBHOOK_SECRET,),
            STRIPE_API_BASE=stub.base,
        ),
    ):
        yield stub
