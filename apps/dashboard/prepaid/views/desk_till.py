"""What a plan costs at the desk with the code and the gift card that are typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.checkout.gifts import spell_code
from apps.checkout.pricing import Way
from apps.checkout.promotions import Refused
from apps.checkout.queries.pay_page import refused_words
from apps.dashboard.prepaid.forms.sales import SellPlanForm
from apps.prepaid.queries.plan_offer import PlanOffer, plan_offer


@dataclass(frozen=True, slots=True)
class DeskTill:
    """errors says by the name of a field why what is typed there changes nothing; gift_code is the
    card that pays, as people read it."""

    offer: PlanOffer
    errors: Mapping[str, str]
    gift_code: str


def open_desk_till(
    plan: PricingPlan, business: Business, form: SellPlanForm, *, now: datetime
) -> DeskTill:
    """Price the plan with what is typed."""
    code, gift = form.codes
    offer = plan_offer(
        plan=plan,
        business=business,
        now=now,
        code=code,
        gift=gift,
        email=form.typed_email,
        way=Way.IN_PERSON,
    )
    errors = {"code": _code_error(offer, business)}
    if gift and offer.gift is None:
        errors["gift"] = _("We don’t recognise this gift card, or nothing is left on it.")
    found = {name: words for name, words in errors.items() if words}
    return DeskTill(offer, found, spell_code(offer.gift.code) if offer.gift else "")


def _code_error(offer: PlanOffer, business: Business) -> str:
    if offer.applied.refused is Refused.USED_BY_YOU:
        return _("This customer has already used this code.")
    return refused_words(offer.applied, zone=business.zone, locale=business.locale)
