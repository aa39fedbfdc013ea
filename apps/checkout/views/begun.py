"""A plan that this browser has begun to buy and not paid: its bill as it was agreed, and what
became of its code and gift card."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.bookings.visitors import plans_of
from apps.catalog.models import PricingPlan
from apps.checkout.gifts import spell_code
from apps.checkout.models import Order, PlanPurchase
from apps.checkout.queries.gift_words import gift_now_words
from apps.checkout.queries.pay_page import refused_words
from apps.checkout.queries.plan_offer import AgreedOffer, agreed_offer
from apps.checkout.queries.plans import find_begun
from apps.checkout.queries.under_way import UnderWay
from apps.web.http import go_to


@dataclass(frozen=True, slots=True)
class Bill:
    """under_way is the payment one can go on with; told says what of it is not as it was agreed."""

    offer: AgreedOffer
    gift_code: str
    told: tuple[str, ...]
    under_way: UnderWay | None
    can_change: bool


def back_to_begun(request: HttpRequest, plan: PricingPlan) -> HttpResponse | None:
    """Lead to what this browser has begun to buy of a plan; None where that is nothing."""
    found = find_begun(plan=plan, among=plans_of(request, business_id=plan.business_id))
    if found is None:
        return None
    return go_to(request, "checkout:plan", reference=found.reference, query={"begun": "1"})


def bill_of(purchase: PlanPurchase, begun: UnderWay | None, *, now: datetime) -> Bill | None:
    """What a plan costs that is not paid yet; None where there is nothing to pay."""
    order = Order.objects.filter(purchase=purchase, status=Order.Status.INITIALIZED).first()
    if order is None or purchase.status != PlanPurchase.Status.DRAFT:
        return None
    offer, plan = agreed_offer(purchase=purchase, order=order, now=now), purchase.plan
    told = (_code_words(offer, purchase), _gift_words(offer, purchase.business.locale))
    return Bill(
        offer=offer,
        gift_code=spell_code(offer.gift.code) if offer.gift else "",
        told=tuple(words for words in told if words),
        under_way=begun if begun and begun.is_open else None,
        can_change=not plan.hidden and plan.retired_at is None,
    )


def _code_words(offer: AgreedOffer, purchase: PlanPurchase) -> str:
    why = refused_words(offer.applied, zone=purchase.zone, locale=purchase.business.locale)
    if not why:
        return ""
    words = _("Your code %(code)s cannot be used any more. %(why)s")
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
