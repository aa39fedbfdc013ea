"""A membership is paid for again: its order and its payment are written here, in one transaction;
the worker asks the provider afterwards, as for every payment (rule M18, ADR 18)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from apps.businesses.models import Business
from apps.checkout.models import UNDECIDED, Order, Payment, PlanPurchase
from apps.checkout.operations.lines import add_lines
from apps.checkout.operations.provider_events import LOOK_TOPIC
from apps.checkout.operations.tell_of_money import tell_of_plan
from apps.checkout.pricing import Way
from apps.checkout.providers import ProviderPayment
from apps.kernel.references import new_reference
from apps.outbox import operations as outbox
from apps.outbox.sweeping import sweep
from apps.prepaid.operations.periods import open_next_period
from apps.prepaid.queries.plan_offer import price_again
from apps.prepaid.queries.renewals import has_card
from apps.prepaid.renewals import (
    CHARGE_WITHIN,
    LOOK_AGAIN,
    Membership,
    Step,
    next_step,
    next_try_at,
)

ACTIVE = PlanPurchase.Status.ACTIVE
FAILED = (Payment.Status.FAILED, Payment.Status.CANCELED)


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
    order = open_order_of(purchase)
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


def open_order_of(purchase: PlanPurchase) -> Order | None:
    """The locked order of a locked plan that is not paid yet; a plan has one at most."""
    orders = Order.objects.select_for_update().filter(purchase=purchase)
    return orders.filter(status=Order.Status.INITIALIZED).first()


def note_charge(
    purchase: PlanPurchase,
    order: Order,
    payments: Sequence[Payment],
    *,
    payment: Payment,
    truth: ProviderPayment,
    now: datetime,
) -> None:
    """Keep the card that a membership was paid with, and see to a saved one that failed: it is
    tried again later, and its holder is told once for each period. All rows are locked."""
    if payment.captured and truth.saved and purchase.renews:
        purchase.saved_card, purchase.provider = truth.saved, payment.provider
        purchase.save(update_fields=["saved_card", "provider"])
    failed = bool(payment.saved_card) and payment.status in FAILED
    if not failed or order.status != Order.Status.INITIALIZED or not _goes_on(purchase):
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
        goes_on=_goes_on(purchase),
        is_open=purchase.business.state == Business.State.PUBLISHED,
        ends_at=purchase.ends_at,
        has_card=has_card(purchase),
        tries=_tries(payments),
        is_under_way=any(it.status in UNDECIDED for it in payments),
    )


def _goes_on(purchase: PlanPurchase) -> bool:
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
