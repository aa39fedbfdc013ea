"""Which plan paid for which booking (``bookings.plan_uses``)."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from apps.bookings.plan_uses import PlanUse
from apps.checkout.models import CreditEntry, PlanPurchase

Kind = CreditEntry.Kind
LIVE = (PlanPurchase.Status.ACTIVE, PlanPurchase.Status.PAUSED)


def last_start_of(booking_id: int) -> datetime | None:
    """Before when it has to begin what this booking is for (UTC), None where its plan has no end;
    long ago where the plan is over. One query (rule M16)."""
    used = CreditEntry.objects.filter(booking_id=booking_id, kind=Kind.USED)
    entry = used.select_related("purchase").order_by("-pk").first()
    if entry is None:
        return None
    is_live = entry.purchase.status in LIVE
    return entry.purchase.ends_at if is_live else datetime.min.replace(tzinfo=UTC)


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
