"""Which plan paid for which booking (``bookings.plan_uses``)."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from django.db.models import Exists, OuterRef, QuerySet

from apps.bookings.models import Booking
from apps.bookings.plan_uses import PlanLimits, PlanUse, times_of
from apps.checkout.models import CreditEntry, Order, PlanPurchase
from apps.checkout.queries.passes import WHEN, visits_of_one

Kind = CreditEntry.Kind
LOST = (Booking.Status.CANCELED, Booking.Status.DECLINED)


def limits_of(booking_id: int, locks: bool) -> PlanLimits:  # noqa: FBT001 - a registered question
    """When what this booking is for may be instead: before its plan ends, and not while an
    unlimited plan pays another visit of its one person; never where the plan is over (rule M16).
    One query, one more for an unlimited plan, and one for its courses."""
    used = PlanPurchase.objects.filter(entries__booking=booking_id, entries__kind=Kind.USED)
    rows = used.select_for_update(of=("self",)) if locks else used
    purchase = rows.order_by("-entries__pk").first()
    if purchase is None:
        return PlanLimits()
    if purchase.status not in PlanPurchase.LIVE:
        return PlanLimits(ends_at=datetime.min.replace(tzinfo=UTC))
    others = visits_of_one(purchase).exclude(pk=booking_id).only(*WHEN)
    return PlanLimits(ends_at=purchase.ends_at, taken=tuple(times_of(list(others))))


def find_plan_uses(booking_ids: Collection[int]) -> Mapping[int, PlanUse]:
    """Return the plans that paid, by the ids of the bookings; one query.

    What the worker is about to give back counts as given back: the mail about a cancellation may
    leave before it.
    """
    entries = CreditEntry.objects.filter(
        booking_id__in=booking_ids, kind__in=(Kind.USED, Kind.RETURNED)
    )
    told = entries.select_related("purchase").annotate(
        is_lost=Exists(lost_uses().filter(pk=OuterRef("pk")))
    )
    back = {it.booking_id for it in told if it.kind == Kind.RETURNED or it.is_lost}
    return {
        it.booking_id: PlanUse(
            name=it.purchase.name,
            left=it.purchase.balance if it.purchase.status in PlanPurchase.LIVE else None,
            is_back=it.booking_id in back,
        )
        for it in told
        if it.booking_id is not None
    }


def lost_uses() -> QuerySet[CreditEntry]:
    """Uses of plans whose bookings are over without anything given back or kept: they go back."""
    returned = CreditEntry.objects.filter(kind=Kind.RETURNED, booking=OuterRef("booking"))
    kept = Order.objects.filter(booking=OuterRef("booking"), kept_at__isnull=False)
    return CreditEntry.objects.filter(
        ~Exists(returned), ~Exists(kept), kind=Kind.USED, booking__status__in=LOST
    )
