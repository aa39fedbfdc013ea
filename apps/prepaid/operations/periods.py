"""What money means to a plan: a period begins, or the plan is over."""

from datetime import datetime

from apps.checkout.models import CreditEntry, Order, PlanPurchase
from apps.checkout.operations.gift_money import let_all_go
from apps.checkout.operations.plan_credits import let_run_out, write_entry
from apps.checkout.operations.tell_of_money import tell_of_plan
from apps.checkout.plans import Kind, good_until
from apps.checkout.states import PaymentStatus
from apps.prepaid.renewals import first_try_at


def begin_period(purchase: PlanPurchase, *, now: datetime) -> None:
    """Begin a locked plan, or add its next period, because it was paid for.

    What is paid for ahead begins with its day: until then what is left of the running period can be
    used. A period that is paid for late begins anew on that day: nobody pays for days that are
    gone. A paused plan stays so.
    """
    is_first = purchase.status == PlanPurchase.Status.DRAFT
    open_next_period(purchase, now=now)
    purchase.opens_at = None if is_first or _lapsed(purchase, now) else purchase.ends_at
    if purchase.opens_at is None:
        purchase.starts_at, purchase.periods = now, 0
        purchase.paused_at = purchase.paused_at and now
    purchase.periods += 1
    if is_first:
        purchase.status = PlanPurchase.Status.ACTIVE
    purchase.ends_at = end_of(purchase)
    purchase.renew_at = first_try_at(purchase.ends_at) if purchase.renews else None
    columns = ["status", "starts_at", "ends_at", "periods", "paused_at", "opens_at", "renew_at"]
    purchase.save(update_fields=columns)
    kind = CreditEntry.Kind.BOUGHT if is_first else CreditEntry.Kind.RENEWED
    if purchase.opens_at is None:
        _fill(purchase, kind, now=now)
    tell_of_plan(purchase, kind.value, now=now)


def open_next_period(purchase: PlanPurchase, *, now: datetime) -> None:
    """Begin the period of a locked plan that was paid for ahead; nothing when there is none."""
    if purchase.opens_at is None:
        return
    purchase.opens_at = None
    purchase.save(update_fields=["opens_at"])
    _fill(purchase, CreditEntry.Kind.RENEWED, now=now)


def go_on_after(purchase: PlanPurchase) -> None:
    """Set the days of a locked plan anew after its beginning moved; the caller saves them."""
    purchase.ends_at = end_of(purchase)
    if purchase.opens_at is not None:
        purchase.opens_at = end_of(purchase, periods=purchase.periods - 1)
    purchase.renew_at = first_try_at(purchase.ends_at) if purchase.renews else None


def end_of(purchase: PlanPurchase, *, periods: int | None = None) -> datetime | None:
    """The instant at which what was paid for ends (UTC), or the first so many periods of it; None
    without end."""
    if purchase.starts_at is None:
        return None
    return good_until(
        kind=Kind(purchase.kind),
        begins_on=purchase.starts_at.astimezone(purchase.zone).date(),
        valid_days=purchase.valid_days,
        period_months=purchase.period_months,
        periods=purchase.periods if periods is None else periods,
        zone=purchase.zone,
    )


def end_plan(purchase: PlanPurchase, *, status: PlanPurchase.Status, now: datetime) -> None:
    """Let a locked plan be over; what was booked with it stays booked, and no card is kept."""
    open_next_period(purchase, now=now)
    let_run_out(purchase, now=now)
    drop_next_order(purchase, now=now)
    purchase.status, purchase.over_at = status, now
    purchase.renews, purchase.paused_at, purchase.saved_card = False, None, ""
    purchase.save(update_fields=["status", "over_at", "renews", "paused_at", "saved_card"])


def drop_next_order(purchase: PlanPurchase, *, now: datetime) -> None:
    """Nobody has to pay the next period of a locked plan any more: a gift card gets back what it
    holds for it, and money that comes for it all the same goes back by itself."""
    unpaid = Order.objects.select_for_update().filter(
        purchase=purchase, status=Order.Status.INITIALIZED
    )
    for order in unpaid:
        let_all_go(order, now=now)
    Order.objects.filter(pk__in=[it.pk for it in unpaid]).update(status=Order.Status.CANCELED)


def note_plan_money(
    purchase: PlanPurchase, order: Order, status: PaymentStatus, *, now: datetime
) -> None:
    """A plan whose last payment went back completely is over; one that was paid for ahead ends with
    the period that runs."""
    newest = purchase.orders.filter(status=Order.Status.APPROVED).order_by("-pk").first()
    is_live = purchase.status in PlanPurchase.LIVE
    if status is not PaymentStatus.FULLY_REFUNDED or not is_live or newest != order:
        return
    if purchase.opens_at is None:
        end_plan(purchase, status=PlanPurchase.Status.CANCELED, now=now)
        return
    purchase.periods -= 1
    purchase.ends_at, purchase.opens_at = purchase.opens_at, None
    purchase.renews, purchase.renew_at = False, None
    purchase.save(update_fields=["periods", "ends_at", "opens_at", "renews", "renew_at"])


def _fill(purchase: PlanPurchase, kind: CreditEntry.Kind, *, now: datetime) -> None:
    """What was left of the last period has run out."""
    let_run_out(purchase, now=now)
    write_entry(purchase, kind, amount=purchase.credits or 0, now=now)


def _lapsed(purchase: PlanPurchase, now: datetime) -> bool:
    """The days of a paused plan do not run."""
    at = purchase.paused_at or now
    return purchase.ends_at is not None and purchase.ends_at <= at
