"""What a plan costs, also with the codes that were typed for it, and whether it can be paid
online."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import Exists, OuterRef

from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.catalog.payment_problems import OutOfReach
from apps.checkout.models import Coupon, CouponUse, GiftCard, Order, PlanPurchase
from apps.checkout.pricing import Item, Quote, Way, quote
from apps.checkout.promotions import worth
from apps.checkout.providers import takes_online
from apps.checkout.queries.gifts import AgreedGift, Gift, agreed_gift, find_gift
from apps.checkout.queries.promotions import Applied, apply_code, buyer_of, plan_buyer
from apps.checkout.queries.reach import bounds_in_use


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """quote is less what the code takes off; a code that cannot be used changes nothing. full is
    what it costs without, way how the rest is paid."""

    quote: Quote
    applied: Applied
    gift: Gift | None
    full: int
    way: Way

    @property
    def by_gift(self) -> int:
        """What the gift card pays, in minor units."""
        return self.gift.pays(self.quote, self.way) if self.gift else 0

    @property
    def by_code(self) -> int:
        """What the code makes it cheaper, tax included, in minor units."""
        return self.full - self.quote.total

    @property
    def left(self) -> int:
        """What is paid online, or in person, in minor units."""
        return self.quote.total - self.by_gift

    @property
    def is_sold_online(self) -> bool:
        """Whether what is left can be paid online; nothing always can."""
        return not self.left or takes_online(self.left, self.quote.currency)

    @property
    def code(self) -> str:
        """The code that takes something off, or ""."""
        return "" if self.applied.refused else self.applied.code


def plan_offer(
    *,
    plan: PricingPlan,
    business: Business,
    now: datetime,
    code: str,
    gift: str,
    email: str = "",
    way: Way = Way.FULL,
) -> PlanOffer:
    """Price a plan for somebody; email is "" as long as nobody said."""
    user = plan_buyer(business_id=business.pk, email=email)
    applied = apply_code(user=user, code=code, subtotal=plan.price, now=now)
    by_code = worth(applied.terms, subtotal=plan.price) if applied.terms else 0
    price = partial(price_plan, plan.price, plan.tax_rate, plan.name, business, way=way)
    return PlanOffer(
        quote=price(by_code=by_code),
        applied=applied,
        gift=find_gift(business.pk, gift),
        full=price().total,
        way=way,
    )


@dataclass(frozen=True, slots=True)
class AgreedOffer(PlanOffer):
    """What a plan that was begun costs now. agreed is the card it was begun with; is_counted: its
    code is still counted for it."""

    agreed: AgreedGift | None = None
    is_counted: bool = False


def agreed_offer(
    *, purchase: PlanPurchase, order: Order, now: datetime, gift_code: str | None = None
) -> AgreedOffer:
    """What a plan costs whose order is not paid yet: as it was agreed for as long as its code is
    counted and its card holds the money. What went back meanwhile is used anew where that can be;
    a code that cannot be used any more changes nothing. gift_code is a card that was chosen since
    ("" for none); nothing is chosen while another holds the money."""
    applied, by_code = _agreed_code(purchase, order, now=now)
    agreed = agreed_gift(order, instead=gift_code)
    return AgreedOffer(
        quote=price_again(order, by_code=by_code),
        applied=applied,
        gift=agreed.card if agreed else None,
        full=price_again(order).total,
        way=Way.FULL,
        agreed=agreed,
        is_counted=bool(applied.code) and applied.terms is None and applied.refused is None,
    )


def _agreed_code(purchase: PlanPurchase, order: Order, *, now: datetime) -> tuple[Applied, int]:
    """The code of an order, and what it takes off in minor units."""
    use = CouponUse.objects.filter(order=order).first()
    if use is not None:
        return Applied(order.coupon_code, use.coupon_id), use.amount
    user, code = buyer_of(purchase), order.coupon_code
    applied = apply_code(user=user, code=code, subtotal=purchase.price, now=now)
    return applied, worth(applied.terms, subtotal=purchase.price) if applied.terms else 0


def plans_take_codes(*, business: Business, now: datetime) -> bool:
    """Whether there is any code or gift card that a plan may be bought with; one query."""
    coupons = Coupon.objects.filter(
        business=OuterRef("pk"), starts_at__lte=now, covers_plans=True
    ).exclude(ends_at__lte=now)
    cards = GiftCard.objects.filter(
        business=OuterRef("pk"), status=GiftCard.Status.ACTIVE, balance__gt=0
    )
    return Business.objects.filter(Exists(coupons) | Exists(cards), pk=business.pk).exists()


def price_plan(
    price: int, tax_rate: int, name: str, business: Business, *, way: Way, by_code: int = 0
) -> Quote:
    """Price a plan with its tax; price in minor units, as the business keeps its prices, and so is
    what a code takes off it."""
    return quote(
        items=[Item(name, price)],
        currency=business.currency,
        tax_rate=tax_rate,
        tax_included=business.prices_include_tax,
        way=way,
        deposit=None,
        discounts=[by_code],
    )


def price_again(last: Order, *, by_code: int = 0) -> Quote:
    """What another period costs after this one: the same, without what a code took off; whatever
    the plan or the taxes of the business have become since. by_code is taken off anew, in minor
    units, as the business keeps its prices."""
    return quote(
        items=[Item(line.name, line.amount, line.quantity) for line in last.lines.all()],
        currency=last.currency,
        tax_rate=last.tax_rate,
        tax_included=last.tax_included,
        way=Way.FULL,
        deposit=None,
        discounts=[by_code] if by_code else None,
    )


def plan_out_of_reach(
    *, price: int, tax_rate: int, hidden: bool, business: Business
) -> OutOfReach | None:
    """Whether a plan that is sold on the page cannot be paid there; the desk may sell it all the
    same. price in minor units as the business keeps its prices, tax_rate in basis points."""
    bounds = bounds_in_use(business)
    total = price_plan(price, tax_rate, "", business, way=Way.FULL).total
    if bounds is None or hidden or not total or bounds.takes(total):
        return None
    return OutOfReach(
        of="price",
        amount=total,
        least=bounds.least,
        most=bounds.most,
        step=bounds.step,
        is_only_way=False,
    )


def stored_plan_out_of_reach(plan: PricingPlan, business: Business) -> OutOfReach | None:
    """The same for a plan as it is stored; nothing for one that is sold no more."""
    if plan.retired_at is not None:
        return None
    return plan_out_of_reach(
        price=plan.price, tax_rate=plan.tax_rate, hidden=plan.hidden, business=business
    )
