"""A plan that is not paid, or not all of it, or its next period: the bill as it was agreed, and its
codes and gift cards. What is still to be paid of one that began is less at once; for the next
period a card is kept in the session until that is paid."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.bookings.visitors import plans_of
from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.gifts import plain_gift_code, spell_code
from apps.checkout.models import Order, PlanPurchase
from apps.checkout.promotions import PromotionProblem, plain_code
from apps.checkout.queries.gifts import find_gift, gift_now_words, has_gift_cards
from apps.checkout.queries.orders import list_payment_summaries
from apps.checkout.queries.pay_page import code_words, refused_words
from apps.checkout.queries.payments import UnderWay, find_under_way
from apps.checkout.queries.promotions import Applied, apply_code, buyer_of
from apps.checkout.views.limits import count_wrong_code, require_room_for_codes
from apps.kernel.money import Money
from apps.prepaid.queries.plan_offer import AgreedOffer, agreed_offer, plans_take_codes
from apps.prepaid.queries.plans import find_begun, is_charged_now, open_orders
from apps.web.http import go_to

KEPT = "gift_of_period"
LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for which order (its reference), and why it changes nothing."""

    order: str
    code: str
    error: str


@dataclass(frozen=True, slots=True)
class Owed:
    """What is still to be paid in person of a plan that began: order is its reference."""

    order: str
    left: Money


@dataclass(frozen=True, slots=True)
class Bill:
    """under_way is the payment one can go on with; told says what of it is not as it was agreed.
    order is the reference of what is paid."""

    offer: AgreedOffer
    gift_code: str
    told: tuple[str, ...]
    under_way: UnderWay | None
    can_change: bool
    order: str


def owed_of(purchase: PlanPurchase) -> list[Owed]:
    """What of a live plan was sold to be paid later, the oldest first."""
    if purchase.status not in PlanPurchase.LIVE:
        return []
    summaries = reversed(list_payment_summaries(purchase=purchase))
    return [
        Owed(it.order.reference, Money(it.balance, it.order.currency))
        for it in summaries
        if it.order.status == Order.Status.APPROVED and it.balance > 0
    ]


def takes_codes(
    purchase: PlanPurchase, owed: list[Owed], bill: Bill | None, *, now: datetime
) -> bool:
    """Whether a page asks for a code: for what is owed, or a gift card for the next period; one
    query at most."""
    if owed:
        return plans_take_codes(business=purchase.business, now=now)
    return bill is not None and has_gift_cards(business_id=purchase.business_id)


def chosen_gift(request: HttpRequest, purchase: PlanPurchase) -> str | None:
    """The card that was typed for the next period of a plan, "" where it was taken out again, None
    where nobody did either."""
    kept = request.session.get(KEPT, {})
    return str(kept.get("gift", "")) if kept.get("plan") == purchase.pk else None


def choose_gift(request: HttpRequest, purchase: PlanPurchase, code: str) -> None:
    """Keep a card for the next period of a plan; "" takes it out again."""
    request.session[KEPT] = {"plan": purchase.pk, "gift": code}


def use_typed(request: HttpRequest, purchase: PlanPurchase, *, now: datetime) -> Typed | None:
    """Use what was typed; what is wrong with it, or None.

    Raises:
        NotOwed: nothing is to be paid of that order any more.
        PaymentUnderWay: it is being paid online at this moment.
        TooMany: too many codes of this network were wrong.
    """
    typed = request.POST.get("code", "").strip()[:LONGEST_CODE]
    orders = Order.objects.filter(purchase=purchase).exclude(status=Order.Status.CANCELED)
    order = orders.filter(reference=request.POST.get("order", "")[:8]).first()
    if order is None or purchase.status not in PlanPurchase.LIVE:
        raise checkout.NotOwed
    require_room_for_codes(request, now=now)
    if not typed:
        return Typed(order.reference, "", _("Enter a code."))
    try:
        _use(request, purchase, order, typed, now=now)
    except checkout.CouponRefused as no:
        if no.refused is PromotionProblem.UNKNOWN:
            count_wrong_code(request, now=now)
        applied = Applied(typed, refused=no.refused, at=no.at)
        locale = purchase.business.locale
        words = code_words(typed, applied, zone=purchase.zone, locale=locale)
        return Typed(order.reference, typed, words)
    return None


