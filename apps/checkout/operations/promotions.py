"""Codes and discounts: made and stopped by the team."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from apps.businesses.models import TeamMember
from apps.businesses.operations import lock_business
from apps.catalog.models import Service
from apps.checkout.models import Coupon, Discount
from apps.checkout.promotions import Kind, plain_code
from apps.kernel.refusals import Refusal

Promotion = TypeVar("Promotion", Coupon, Discount)


class CodeTaken(Refusal):
    """The business has a coupon of this code already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionFacts:
    """What an owner says of a code and of a discount alike: value in minor units, or in basis
    points for a share.

    Times are UTC, None is no limit.
    """

    name: str
    kind: Kind
    value: int
    starts_at: datetime
    ends_at: datetime | None = None
    service_ids: tuple[int, ...] = ()
    min_subtotal: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountFacts(PromotionFacts):
    """A discount counts by itself, also from how many people on."""

    min_people: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponFacts(PromotionFacts):
    """A coupon is a discount with a code, which may be used so often."""

    code: str
    max_uses: int | None = None
    max_per_customer: int | None = 1
    covers_plans: bool = False


@transaction.atomic
def make_coupon(*, facts: CouponFacts, by: TeamMember, form_key: str = "") -> Coupon:
    """Make a code that customers can use from now on (rule M13). The same form_key makes one.

    Services of another business are left out.

    Raises:
        CodeTaken: there is one of this code.
    """
    lock_business(business_id=by.business_id)
    earlier = _made_before(Coupon, by=by, form_key=form_key)
    if earlier is not None:
        return earlier
    code = plain_code(facts.code)
    if Coupon.objects.filter(business_id=by.business_id, code=code).exists():
        raise CodeTaken
    coupon = Coupon(business_id=by.business_id, form_key=form_key or None)
    return _make(coupon, replace(facts, code=code))


@transaction.atomic
def make_discount(*, facts: DiscountFacts, by: TeamMember, form_key: str = "") -> Discount:
    """Make a discount that counts by itself from its start on (rule M14). The same form_key makes
    one.

    Services of another business are left out.
    """
    lock_business(business_id=by.business_id)
    earlier = _made_before(Discount, by=by, form_key=form_key)
    if earlier is not None:
        return earlier
    discount = Discount(business_id=by.business_id, form_key=form_key or None)
    return _make(discount, facts)


def _made_before(model: type[Promotion], *, by: TeamMember, form_key: str) -> Promotion | None:
    """What the same form made, of a locked business."""
    made = model.objects.filter(business_id=by.business_id)
    return made.filter(form_key=form_key).first() if form_key else None


def _make(made: Promotion, facts: PromotionFacts) -> Promotion:
    """Store it with what was said of it, which is named like its columns."""
    columns = asdict(facts)
    service_ids = columns.pop("service_ids")
    for name, value in columns.items():
        setattr(made, name, value)
    made.save(force_insert=True)
    own = Service.objects.filter(business_id=made.business_id, pk__in=service_ids)
    made.services.set(own)
    return made


def stop_coupon(*, coupon_id: int, by: TeamMember, now: datetime) -> None:
    """Let a coupon end now; what was booked with it keeps its price.

    Raises:
        Coupon.DoesNotExist: not a coupon of this business.
    """
    _stop(Coupon, coupon_id, by=by, now=now)


def stop_discount(*, discount_id: int, by: TeamMember, now: datetime) -> None:
    """Let a discount end now; what was booked with it keeps its price.

    Raises:
        Discount.DoesNotExist: not a discount of this business.
    """
    _stop(Discount, discount_id, by=by, now=now)


@transaction.atomic
def _stop(model: type[Promotion], pk: int, *, by: TeamMember, now: datetime) -> None:
    found = model.objects.select_for_update().get(pk=pk, business_id=by.business_id)
    if found.ends_at is None or found.ends_at > now:
        found.ends_at = max(now, found.starts_at)
        found.save(update_fields=["ends_at"])
