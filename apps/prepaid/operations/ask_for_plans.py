from datetime import datetime

from django.db import transaction

from apps.businesses.models import Business, TeamMember
from apps.checkout.models import PlanPurchase
from apps.checkout.operations.tell_of_money import tell_of_plan
from apps.prepaid.operations.errors import PlanIsOver

MOST = 5


@transaction.atomic
def ask_for_plans(*, business: Business, email: str, now: datetime, form_key: str = "") -> None:
    """Have the links to the live plans of an address mailed to it; nothing happens for an address
    without any, and the caller cannot tell. The same form_key mails them once."""
    plans = PlanPurchase.objects.filter(
        business=business, customer__email=email, status__in=PlanPurchase.LIVE
    ).order_by("-pk")
    for purchase in plans[:MOST]:
        tell_of_plan(purchase, "LINK", now=now, key=_once(purchase, form_key))


@transaction.atomic
def send_plan_link(*, purchase_id: int, by: TeamMember, now: datetime, form_key: str = "") -> None:
    """Have the link to a plan mailed to its customer once more, for the team. The same
    form_key mails it once.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        PlanIsOver: it is not paid yet, or over.
    """
    purchase = PlanPurchase.objects.get(pk=purchase_id, business_id=by.business_id)
    if purchase.status not in PlanPurchase.LIVE:
        raise PlanIsOver
    tell_of_plan(purchase, "LINK", now=now, key=_once(purchase, form_key))


def _once(purchase: PlanPurchase, form_key: str) -> str:
    return f"plan-link:{purchase.pk}:{form_key}" if form_key else ""
