"""The discounts of a business, the live ones and those that are over."""

from dataclasses import dataclass
from datetime import datetime

from apps.checkout.coupons import Kind
from apps.checkout.models import Discount
from apps.checkout.queries.discounts import worth_words
from apps.dashboard.desk import Desk
from apps.kernel.money import Money

MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class DiscountRow:
    """worth is in words ("10 % off"), services are names, "" for all of them."""

    pk: int
    name: str
    worth: str
    services: str
    min_subtotal: Money
    min_people: int
    starts_at: datetime
    ends_at: datetime | None
    is_over: bool
    is_coming: bool


def list_discounts(*, desk: Desk, now: datetime) -> list[DiscountRow]:
    """The newest first; two queries."""
    business = desk.business
    rows = Discount.objects.filter(business=business).prefetch_related("services")
    return [
        DiscountRow(
            pk=it.pk,
            name=it.name,
            worth=worth_words(Kind(it.kind), it.value, business),
            services=", ".join(service.name for service in it.services.all()),
            min_subtotal=Money(it.min_subtotal, business.currency),
            min_people=it.min_people,
            starts_at=it.starts_at,
            ends_at=it.ends_at,
            is_over=it.ends_at is not None and it.ends_at <= now,
            is_coming=it.starts_at > now,
        )
        for it in rows.order_by("-pk")[:MOST_ROWS]
    ]
