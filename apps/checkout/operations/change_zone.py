"""A place gets another clock, and what ends with a day goes on ending with that day."""

from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from apps.availability.engine.rezoning import Keep, same_day_edge, same_reading
from apps.bookings import operations as bookings
from apps.bookings.operations import Actor
from apps.bookings.queries.rezoning import Touched
from apps.checkout.models import Coupon, Discount, PlanPurchase

A_BATCH = 200
Reduction = TypeVar("Reduction", Coupon, Discount)


@transaction.atomic
def change_zone(
    *,
    business_id: int,
    location_id: int | None,
    name: str,
    keep: Keep,
    seen: str,
    actor: Actor,
    now: datetime,
) -> Touched:
    """Change the zone of a place as ``bookings.change_zone`` does and, in the same transaction,
    whatever is counted in days of the business: plans, codes and discounts are good through the
    same last day as before, by the new clock, whichever is kept.

    Places with a clock of their own count no days of plans: nothing more changes with theirs.
    Locks: after those of the bookings codes, discounts and plans, each in order of their keys.

    Raises: as ``bookings.change_zone``.
    """
    touched = bookings.change_zone(
        business_id=business_id,
        location_id=location_id,
        name=name,
        keep=keep,
        seen=seen,
        actor=actor,
        now=now,
    )
    if location_id is None:
        preserve_dates(business_id=business_id, old=touched.zone_before, new=touched.zone)
    return touched


def preserve_dates(*, business_id: int, old: ZoneInfo, new: ZoneInfo) -> None:
    """Let all that is counted in days of a locked business name the same days by the new zone, also
    what is over: its pages go on telling when it was good."""
    if old == new:
        return
    _preserve_dates_of_reductions(Coupon.objects.filter(business_id=business_id), old=old, new=new)
    _preserve_dates_of_reductions(
        Discount.objects.filter(business_id=business_id), old=old, new=new
    )
    plans = PlanPurchase.objects.filter(business_id=business_id, starts_at__isnull=False)
    bought = list(plans.select_for_update().order_by("pk"))
    for purchase in bought:
        _preserve_dates_of_plan(purchase, old=old, new=new)
    columns = ["starts_at", "paused_at", "opens_at", "ends_at", "renew_at", "revision"]
    PlanPurchase.objects.bulk_update(bought, columns, batch_size=A_BATCH)


def _preserve_dates_of_reductions(
    rows: QuerySet[Reduction], *, old: ZoneInfo, new: ZoneInfo
) -> None:
    """What was stopped, or began, in the middle of a day did so at a moment, which stays."""
    found = list(rows.select_for_update().order_by("pk"))
    for row in found:
        row.starts_at = _edge(row.starts_at, old=old, new=new)
        if row.ends_at is not None:
            row.ends_at = max(row.starts_at, _edge(row.ends_at, old=old, new=new))
    rows.bulk_update(found, ["starts_at", "ends_at"], batch_size=A_BATCH)


def _preserve_dates_of_plan(purchase: PlanPurchase, *, old: ZoneInfo, new: ZoneInfo) -> None:
    """Its periods are counted from the day on which it began, less the days that it rests: both
    keep their date. Its card is charged as long before its end as so far."""
    before = purchase.ends_at
    purchase.starts_at = _reading(purchase.starts_at, old=old, new=new)
    purchase.paused_at = _reading(purchase.paused_at, old=old, new=new)
    purchase.opens_at = purchase.opens_at and _edge(purchase.opens_at, old=old, new=new)
    purchase.ends_at = before and _edge(before, old=old, new=new)
    if purchase.renew_at is not None and before is not None and purchase.ends_at is not None:
        purchase.renew_at += purchase.ends_at - before
    purchase.revision += 1


def _edge(at: datetime, *, old: ZoneInfo, new: ZoneInfo) -> datetime:
    was = int(at.timestamp())
    becomes = same_day_edge(was, old=old, new=new)
    return datetime.fromtimestamp(becomes, UTC) if becomes != was else at


def _reading(at: datetime | None, *, old: ZoneInfo, new: ZoneInfo) -> datetime | None:
    if at is None:
        return None
    return datetime.fromtimestamp(same_reading(int(at.timestamp()), old=old, new=new).instant, UTC)
