"""Plans and their next periods, sold at the desk."""

import secrets
from datetime import datetime

from django.db import transaction

from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.catalog.models import PricingPlan
from apps.checkout.models import UNDECIDED, Order, Payment, PlanPurchase
from apps.checkout.operations.errors import NotOwed
from apps.checkout.operations.gift_money import SeenGift, hold_gift
from apps.checkout.operations.in_person import take_in_person
from apps.checkout.operations.sync import approve, sync
from apps.checkout.pricing import Way
from apps.prepaid.operations.buy_plan import (
    Buyer,
    SeenOffer,
    applied_to,
    customer_of,
    new_purchase,
    place_coded_order,
)
from apps.prepaid.operations.change_plan import lock_plan
from apps.prepaid.operations.errors import PlanIsOver
from apps.prepaid.operations.pay_plan import pay_plan_by_card
from apps.prepaid.operations.periods import lock_open_order, place_next

DESK_BYTES = 18


@transaction.atomic
def sell_plan(
    *,
    plan_id: int,
    buyer: Buyer,
    by: TeamMember,
    now: datetime,
    seen_price: int | None = None,
    form_key: str = "",
    is_paid: bool = True,
    code: str = "",
    gift: SeenGift | None = None,
) -> PlanPurchase:
    """Sell a plan at the desk: it begins at once, and was paid in person unless that is still to
    come. How often a customer may buy it does not count here.

    The same form_key sells once. seen_price is what the page showed, in minor units, less what the
    code takes off; gift is the card that pays a part, or all of it. Of a membership both are for
    the first period.

    Raises:
        PricingPlan.DoesNotExist: not a plan of this business, or it is retired.
        PlanChanged: the price is another one now.
        CouponRefused: the code cannot be used, or not any more.
        GiftRefused: the gift card has less on it than the page showed.
    """
    key = desk_key(by, form_key)
    earlier = PlanPurchase.objects.filter(form_key=key, business_id=by.business_id).first()
    if earlier is not None:
        return earlier
    plan = PricingPlan.objects.get(pk=plan_id, business_id=by.business_id, retired_at__isnull=True)
    applied = applied_to(plan, buyer, SeenOffer(seen_price, code, gift), now=now)
    customer = customer_of(plan, buyer, now=now)
    purchase, is_new = new_purchase(plan, customer, form_key=key, phone=buyer.phone, now=now)
    if is_new:
        order = place_coded_order(purchase, applied, way=Way.IN_PERSON, now=now)
        _take(order, purchase, gift, by=by, is_paid=is_paid, now=now)
    return purchase


def _take(
    order: Order,
    purchase: PlanPurchase,
    gift: SeenGift | None,
    *,
    by: TeamMember,
    is_paid: bool,
    now: datetime,
) -> None:
    """Have the card pay its part, begin the plan, and take the rest in person if it was paid."""
    gifts = [hold_gift(order, gift, until=now, now=now)] if gift else []
    approve(order, purchase, gifts, now=now)
    if is_paid and order.total > sum(it.amount for it in gifts):
        take_in_person(order, purchase, by=by, now=now)
    else:
        sync(order, purchase, gifts, actor=Actor.of(by), now=now)


def desk_key(by: TeamMember, form_key: str) -> str:
    """The key of a form of the desk (at most 24 characters, "" for a new one): no other business
    can meet it."""
    return f"desk-{by.business_id}-{form_key or secrets.token_urlsafe(DESK_BYTES)}"


@transaction.atomic
def renew_in_person(
    *, purchase_id: int, revision: int, by: TeamMember, now: datetime, gift: str = ""
) -> Payment | None:
    """Sell the next period of a membership at the desk, for what the last one cost: one that was
    bought there, or whose card was refused. It begins as any period that is paid (ADR 18); what
    costs nothing has no payment. gift is the number of a gift card that pays it; what is not on the
    card is still to be paid then, while the period begins all the same.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        StaleRevision: somebody changed it since the page was made.
        PlanIsOver: it has ended, or has no periods.
        NotOwed: its next period is paid for, or is being paid online at this moment.
        CouponRefused: there is no such card with anything on it.
    """
    purchase = lock_plan(purchase_id, by.business_id, revision)
    if purchase.status not in PlanPurchase.LIVE or purchase.period_months is None:
        raise PlanIsOver
    if purchase.opens_at is not None:
        raise NotOwed
    order = lock_open_order(purchase) or place_next(purchase, now=now)
    if order.payments.filter(status__in=UNDECIDED).exists():
        raise NotOwed
    approve(order, purchase, [], now=now)
    if not order.total:
        return None
    if gift:
        return pay_plan_by_card(order, purchase, gift, by=by, now=now)
    return take_in_person(order, purchase, by=by, now=now)
