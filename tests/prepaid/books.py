"""What tests of plans and gift cards look at."""

from datetime import datetime

from apps.checkout.models import PlanPurchase
from apps.ledger.check import find_all
from tests.factories import NOW


def fresh(purchase: PlanPurchase) -> PlanPurchase:
    return PlanPurchase.objects.select_related("business").get(pk=purchase.pk)


def lines_of(purchase: PlanPurchase) -> list[tuple[str, int, int | None]]:
    return list(purchase.entries.values_list("kind", "amount", "left"))


def assert_the_books_add_up(now: datetime = NOW) -> None:
    assert list(find_all(business_id=None, now=now)) == []
