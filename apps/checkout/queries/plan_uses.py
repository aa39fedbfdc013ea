"""Which plan paid for which booking (``bookings.plan_uses``)."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from apps.bookings.plan_uses import PlanLimits, PlanUse
from apps.checkout.models import CreditEntry, PlanPurchase
from apps.checkout.queries.passes import visits_of_one

Kind = CreditEntry.Kind
LIVE = (PlanPurchase.Status.ACTIVE, PlanPurchase.Status.PAUSED)


def limits_of(booking_id: int, locks: bool) -> PlanLimits:  # noqa: FBT001 - a registered question
    """When what this booking is for may be instead: before its plan ends, and not while an
    unlimited plan pays another visit of its one person; never where the plan is over (rule M16).
    One query, and one more for an unlimited plan."""
    used = PlanPurchase.objects.filter(entries__booking=booking_id, entries__kind=Kind.USED)
    rows = used.select_for_update(of=("self",)) if locks else used
    purchase = rows.order_by("-entries__pk").first()
    if purchase is None:
        return PlanLimits()
    if purchase.status not in LIVE:
        return PlanLimits(ends_at=datetime.min.replace(tzinfo=UTC))
    others = visits_of_one(purchase).exclude(pk=booking_id).order_by("starts_at")
    taken = tuple(others.values_list("starts_at", "ends_at"))
    return PlanLimits(ends_at=purchase.ends_at, taken=taken)


def find_plan_uses(booking_ids: Collection[int]) -> Mapping[int, PlanUse]:
    """Return the plans that paid, by the ids of the bookings; one query."""
    entries = CreditEntry.objects.filter(
        booking_id__in=booking_ids, kind__in=(Kind.USED, Kind.RETURNED)
    ).select_related("purchase")
    back = {it.booking_id for it in entries if it.kind == Kind.RETURNED}
    return {
        it.booking_id: PlanUse(
            name=it.purchase.name,
            left=it.purchase.balance if it.purchase.status in LIVE else None,
            is_back=it.booking_id in back,
        )
        for it in entries
        if it.booking_id is not None
    }
