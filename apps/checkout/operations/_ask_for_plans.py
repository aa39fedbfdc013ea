from datetime import datetime

from django.db import transaction

from apps.businesses.models import Business, TeamMember
from apps.checkout.models import PlanPurchase
from apps.checkout.operations._errors import PlanIsOver
from apps.checkout.operations._plan_periods import LIVE, tell_of_plan

MOST = 5


@transaction.atomic
def ask_for_plans(*, business: Business, email: str, now: datetime) -> None:
    """Have the links to the live plans of an address mailed to it; nothing happens for an address
    without any, and the caller cannot tell."""
    plans = PlanPurchase.objects.filter(
        business=business, customer__email=email, status__in=LIVE
    ).order_by("-pk")
    for purchase in plans[:MOST]:
        tell_of_plan(purchase, "LINK", now=now)


@transaction.atomic
def send_plan_link(*, purchase_id: int, by: TeamMember, now: datetime) -> None:
    """Have the link to a plan mailed to its customer once more, for the team.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        PlanIsOver: it is not paid yet, or over.
    """
    purchase = PlanPurchase.objects.get(pk=purchase_id, business_id=by.business_id)
    if purchase.status not in LIVE:
        raise PlanIsOver
    tell_of_plan(purchase, "LINK", now=now)
