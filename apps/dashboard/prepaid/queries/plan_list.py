"""The plans a business offers, as its owner sees them: those of the desk and retired ones too."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from apps.catalog.models import PricingPlan
from apps.catalog.payment_problems import limit_words
from apps.checkout.models import PlanPurchase
from apps.dashboard.access import Access
from apps.prepaid.queries.plan_offer import stored_plan_out_of_reach
from apps.prepaid.queries.plans import PlanCard, card_of_plan

MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan in words; held counts those who have it now. beyond says what keeps it from being sold
    on the page, "" when nothing does."""

    pk: int
    revision: int
    card: PlanCard
    held: int
    hidden: bool
    retired_at: datetime | None
    beyond: str = ""


def list_plan_rows(*, access: Access) -> list[PlanRow]:
    """Those that are sold in the owner's order, then the retired ones; two queries."""
    plans = _plans(access).annotate(
        held=Count("purchases", filter=Q(purchases__status__in=PlanPurchase.LIVE)),
    )
    rows = [
        PlanRow(
            pk=plan.pk,
            revision=plan.revision,
            card=card_of_plan(plan, access.business),
            held=plan.held,
            hidden=plan.hidden,
            retired_at=plan.retired_at,
            beyond=_beyond(plan, access),
        )
        for plan in plans.order_by("position", "pk")[:MOST_ROWS]
    ]
    return sorted(rows, key=lambda row: row.retired_at is not None)


def _beyond(plan: PricingPlan, access: Access) -> str:
    it = stored_plan_out_of_reach(plan, access.business)
    return limit_words(it, business=access.business) if it else ""


def get_own_plan(*, access: Access, plan_id: int) -> PricingPlan:
    """Return a plan of this business with its services, sold or retired.

    Raises:
        PricingPlan.DoesNotExist: there is none.
    """
    plan = _plans(access).get(pk=plan_id)
    plan.business = access.business
    return plan


def _plans(access: Access) -> QuerySet[PricingPlan]:
    return PricingPlan.objects.filter(business=access.business).prefetch_related("services")
