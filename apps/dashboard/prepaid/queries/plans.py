"""Plans in the hands of an owner: what is on offer, and who has one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from apps.catalog.models import PricingPlan
from apps.catalog.payment_problems import limit_words
from apps.checkout.models import Order, PlanPurchase
from apps.checkout.queries.gifts import has_gift_cards
from apps.checkout.queries.orders import PaymentSummary, list_payment_summaries
from apps.checkout.queries.passes import last_day_words, left_words
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.rows import name_of
from apps.prepaid.queries.plan_offer import plans_take_codes, stored_plan_out_of_reach
from apps.prepaid.queries.plans import (
    LedgerLine,
    NextPeriod,
    PlanCard,
    card_of_plan,
    ledger_of,
    next_period_of,
    period_words,
)

MAX_ROWS = 500


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


def list_plan_rows(*, access: Access) -> list[PlanRow]:
    """Those that are sold in the owner's order, then the retired ones; two queries."""
    plans = _plans(access).annotate(
        held=Count("purchases", filter=Q(purchases__status__in=PlanPurchase.LIVE)),
    )
    rows = [
        PlanRow(
            pk=plan.pk,
            revision=plan.revision,
            card=card_of_plan(plan, access.business),
            held=plan.held,
            hidden=plan.hidden,
            retired_at=plan.retired_at,
            beyond=_beyond(plan, access),
        )
        for plan in plans.order_by("position", "pk")[:MAX_ROWS]
    ]
    return sorted(rows, key=lambda row: row.retired_at is not None)


def _beyond(plan: PricingPlan, access: Access) -> str:
    it = stored_plan_out_of_reach(plan, access.business)
    return limit_words(it, business=access.business) if it else ""


def get_own_plan(*, access: Access, plan_id: int) -> PricingPlan:
    """Return a plan of this business with its services, sold or retired.

    Raises:
        PricingPlan.DoesNotExist: there is none.
    """
    plan = _plans(access).get(pk=plan_id)
    plan.business = access.business
    return plan


def _plans(access: Access) -> QuerySet[PricingPlan]:
    return PricingPlan.objects.filter(business=access.business).prefetch_related("services")


A_PAGE = 50
DRAFT = PlanPurchase.Status.DRAFT


@dataclass(frozen=True, slots=True)
class HolderRow:
    """One plan of one customer, in words; left is "" when it is over."""

    reference: str
    name: str
    email: str
    plan: str
    status: str
    left: str
    last_day: str


@dataclass(frozen=True, slots=True)
class Holders:
    """The rows of one page of a list, and which page it is."""

    rows: Sequence[HolderRow]
    page: Page[PlanPurchase]


def find_holders(*, access: Access, words: str, plan_id: int | None, page: int) -> Holders:
    """A page of those whose name or mail holds the words, or whose reference they are: the newest
    first; two queries. What was never paid is nobody's."""
    found = _purchases(access).exclude(status=DRAFT)
    if plan_id is not None:
        found = found.filter(plan_id=plan_id)
    if words:
        found = found.filter(
            Q(customer__name__icontains=words)
            | Q(customer__email__icontains=words)
            | Q(reference=words.upper())
        )
    shown = Paginator(found.order_by("-pk"), A_PAGE).get_page(page)
    return Holders([_row(it, access) for it in shown], shown)


def _row(purchase: PlanPurchase, access: Access) -> HolderRow:
    purchase.business = access.business
    return HolderRow(
        reference=purchase.reference,
        name=purchase.customer.name,
        email=purchase.customer.mailbox,
        plan=purchase.name,
        status=purchase.status,
        left=left_words(purchase) if purchase.status in PlanPurchase.LIVE else "",
        last_day=last_day_words(purchase),
    )


@dataclass(frozen=True, slots=True)
class HeldPlan:
    """One plan of one customer with its ledger (each line beside the name of whoever of the team
    wrote it), its money and its next period, None for a package; payable is the order that a refund
    would be of, None when nothing can go back. takes_cards: there are gift cards to pay with;
    takes_codes: or codes that a plan may be bought with."""

    purchase: PlanPurchase
    is_live: bool
    left: str
    last_day: str
    each: str
    services: tuple[str, ...]
    lines: Sequence[tuple[LedgerLine, str]]
    summaries: Sequence[PaymentSummary]
    next: NextPeriod | None
    takes_cards: bool
    takes_codes: bool

    @property
    def payable(self) -> PaymentSummary | None:
        approved = (it for it in self.summaries if it.order.status == Order.Status.APPROVED)
        last = next(approved, None)
        return last if last is not None and last.refundable > 0 else None


def get_purchase(*, access: Access, reference: str) -> PlanPurchase:
    """Return a plan that somebody of this business has.

    Raises:
        PlanPurchase.DoesNotExist: there is none, or it was never paid.
    """
    purchase = _purchases(access).exclude(status=DRAFT).get(reference=reference)
    purchase.business = access.business
    return purchase


def read_held_plan(*, purchase: PlanPurchase, now: datetime) -> HeldPlan:
    """Read everything about it; twelve queries at most, however long its ledger is."""
    return HeldPlan(
        purchase=purchase,
        is_live=purchase.status in PlanPurchase.LIVE,
        left=left_words(purchase),
        last_day=last_day_words(purchase),
        each=period_words(purchase.period_months),
        services=tuple(purchase.services.values_list("name", flat=True).order_by("name", "pk")),
        lines=[(line, name_of(line.by)) for line in ledger_of(purchase=purchase)],
        summaries=list_payment_summaries(purchase=purchase),
        next=next_period_of(purchase),
        takes_cards=has_gift_cards(business_id=purchase.business_id),
        takes_codes=plans_take_codes(business=purchase.business, now=now),
    )


def _purchases(access: Access) -> QuerySet[PlanPurchase]:
    purchases = PlanPurchase.objects.filter(business_id=access.business.pk)
    return purchases.select_related("customer", "plan")
