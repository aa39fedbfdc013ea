"""Who has a plan, and everything about one that somebody has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from apps.checkout.models import Order, PlanPurchase
from apps.checkout.queries.gifts import has_gift_cards
from apps.checkout.queries.orders import PaymentSummary, list_sheets
from apps.checkout.queries.plan_words import last_day_words, left_words
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.rows import name_of
from apps.prepaid.queries.plan_offer import plans_take_codes
from apps.prepaid.queries.plans import LedgerLine, ledger_of, period_words
from apps.prepaid.queries.renewals import NextPeriod, next_period_of

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
        email=purchase.customer.email,
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
    sheets: Sequence[PaymentSummary]
    next: NextPeriod | None
    takes_cards: bool
    takes_codes: bool

    @property
    def payable(self) -> PaymentSummary | None:
        approved = (it for it in self.sheets if it.order.status == Order.Status.APPROVED)
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
        sheets=list_sheets(purchase=purchase),
        next=next_period_of(purchase),
        takes_cards=has_gift_cards(business_id=purchase.business_id),
        takes_codes=plans_take_codes(business=purchase.business, now=now),
    )


def _purchases(access: Access) -> QuerySet[PlanPurchase]:
    purchases = PlanPurchase.objects.filter(business_id=access.business.pk)
    return purchases.select_related("customer", "plan")
