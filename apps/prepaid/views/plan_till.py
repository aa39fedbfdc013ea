"""Codes on the page that sells a plan: typed, used, and kept in the session until it is bought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.checkout.gifts import is_gift_code, plain_gift_code
from apps.checkout.promotions import Refused, plain_code
from apps.checkout.queries.pay_page import refused_words
from apps.checkout.queries.promotions import Applied
from apps.checkout.views.limits import count_wrong_code, require_room_for_codes
from apps.prepaid.queries.plan_offer import PlanOffer, plan_offer

KEPT = "plan_till"
LONGEST = 254
NAMES = ("name", "email", "used_code", "used_gift")


@dataclass(frozen=True, slots=True)
class PlanTill:
    """What the page offers: error says why the code that was typed changes nothing."""

    offer: PlanOffer
    typed: str = ""
    error: str = ""


def is_update(fields: Mapping[str, str]) -> bool:
    """Whether a code is to be used or dropped; nobody buys with one that they did not see used."""
    return bool({"update", "drop"} & fields.keys() or fields.get("code", "").strip())


def open_plan_till(
    request: HttpRequest, plan: PricingPlan, business: Business, *, now: datetime
) -> PlanTill:
    """Price the plan with the codes that are used already, and with one that is typed now.

    Raises:
        TooMany: too many codes of this network were wrong.
    """
    fields = typed_for(request, plan)
    used = {"code": fields.get("used_code", ""), "gift": fields.get("used_gift", "")}
    used = {kind: "" if fields.get("drop") == kind else code for kind, code in used.items()}
    typed = fields.get("code", "").strip()[:40]
    if typed:
        require_room_for_codes(request, now=now)
        used["gift" if is_gift_code(typed) else "code"] = typed
    offer = plan_offer(
        plan=plan,
        business=business,
        now=now,
        code=plain_code(used["code"])[:20],
        gift=plain_gift_code(used["gift"])[:40],
        email=fields.get("email", "").strip().lower()[:LONGEST],
    )
    error = _error(offer, typed, business)
    if typed and _is_unknown(offer, typed):
        count_wrong_code(request, now=now)
    return PlanTill(offer, typed if error else "", error)


def typed_for(request: HttpRequest, plan: PricingPlan) -> dict[str, str]:
    """What was posted, else what was kept of the last post for this plan."""
    if request.method == "POST":
        return request.POST.dict()
    kept = request.session.get(KEPT, {})
    return {} if kept.get("plan") != plan.pk else {name: kept.get(name, "") for name in NAMES}


def keep_plan_till(request: HttpRequest, plan: PricingPlan, till: PlanTill) -> None:
    """Keep who buys and what is used, for when the page is read again."""
    said = {name: request.POST.get(name, "")[:LONGEST] for name in ("name", "email")}
    gift = till.offer.gift.code if till.offer.gift else ""
    request.session[KEPT] = {
        "plan": plan.pk,
        **said,
        "used_code": till.offer.code,
        "used_gift": gift,
    }


def _is_unknown(offer: PlanOffer, typed: str) -> bool:
    if is_gift_code(typed):
        return offer.gift is None
    return offer.applied.refused is Refused.UNKNOWN


def _error(offer: PlanOffer, typed: str, business: Business) -> str:
    applied = offer.applied
    if typed and _is_unknown(offer, typed):
        applied = Applied(typed, refused=Refused.UNKNOWN)
    return refused_words(applied, zone=business.zone, locale=business.locale)
