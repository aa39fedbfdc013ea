"""The codes of a business, with what they gave so far."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum
from django.db.models.functions import Coalesce

from apps.checkout.coupons import WHOLE
from apps.checkout.models import Coupon
from apps.dashboard.desk import Desk
from apps.kernel.money import Money
from apps.web import formatting

MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class CouponRow:
    """worth is in words ("10 %"), given is what it took off so far; codes that are over stay.
    min_subtotal is the least price it counts for, is_coming until its first day."""

    pk: int
    code: str
    name: str
    kind: str
    worth: str
    used: int
    max_uses: int | None
    given: Money
    min_subtotal: Money
    starts_at: datetime
    ends_at: datetime | None
    is_coming: bool
    is_over: bool
    covers_plans: bool


def list_coupons(*, desk: Desk, now: datetime) -> list[CouponRow]:
    """The newest first; one query."""
    business = desk.business
    rows = Coupon.objects.filter(business=business).annotate(given=Coalesce(Sum("uses__amount"), 0))
    return [
        CouponRow(
            pk=it.pk,
            code=it.code,
            name=it.name,
            kind=it.kind,
            worth=_worth(it, business.currency, business.locale),
            used=it.used,
            max_uses=it.max_uses,
            given=Money(it.given, business.currency),
            min_subtotal=Money(it.min_subtotal, business.currency),
            starts_at=it.starts_at,
            ends_at=it.ends_at,
            is_coming=it.starts_at > now,
            is_over=it.ends_at is not None and it.ends_at <= now,
            covers_plans=it.covers_plans,
        )
        for it in rows.order_by("-pk")[:MOST_ROWS]
    ]


def _worth(coupon: Coupon, currency: str, locale: str) -> str:
    if coupon.kind == Coupon.Kind.PERCENT:
        return f"{coupon.value * 100 / WHOLE:g} %"
    return formatting.format_money(coupon.value, currency, locale)