def _use(
    request: HttpRequest, purchase: PlanPurchase, order: Order, typed: str, *, now: datetime
) -> None:
    if order.status == Order.Status.INITIALIZED:
        _require_card(purchase, typed, now=now)
        choose_gift(request, purchase, plain_gift_code(typed))
        return
    checkout.use_code_for_plan(
        purchase_id=purchase.pk,
        business_id=purchase.business_id,
        order_id=order.pk,
        code=typed,
        by=None,
        now=now,
    )


def _require_card(purchase: PlanPurchase, typed: str, *, now: datetime) -> None:
    """A card that can pay of the next period, of which nothing is under way."""
    begun = find_under_way(purchase, now=now)
    if begun is not None:
        raise checkout.PaymentUnderWay(begun.payment_id)
    if find_gift(purchase.business_id, typed) is not None:
        return
    code = plain_code(typed)[:20]
    applied = apply_code(user=buyer_of(purchase), code=code, subtotal=purchase.price, now=now)
    is_known = bool(code) and applied.refused is not PromotionProblem.UNKNOWN
    raise checkout.CouponRefused(
        PromotionProblem.FIRST_PERIOD if is_known else PromotionProblem.UNKNOWN
    )


def back_to_begun(request: HttpRequest, plan: PricingPlan) -> HttpResponse | None:
    """Lead to what this browser has begun to buy of a plan; None where that is nothing."""
    found = find_begun(plan=plan, among=plans_of(request, business_id=plan.business_id))
    if found is None:
        return None
    return go_to(request, "prepaid:plan", reference=found.reference, query={"begun": "1"})


def bill_of(
    purchase: PlanPurchase, begun: UnderWay | None, *, now: datetime, gift_code: str | None = None
) -> Bill | None:
    """What a plan costs that is not paid yet, or its next period; None where there is nothing to
    pay. gift_code is the card that was typed for the next period, None where none was."""
    order = open_orders(purchase).first()
    if order is None or is_charged_now(order):
        return None
    offer = agreed_offer(purchase=purchase, order=order, gift_code=gift_code, now=now)
    told = (_code_words(offer, purchase), _gift_words(offer, purchase.business.locale))
    under_way = begun if begun and begun.is_open else None
    return Bill(
        offer=offer,
        gift_code=spell_code(offer.gift.code) if offer.gift else "",
        told=tuple(words for words in told if words),
        under_way=under_way,
        can_change=_can_change(purchase, offer, under_way),
        order=order.reference,
    )


def _can_change(purchase: PlanPurchase, offer: AgreedOffer, under_way: UnderWay | None) -> bool:
    """Whether one goes back to where it was typed: the form of the plan, or, for the next period,
    the page itself, where that is not free to type in already."""
    if purchase.status != PlanPurchase.Status.DRAFT:
        return under_way is not None or bool(offer.agreed and offer.agreed.is_held)
    return not purchase.plan.hidden and purchase.plan.retired_at is None


def _code_words(offer: AgreedOffer, purchase: PlanPurchase) -> str:
    why = refused_words(offer.applied, zone=purchase.zone, locale=purchase.business.locale)
    if not why:
        return ""
    words = _("Your code %(code)s can no longer be used. %(why)s")
    return words % {"code": offer.applied.code, "why": why}


def _gift_words(offer: AgreedOffer, locale: str) -> str:
    agreed = offer.agreed
    if agreed is None:
        return ""
    left = agreed.card.balance if agreed.card else 0
    if left >= min(agreed.amount, offer.quote.total):
        return ""
    currency = offer.quote.currency
    return gift_now_words(left=left, wanted=agreed.amount, currency=currency, locale=locale)
