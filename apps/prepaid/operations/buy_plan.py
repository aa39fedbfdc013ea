"""Buy a plan on the booking page and pay for it (rule M16)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.bookings.operations import CustomerBlocked
from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.checkout.models import Order, Payment, PlanPurchase
from apps.checkout.operations.errors import CouponRefused
from apps.checkout.operations.gift_money import SeenGift
from apps.checkout.operations.orders import add_lines
from apps.checkout.operations.pay_online import begin_paying
from apps.checkout.operations.promotions import use_coupon
from apps.checkout.pricing import Way
from apps.checkout.promotions import worth
from apps.checkout.queries.promotions import Applied, apply_code, buyer_of, plan_buyer
from apps.customers.models import Customer
from apps.customers.operations import find_or_add_customer
from apps.customers.queries import find_blocked, identity_of
from apps.kernel.references import new_reference
from apps.prepaid.operations.errors import PlanChanged, PlanNotSold
from apps.prepaid.operations.pay_plan import pay_order, resume_order
from apps.prepaid.queries.plan_offer import price_plan
from apps.prepaid.renewals import renews
from apps.web.phones import line_of

DRAFT = PlanPurchase.Status.DRAFT
_PUBLISHED = Business.State.PUBLISHED


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: e-mail in lower case, phone in E.164."""

    name: str
    email: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class BoughtPlan:
    """The plan, and where to pay for it; "" when there is nothing to pay."""

    purchase: PlanPurchase
    url: str


def buy_plan(
    *,
    plan: PricingPlan,
    buyer: Buyer,
    seen_price: int,
    form_key: str,
    visitor_hash: str,
    origin: str,
    now: datetime,
    code: str = "",
    gift: SeenGift | None = None,
) -> BoughtPlan:
    """Buy a plan on the page: it begins when its money has come, a free one at once (rule M16).

    The same form sent again leads to the same purchase and the same payment (rule B6). seen_price
    is what the page showed, in minor units, less what the code takes off; gift is the card that
    pays a part, or all of it. Of a membership both are for the first period. origin as in
    ``check_out``.

    Raises:
        PlanNotSold: it is not offered any more, or this customer has had it as often as allowed.
        PlanChanged: the price is another one now.
        CouponRefused: the code cannot be used, or not any more.
        GiftRefused: the gift card has less on it than the page showed, or the plan costs less.
        CustomerBlocked: the business blocked this person.
        WayNotOffered: nothing is paid online here.
        ProviderDown: the provider does not answer; nothing was paid.
    """
    terms = SeenOffer(seen_price, code, gift)
    purchase, payment = _place(
        plan, buyer, terms, form_key=form_key, visitor_hash=visitor_hash, now=now
    )
    if payment is None:
        return BoughtPlan(purchase, "")
    url = begin_paying(payment=payment, subject=purchase, origin=origin, now=now)
    return BoughtPlan(purchase, url)


def pay_for_plan(
    *,
    purchase_id: int,
    origin: str,
    now: datetime,
    seen_left: int | None = None,
    gift_code: str | None = None,
) -> BoughtPlan:
    """Go on with the payment of a plan, or of its next period, or open it anew: the last one
    failed, ran out or was given up. Code and gift card pay their part as it was agreed, also where
    they went back meanwhile. seen_left is what the page said is to be paid, in minor units;
    gift_code the card that was typed for the next period ("" for none), None where as agreed.

    Raises:
        PlanPurchase.DoesNotExist: there is none.
        PlanChanged: another amount is to be paid now; price says which.
        WayNotOffered, ProviderDown: as in ``buy_plan``.
    """
    purchase, payment = _place_again(purchase_id, seen_left=seen_left, gift_code=gift_code, now=now)
    if payment is None:
        return BoughtPlan(purchase, "")
    url = begin_paying(payment=payment, subject=purchase, origin=origin, now=now)
    return BoughtPlan(purchase, url)


@dataclass(frozen=True, slots=True)
class SeenOffer:
    """What the page showed (seen_price in minor units, None where it showed nothing), and what was
    typed for it."""

    seen_price: int | None
    code: str
    gift: SeenGift | None

    @property
    def seen_left(self) -> int | None:
        """What was to be paid online, in minor units."""
        if self.seen_price is None:
            return None
        return self.seen_price - (self.gift.amount if self.gift else 0)


@transaction.atomic
def _place(
    plan: PricingPlan,
    buyer: Buyer,
    terms: SeenOffer,
    *,
    form_key: str,
    visitor_hash: str,
    now: datetime,
) -> tuple[PlanPurchase, Payment | None]:
    earlier = PlanPurchase.objects.filter(form_key=form_key, business_id=plan.business_id).first()
    if earlier is not None:
        return _place_again(earlier.pk, seen_left=terms.seen_left, now=now)
    _require_sold(plan, buyer)
    applied = applied_to(plan, buyer, terms, now=now)
    customer = customer_of(plan, buyer, now=now)
    Customer.objects.select_for_update().get(pk=customer.pk)  # counts its purchases one by one
    if _had_enough(plan, buyer):
        raise PlanNotSold
    purchase, is_new = new_purchase(
        plan,
        customer,
        form_key=form_key,
        phone=buyer.phone,
        visitor_hash=visitor_hash,
        renews=renews(plan.kind, plan.price),
        now=now,
    )
    if not is_new:
        return _place_again(purchase.pk, seen_left=terms.seen_left, now=now)
    order = place_coded_order(purchase, applied, way=Way.FULL, now=now)
    return purchase, pay_order(order, purchase, terms.gift, now=now)


