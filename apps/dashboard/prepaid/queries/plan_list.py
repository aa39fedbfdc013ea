"""The plans a business offers, as its owner sees them: those of the desk and retired ones too."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from apps.catalog.models import PricingPlan
from apps.catalog.payment_words import limit_words
from apps.checkout.models import PlanPurchase
from apps.dashboard.desk import Desk
from apps.prepaid.queries.plans import PlanCard, card_of_plan
from apps.prepaid.queries.reach import stored_plan_out_of_reach

MOST_ROWS = 500
LIVE = (PlanPurchase.Status.ACTIVE, PlanPurchase.Status.PAUSED)


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


def list_plan_rows(*, desk: Desk) -> list[PlanRow]:
    """Those that are sold in the owner's order, then the retired ones; two queries."""
    plans = _plans(desk).annotate(
        held=Count("purchases", filter=Q(purchases__status__in=LIVE)),
    )
    rows = [
        PlanRow(
            pk=plan.pk,
            revision=plan.revision,
            card=card_of_plan(plan, desk.business),
            held=plan.held,
            hidden=plan.hidden,
            retired_at=plan.retired_at,
            beyond=_beyond(plan, desk),
        )
        for plan in plans.order_by("position", "pk")[:MOST_ROWS]
    ]
    return sorted(rows, key=lambda row: row.retired_at is not None)


def _beyond(plan: PricingPlan, desk: Desk) -> str:
    it = stored_plan_out_of_reach(plan, desk.business)
    return limit_words(it, business=desk.business) if it else ""


def get_own_plan(*, desk: Desk, plan_id: int) -> PricingPlan:
    """Return a plan of this business with its services, sold or retired.

    Raises:
        PricingPlan.DoesNotExist: there is none.
    """
    plan = _plans(desk).get(pk=plan_id)
    plan.business = desk.business
    return plan


def _plans(desk: Desk) -> QuerySet[PricingPlan]:
    return PricingPlan.objects.filter(business=desk.business).prefetch_related("services")
