"""What money means to a plan: a period begins, or the plan is over."""

from datetime import datetime

from apps.checkout.models import CreditEntry, Order, PlanPurchase
from apps.checkout.operations._credits import let_run_out, write_entry
from apps.checkout.plans import Kind, good_until
from apps.checkout.states import PaymentStatus
from apps.outbox import operations as outbox

PLAN_TOPIC = "plans.told"
LIVE = (PlanPurchase.Status.ACTIVE, PlanPurchase.Status.PAUSED)


def begin_period(purchase: PlanPurchase, *, now: datetime) -> None:
    """Begin a locked plan, or its next period, because it was paid for.

    A period that is paid for late begins anew on that day: nobody pays for days that are gone.
    What was left of the last one has run out.
    """
    is_first = purchase.status == PlanPurchase.Status.DRAFT
    if is_first or purchase.starts_at is None or _lapsed(purchase, now):
        purchase.starts_at, purchase.periods = now, 0
    purchase.periods += 1
    purchase.status = PlanPurchase.Status.ACTIVE
    purchase.ends_at = end_of(purchase)
    let_run_out(purchase, now=now)
    purchase.save(update_fields=["status", "starts_at", "ends_at", "periods"])
    kind = CreditEntry.Kind.BOUGHT if is_first else CreditEntry.Kind.RENEWED
    write_entry(purchase, kind, amount=purchase.credits or 0, now=now)
    tell_of_plan(purchase, kind.value, now=now)


def end_of(purchase: PlanPurchase) -> datetime | None:
    """The instant at which what was paid for ends (UTC), None without end."""
    if purchase.starts_at is None:
        return None
    return good_until(
        kind=Kind(purchase.kind),
        begins_on=purchase.starts_at.astimezone(purchase.zone).date(),
        valid_days=purchase.valid_days,
        period_months=purchase.period_months,
        periods=purchase.periods,
        zone=purchase.zone,
    )


def end_plan(purchase: PlanPurchase, *, status: PlanPurchase.Status, now: datetime) -> None:
    """Let a locked plan be over; what was booked with it stays booked."""
    let_run_out(purchase, now=now)
    purchase.status, purchase.over_at = status, now
    purchase.renews, purchase.paused_at = False, None
    purchase.save(update_fields=["status", "over_at", "renews", "paused_at"])


def note_plan_money(
    purchase: PlanPurchase, order: Order, status: PaymentStatus, *, now: datetime
) -> None:
    """A plan whose last payment went back completely is over."""
    newest = purchase.orders.filter(status=Order.Status.APPROVED).order_by("-pk").first()
    is_live = purchase.status in LIVE
    if status is PaymentStatus.FULLY_REFUNDED and is_live and newest and newest.pk == order.pk:
        end_plan(purchase, status=PlanPurchase.Status.CANCELED, now=now)


def tell_of_plan(purchase: PlanPurchase, what: str, *, now: datetime) -> None:
    """Have the worker write to the plan's customer: BOUGHT, RENEWED, UNPAID or LINK."""
    outbox.enqueue(
        topic=PLAN_TOPIC,
        payload={"purchase_id": purchase.pk, "what": what},
        business_id=purchase.business_id,
        now=now,
    )


def _lapsed(purchase: PlanPurchase, now: datetime) -> bool:
    return purchase.ends_at is not None and purchase.ends_at <= now
