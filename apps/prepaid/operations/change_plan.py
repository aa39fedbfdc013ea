"""What becomes of a bought plan: paused, ended, given back, corrected (rule M17), its link sent."""

from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.bookings.operations import Actor, StaleRevision
from apps.businesses.models import Business, TeamMember
from apps.checkout.models import UNDECIDED, CreditEntry, Order, Payment, PlanPurchase
from apps.checkout.operations.check_out import has_brought_money
from apps.checkout.operations.pay_with_plan import write_entry
from apps.checkout.operations.promotions import give_coupon_back
from apps.checkout.operations.refund import refund_remaining
from apps.checkout.operations.tell_of_money import tell_of_plan
from apps.outbox.sweeping import sweep
from apps.prepaid.operations.errors import CardMissing, PlanIsOver, TooFewVisits
from apps.prepaid.operations.periods import drop_next_order, end_plan, go_on_after
from apps.prepaid.queries.plans import has_card
from apps.prepaid.renewals import GRACE, first_try_at, is_spent

Status = PlanPurchase.Status
UNDER_WAY = Payment.objects.filter(status__in=UNDECIDED, order__status=Order.Status.INITIALIZED)
DRAFT_LIFE = timedelta(hours=24)
NO_DAY = timedelta(0)
MAX_PLANS = 5


@transaction.atomic
def pause_plan(*, purchase_id: int, revision: int, by: TeamMember, now: datetime) -> None:
    """Let a plan rest: nothing is used, and its days do not run.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        StaleRevision: somebody changed it since the page was made.
        PlanIsOver: it is not active.
    """
    purchase = lock_plan(purchase_id, by.business_id, revision)
    if purchase.status != Status.ACTIVE:
        raise PlanIsOver
    purchase.status, purchase.paused_at = Status.PAUSED, now
    purchase.save(update_fields=["status", "paused_at"])


@transaction.atomic
def resume_plan(*, purchase_id: int, revision: int, by: TeamMember, now: datetime) -> None:
    """Let a paused plan go on; its end moves by the days that it rested.

    Raises: as ``pause_plan``.
    """
    purchase = lock_plan(purchase_id, by.business_id, revision)
    if purchase.status != Status.PAUSED or purchase.paused_at is None:
        raise PlanIsOver
    zone = purchase.zone
    rested = now.astimezone(zone).date() - purchase.paused_at.astimezone(zone).date()
    if purchase.starts_at is not None:
        begun = purchase.starts_at.astimezone(zone) + max(rested, NO_DAY)
        purchase.starts_at = begun.astimezone(UTC)
    purchase.status, purchase.paused_at = Status.ACTIVE, None
    go_on_after(purchase)
    columns = ["status", "paused_at", "starts_at", "ends_at", "opens_at", "renew_at"]
    purchase.save(update_fields=columns)


@transaction.atomic
def stop_renewal(*, purchase_id: int, business_id: int, now: datetime) -> None:
    """Let a membership end with the period that is paid for, by its customer or the team. Asked
    again it is the same. A charge that is under way goes back.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        PlanIsOver: it has ended.
    """
    purchase = lock_plan(purchase_id, business_id, None)
    if purchase.status not in PlanPurchase.LIVE:
        raise PlanIsOver
    drop_next_order(purchase, now=now)
    purchase.renews, purchase.renew_at = False, None
    purchase.save(update_fields=["renews", "renew_at"])


@transaction.atomic
def start_renewal(*, purchase_id: int, business_id: int, now: datetime) -> None:
    """Let a membership go on that was stopped, as long as it is good and its card is kept. Asked
    again it is the same.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        PlanIsOver: it has ended.
        CardMissing: no card is kept that could be charged.
    """
    purchase = lock_plan(purchase_id, business_id, None)
    has_ended = purchase.ends_at is not None and purchase.ends_at <= (purchase.paused_at or now)
    if purchase.status not in PlanPurchase.LIVE or has_ended:
        raise PlanIsOver
    if not has_card(purchase):
        raise CardMissing
    if purchase.renews:
        return
    purchase.renews, purchase.renew_at = True, first_try_at(purchase.ends_at)
    purchase.save(update_fields=["renews", "renew_at"])


@transaction.atomic
def cancel_plan(
    *,
    purchase_id: int,
    revision: int,
    amount: int,
    seen_refunded: int,
    reason: str,
    by: TeamMember,
    now: datetime,
) -> None:
    """End a plan now and give amount (minor units, 0 for nothing) of its last payment back.

    Raises:
        PlanPurchase.DoesNotExist, StaleRevision, PlanIsOver: as ``pause_plan``.
        RefundChanged, TooMuchToRefund: as ``refund_order``.
    """
    purchase = lock_plan(purchase_id, by.business_id, revision)
    if purchase.status not in PlanPurchase.LIVE:
        raise PlanIsOver
    end_plan(purchase, status=Status.CANCELED, now=now)
    orders = Order.objects.select_for_update().filter(purchase=purchase)
    order = orders.filter(status=Order.Status.APPROVED).order_by("-pk").first()
    if order is not None and amount:
        refund_remaining(
            order,
            purchase,
            amount=amount,
            seen_refunded=seen_refunded,
            reason=reason,
            actor=Actor.of(by),
            now=now,
        )


