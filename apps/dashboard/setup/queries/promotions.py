"""The codes and discounts of a business, the live ones and those that are over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Coalesce

from apps.businesses.models import Business
from apps.checkout.models import Coupon, Discount
from apps.checkout.promotions import PromotionKind
from apps.checkout.queries.promotions import worth_words
from apps.dashboard.access import Access
from apps.kernel.money import Money

MAX_ROWS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRow:
    """worth is in words ("10 % off"), min_subtotal the least price it counts for; is_coming until
    its first day; what is over stays. services are names, "" for all of them. Of a code used and
    given say how often it was used and what it took off so far."""

    pk: int
    name: str
    worth: str
    min_subtotal: Money
    starts_at: datetime
    ends_at: datetime | None
    is_coming: bool
    is_over: bool
    min_people: int = 1
    services: str = ""
    code: str = ""
    covers_plans: bool = False
    used: int = 0
    max_uses: int | None = None
    given: Money | None = None


def list_coupons(*, access: Access, now: datetime) -> list[PromotionRow]:
    """The newest first; one query."""
    business = access.business
    rows = Coupon.objects.filter(business=business).annotate(given=Coalesce(Sum("uses__amount"), 0))
    return [
        PromotionRow(
            **_row_of(it, business, now=now),
            code=it.code,
            covers_plans=it.covers_plans,
            used=it.used,
            max_uses=it.max_uses,
            given=Money(it.given, business.currency),
        )
        for it in rows.order_by("-pk")[:MAX_ROWS]
    ]


def list_discounts(*, access: Access, now: datetime) -> list[PromotionRow]:
    """The newest first; two queries."""
    business = access.business
    rows = Discount.objects.filter(business=business).prefetch_related("services")
    return [
        PromotionRow(
            **_row_of(it, business, now=now),
            min_people=it.min_people,
            services=", ".join(service.name for service in it.services.all()),
        )
        for it in rows.order_by("-pk")[:MAX_ROWS]
    ]


def _row_of(promotion: Coupon | Discount, business: Business, *, now: datetime) -> dict[str, Any]:
    """What a row says of a code and of a discount alike."""
    return {
        "pk": promotion.pk,
        "name": promotion.name,
        "worth": worth_words(PromotionKind(promotion.kind), promotion.value, business),
        "min_subtotal": Money(promotion.min_subtotal, business.currency),
        "starts_at": promotion.starts_at,
        "ends_at": promotion.ends_at,
        "is_coming": promotion.starts_at > now,
        "is_over": promotion.ends_at is not None and promotion.ends_at <= now,
    }
