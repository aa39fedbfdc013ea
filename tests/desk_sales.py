"""What the team of Olga's salon has at hand where it sells a plan; each folder brings its salon."""

import pytest

from apps.catalog.models import PricingPlan
from apps.checkout.models import Coupon, GiftCard
from tests.factories import Salon
from tests.factories.coupons import make_coupon
from tests.factories.prepaid import make_gift_card, make_plan


@pytest.fixture
def ten_visits(salon: Salon) -> PricingPlan:
    """Ten visits for €160.00."""
    return make_plan(services=[salon.cut])


@pytest.fixture
def winter10(salon: Salon) -> Coupon:
    """Ten per cent off plans too: €144.00 in place of €160.00."""
    return make_coupon(business=salon.business, code="WINTER10", covers_plans=True)


@pytest.fixture
def gift_card(salon: Salon) -> GiftCard:
    """A card with €50.00 on it."""
    return make_gift_card(by=salon.olga, value=5000)
