"""The periods of a plan: one begins because it was paid for, the next is paid for again, or it is
over.

The order and the payment of the next period are written here, in one transaction; the worker asks
the provider afterwards, as for every payment (rule M18, ADR 18).
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from apps.businesses.models import Business
from apps.checkout.models import UNDECIDED, CreditEntry, Order, Payment, PlanPurchase
from apps.checkout.operations.gift_money import let_all_go
from apps.checkout.operations.orders import add_lines
from apps.checkout.operations.pay_with_plan import let_run_out, write_entry
from apps.checkout.operations.provider_events import LOOK_TOPIC
from apps.checkout.operations.tell_of_money import tell_of_plan
from apps.checkout.plans import PlanKind, good_until
from apps.checkout.pricing import Way
from apps.checkout.providers import ProviderPayment
from apps.checkout.states import PaymentStatus
from apps.kernel.references import new_reference
from apps.outbox import operations as outbox
from apps.outbox.sweeping import sweep
from apps.prepaid.queries.plan_offer import price_again
from apps.prepaid.queries.plans import has_card, open_orders
from apps.prepaid.renewals import (
    CHARGE_WITHIN,
    LOOK_AGAIN,
    Membership,
    Step,
    first_try_at,
    next_step,
    next_try_at,
)

ACTIVE = PlanPurchase.Status.ACTIVE
FAILED = (Payment.Status.FAILED, Payment.Status.CANCELED)


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
        kind=PlanKind(purchase.kind),
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
    unpaid = open_orders(purchase).select_for_update()
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


def renew_plans(*, now: datetime) -> int:
    """Have memberships paid for again that end soon; return how many were looked at."""
    due = PlanPurchase.objects.filter(status=ACTIVE, renews=True, renew_at__lte=now)
    return sweep(due, lambda pk: bool(renew_plan(purchase_id=pk, now=now)))


@transaction.atomic
def renew_plan(*, purchase_id: int, now: datetime) -> Step:
    """Do what is due about the next period of a plan, once however often this runs: write the
    payment that its saved card is charged for, or ask its holder to pay; return what was done.

    Raises:
        PlanPurchase.DoesNotExist: there is none.
    """
    purchase = _lock(purchase_id)
    order = lock_open_order(purchase)
    payments = list(order.payments.select_for_update()) if order else []
    step = next_step(_facts(purchase, payments), now=now)
    purchase.renew_at = now + LOOK_AGAIN if step is Step.WAIT else None
    purchase.save(update_fields=["renew_at"])
    if step is Step.CHARGE:
        _ask_card(order or place_next(purchase, now=now), purchase, now=now)
    if step is Step.ASK:
        order = order or place_next(purchase, now=now)
        _tell_unpaid(purchase, order, now=now)
    return step


def open_paid_periods(*, now: datetime) -> int:
    """Begin periods that were paid for ahead, on their day; return how many."""
    due = PlanPurchase.objects.filter(status=ACTIVE, opens_at__lte=now)
    return sweep(due, partial(_open, now=now))


def lock_open_order(purchase: PlanPurchase) -> Order | None:
    """Lock and return the order of a locked plan that is not paid yet; a plan has one at most."""
    return open_orders(purchase).select_for_update().first()


def note_charge(
    purchase: PlanPurchase,
    order: Order,
    payments: Sequence[Payment],
    *,
    payment: Payment,
    state: ProviderPayment,
    now: datetime,
) -> None:
    """Keep the card that a membership was paid with, and see to a saved one that failed: it is
    tried again later, and its holder is told once for each period. All rows are locked."""
    if payment.captured and state.saved and purchase.renews:
        purchase.saved_card, purchase.provider = state.saved, payment.provider
        purchase.save(update_fields=["saved_card", "provider"])
    failed = bool(payment.saved_card) and payment.status in FAILED
    if not failed or order.status != Order.Status.INITIALIZED or not _renews(purchase):
        return
    purchase.renew_at = next_try_at(tries=_tries(payments), failed_at=now, ends_at=purchase.ends_at)
    purchase.save(update_fields=["renew_at"])
    _tell_unpaid(purchase, order, now=now)


@transaction.atomic
def _open(purchase_id: int, *, now: datetime) -> bool:
    purchase = _lock(purchase_id)
    if purchase.status != ACTIVE or purchase.opens_at is None or purchase.opens_at > now:
        return False
    open_next_period(purchase, now=now)
    return True


def _lock(purchase_id: int) -> PlanPurchase:
    plans = PlanPurchase.objects.select_for_update(of=("self",)).select_related("business")
    return plans.get(pk=purchase_id)


def _facts(purchase: PlanPurchase, payments: Sequence[Payment]) -> Membership:
    return Membership(
        renews=_renews(purchase),
        is_open=purchase.business.state == Business.State.PUBLISHED,
        ends_at=purchase.ends_at,
        has_card=has_card(purchase),
        tries=_tries(payments),
        is_under_way=any(it.status in UNDECIDED for it in payments),
    )


def _renews(purchase: PlanPurchase) -> bool:
    return purchase.status == ACTIVE and purchase.renews


def _tries(payments: Sequence[Payment]) -> int:
    return sum(bool(it.saved_card) and it.status in FAILED for it in payments)


def _ask_card(order: Order, purchase: PlanPurchase, *, now: datetime) -> None:
    """The row of the payment is its key at the provider: a crash after the charge charges once."""
    payment = Payment.objects.create(
        business_id=order.business_id,
        order=order,
        kind=Payment.Kind.ONLINE,
        provider=purchase.provider,
        saved_card=purchase.saved_card,
        amount=order.total,
        created_at=now,
        expires_at=now + CHARGE_WITHIN,
    )
    Order.objects.filter(pk=order.pk).update(payment_status=Order.PaymentStatus.PENDING)
    outbox.enqueue(
        topic=LOOK_TOPIC,
        payload={"payment_id": payment.pk},
        business_id=order.business_id,
        now=now,
        key=f"charge:{payment.pk}",
    )


def place_next(purchase: PlanPurchase, *, now: datetime) -> Order:
    """The order of the next period: the amounts are those of the last one, whatever the plan or the
    taxes of the business have become since; a code took something off once."""
    last = purchase.orders.filter(status=Order.Status.APPROVED).order_by("-pk")[0]
    priced = price_again(last)
    order = Order.objects.create(
        business_id=purchase.business_id,
        purchase=purchase,
        reference=new_reference(),
        way=Way.FULL.value,
        currency=last.currency,
        tax_rate=last.tax_rate,
        tax_included=last.tax_included,
        tax=priced.tax,
        total=priced.total,
        due_now=priced.total,
        placed_at=now,
    )
    add_lines(order, priced.lines)
    return order


def _tell_unpaid(purchase: PlanPurchase, order: Order, *, now: datetime) -> None:
    tell_of_plan(purchase, "UNPAID", now=now, key=f"unpaid:{order.pk}")