@transaction.atomic
def adjust_plan(
    *, purchase_id: int, revision: int, visits: int, reason: str, by: TeamMember, now: datetime
) -> None:
    """Add visits to a plan, or take some off (below 0), and keep the reason in its ledger.

    Raises:
        PlanPurchase.DoesNotExist, StaleRevision: as ``pause_plan``.
        PlanIsOver: it has ended, or counts no visits.
        TooFewVisits: it would have fewer than none.
    """
    purchase = lock_plan(purchase_id, by.business_id, revision)
    if purchase.status not in PlanPurchase.LIVE or purchase.balance is None:
        raise PlanIsOver
    if purchase.balance + visits < 0:
        raise TooFewVisits(purchase.balance)
    kind = CreditEntry.Kind.ADJUSTED
    write_entry(purchase, kind, amount=visits, reason=reason, by=by.user_id, now=now)


def end_plans(*, now: datetime) -> int:
    """Let plans be over whose time is up; memberships that renew have three days more to be paid
    for. Return how many ended."""
    done = PlanPurchase.objects.filter(status=Status.ACTIVE, ends_at__lte=now)
    due = done.filter(renews=False) | done.filter(ends_at__lte=now - GRACE)
    due = due.exclude(Exists(UNDER_WAY.filter(order__purchase=OuterRef("pk"))))
    return sweep(due, partial(_end_if_due, now=now))


def forget_unpaid_plans(*, now: datetime) -> int:
    """Delete plans that nobody paid for within 24 hours; return how many."""
    drafts = PlanPurchase.objects.filter(status=Status.DRAFT, made_at__lte=now - DRAFT_LIFE)
    unpaid = drafts.exclude(
        Q(orders__payments__status__in=(*UNDECIDED, "PAID"))
        | Q(orders__payments__told_amount__isnull=False)
    )
    return sweep(unpaid, _forget)


@transaction.atomic
def _end_if_due(purchase_id: int, *, now: datetime) -> bool:
    purchase = PlanPurchase.objects.select_for_update().get(pk=purchase_id)
    under_way = UNDER_WAY.filter(order__purchase=purchase).exists()
    is_due = is_spent(
        ends_at=purchase.ends_at, renews=purchase.renews, is_under_way=under_way, now=now
    )
    if purchase.status != Status.ACTIVE or not is_due:
        return False
    end_plan(purchase, status=Status.ENDED, now=now)
    return True


@transaction.atomic
def _forget(purchase_id: int) -> bool:
    purchase = PlanPurchase.objects.select_for_update().get(pk=purchase_id)
    orders = list(Order.objects.select_for_update().filter(purchase=purchase).order_by("pk"))
    for order in orders:
        payments = order.payments.select_for_update()
        if any(has_brought_money(it) or it.status in UNDECIDED for it in payments):
            return False
        give_coupon_back(order)
        order.payments.all().delete()
    purchase.delete()
    return True


def lock_plan(purchase_id: int, business_id: int, revision: int | None) -> PlanPurchase:
    """Return a locked plan with its next revision written: a page made before is stale now.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        StaleRevision: somebody changed it since the page was made.
    """
    plans = PlanPurchase.objects.select_for_update(of=("self",)).select_related("business")
    purchase = plans.get(pk=purchase_id, business_id=business_id)
    if revision is not None and purchase.revision != revision:
        raise StaleRevision
    purchase.revision += 1
    purchase.save(update_fields=["revision"])
    return purchase


@transaction.atomic
def ask_for_plans(*, business: Business, email: str, now: datetime, form_key: str = "") -> None:
    """Have the links to the live plans of an address mailed to it; nothing happens for an address
    without any, and the caller cannot tell. The same form_key mails them once."""
    plans = PlanPurchase.objects.filter(
        business=business, customer__email=email, status__in=PlanPurchase.LIVE
    ).order_by("-pk")
    for purchase in plans[:MAX_PLANS]:
        tell_of_plan(purchase, "LINK", now=now, key=_once(purchase, form_key))


@transaction.atomic
def send_plan_link(*, purchase_id: int, by: TeamMember, now: datetime, form_key: str = "") -> None:
    """Have the link to a plan mailed to its customer once more, for the team. The same
    form_key mails it once.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        PlanIsOver: it is not paid yet, or over.
    """
    purchase = PlanPurchase.objects.get(pk=purchase_id, business_id=by.business_id)
    if purchase.status not in PlanPurchase.LIVE:
        raise PlanIsOver
    tell_of_plan(purchase, "LINK", now=now, key=_once(purchase, form_key))


def _once(purchase: PlanPurchase, form_key: str) -> str:
    return f"plan-link:{purchase.pk}:{form_key}" if form_key else ""