def applied_to(plan: PricingPlan, buyer: Buyer, terms: SeenOffer, *, now: datetime) -> Applied:
    """The code as it may be used now, at the price that was seen.

    Raises:
        CouponRefused: it cannot be used.
        PlanChanged: with it, the plan costs something else than was seen.
    """
    user = plan_buyer(business_id=plan.business_id, email=buyer.email, phone=buyer.phone)
    applied = apply_code(user=user, code=terms.code, subtotal=plan.price, now=now)
    if applied.refused is not None:
        raise CouponRefused(applied.refused, at=applied.at)
    by_code = worth(applied.terms, subtotal=plan.price) if applied.terms else 0
    owed = price_plan(
        plan.price, plan.tax_rate, plan.name, plan.business, way=Way.FULL, by_code=by_code
    ).total
    if terms.seen_price is not None and owed != terms.seen_price:
        raise PlanChanged(owed)
    return applied


def place_coded_order(
    purchase: PlanPurchase, applied: Applied, *, way: Way, now: datetime
) -> Order:
    """Write the first order of a plan and count the use of its code.

    Raises:
        CouponRefused: somebody else had the last use, or it ended meanwhile.
    """
    by_code = worth(applied.terms, subtotal=purchase.price) if applied.terms else 0
    order = place_plan_order(purchase, way=way, code=applied.code, by_code=by_code, now=now)
    user = buyer_of(purchase)
    use_coupon(order, user, applied, amount=by_code, now=now)
    return order


def _had_enough(plan: PricingPlan, buyer: Buyer) -> bool:
    """Whether somebody has bought a plan as often as one may, whatever the spelling of their
    address, or with the same phone. The plan is locked: two addresses are counted one by one."""
    if plan.max_per_customer is None:
        return False
    PricingPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    bought = PlanPurchase.objects.filter(plan=plan).exclude(status=DRAFT)
    wanted, line = identity_of(buyer.email), line_of(buyer.phone)
    had = sum(
        identity_of(email) == wanted or (bool(line) and line in map(line_of, numbers))
        for email, *numbers in bought.values_list(
            "customer__email", "contact_phone", "customer__phone"
        )
    )
    return had >= plan.max_per_customer


def _require_sold(plan: PricingPlan, buyer: Buyer) -> None:
    if plan.hidden or plan.retired_at is not None or plan.business.state != _PUBLISHED:
        raise PlanNotSold
    blocked = find_blocked(business_id=plan.business_id, email=buyer.email, phone=buyer.phone)
    if blocked:
        raise CustomerBlocked(blocked)


@transaction.atomic
def _place_again(
    purchase_id: int, *, seen_left: int | None, gift_code: str | None = None, now: datetime
) -> tuple[PlanPurchase, Payment | None]:
    found = PlanPurchase.objects.select_for_update(of=("self",)).select_related("business")
    purchase = found.get(pk=purchase_id)
    return purchase, resume_order(purchase, seen_left=seen_left, gift_code=gift_code, now=now)


def customer_of(plan: PricingPlan, buyer: Buyer, *, now: datetime) -> Customer:
    """Find whoever buys among the customers of the business, or add them."""
    return find_or_add_customer(
        business_id=plan.business_id,
        name=buyer.name,
        email=buyer.email,
        phone=buyer.phone,
        now=now,
    )


def new_purchase(
    plan: PricingPlan,
    customer: Customer,
    *,
    form_key: str,
    phone: str,
    visitor_hash: str = "",
    renews: bool = False,
    now: datetime,
) -> tuple[PlanPurchase, bool]:
    """Freeze the terms of today: later changes of the plan are not this customer's. Tell whether
    this form bought for the first time."""
    purchase, is_new = PlanPurchase.objects.get_or_create(
        form_key=form_key,
        defaults={
            "business": plan.business,
            "plan": plan,
            "customer": customer,
            "contact_phone": phone,
            "reference": new_reference(),
            "kind": plan.kind,
            "name": plan.name,
            "price": plan.price,
            "currency": plan.business.currency,
            "tax_rate": plan.tax_rate,
            "credits": plan.credits,
            "valid_days": plan.valid_days,
            "period_months": plan.period_months,
            "balance": None if plan.kind == PricingPlan.Kind.UNLIMITED else 0,
            "visitor_hash": visitor_hash,
            "renews": renews,
            "made_at": now,
        },
    )
    if is_new:
        purchase.services.set(plan.services.all())
    return purchase, is_new


def place_plan_order(
    purchase: PlanPurchase, *, way: Way, now: datetime, code: str = "", by_code: int = 0
) -> Order:
    """Write the first order of a plan, by the terms it was bought with, less what a code takes off
    (minor units)."""
    priced = price_plan(
        purchase.price,
        purchase.tax_rate,
        purchase.name,
        purchase.business,
        way=way,
        by_code=by_code,
    )
    order = Order.objects.create(
        business=purchase.business,
        purchase=purchase,
        reference=new_reference(),
        way=way.value,
        currency=priced.currency,
        tax_rate=priced.tax_rate,
        tax_included=priced.tax_included,
        tax=priced.tax,
        discount=priced.discount,
        coupon_code=code,
        total=priced.total,
        due_now=priced.due_now,
        placed_at=now,
    )
    add_lines(order, priced.lines)
    return order
