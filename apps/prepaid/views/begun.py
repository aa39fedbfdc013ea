"""A plan that this browser has begun to buy and not paid, or its next period: the bill as it was
agreed, and what became of its code and gift card."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.bookings.visitors import plans_of
from apps.catalog.models import PricingPlan
from apps.checkout.gifts import spell_code
from apps.checkout.models import PlanPurchase
from apps.checkout.queries.gifts import gift_now_words
from apps.checkout.queries.pay_page import refused_words
from apps.checkout.queries.under_way import UnderWay
from apps.prepaid.queries.plan_offer import AgreedOffer, agreed_offer
from apps.prepaid.queries.plans import find_begun, open_order
from apps.prepaid.queries.renewals import is_charged_now
from apps.web.http import go_to


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
    order = open_order(purchase)
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
