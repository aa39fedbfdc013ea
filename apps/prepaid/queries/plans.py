"""What the pages of plans show: those that are offered, and one that somebody has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.catalog.queries import list_plans
from apps.checkout.models import UNDECIDED, CreditEntry, Order, Payment, PlanPurchase
from apps.checkout.pricing import Way
from apps.kernel.money import Money
from apps.prepaid.queries.plan_offer import price_plan
from apps.prepaid.renewals import goes_on

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan that is offered: price is what is paid in the end, tax with it; renews says that it is
    paid again for each period."""

    slug: str
    name: str
    summary: str
    price: Money
    each_words: str
    terms: tuple[str, ...]
    services: tuple[str, ...]
    renews: bool


def cards_of_plans(*, business: Business) -> list[PlanCard]:
    """The plans of a business as cards; two queries."""
    return [card_of_plan(plan, business) for plan in list_plans(business=business)]


def card_of_plan(plan: PricingPlan, business: Business) -> PlanCard:
    """Word one plan."""
    total = price_plan(plan.price, plan.tax_rate, plan.name, business, way=Way.FULL).total
    return PlanCard(
        slug=plan.slug,
        name=plan.name,
        summary=plan.summary,
        price=Money(total, business.currency),
        each_words=period_words(plan.period_months),
        terms=tuple(terms_words(plan)),
        services=tuple(service.name for service in plan.services.all()),
        renews=goes_on(plan.kind, plan.price),
    )


def find_begun(*, plan: PricingPlan, among: Sequence[int]) -> PlanPurchase | None:
    """The newest purchase of a plan, of these, that is not paid yet; no query where there is none
    to look for."""
    if not among:
        return None
    drafts = PlanPurchase.objects.filter(pk__in=among, plan=plan, status=PlanPurchase.Status.DRAFT)
    unpaid = drafts.filter(orders__status=Order.Status.INITIALIZED)
    return unpaid.select_related("business").order_by("-pk").first()


def open_order(purchase: PlanPurchase) -> Order | None:
    """The order of a plan that is not paid yet: of a live one that of its next period."""
    return Order.objects.filter(purchase=purchase, status=Order.Status.INITIALIZED).first()


def period_words(months: int | None) -> str:
    """ "a month", for how long a membership is paid at a time; "" for a package."""
    if months is None:
        return ""
    if months == 1:
        return _("a month")
    return _("for %(n)d months") % {"n": months}


def terms_words(plan: PricingPlan) -> list[str]:
    """What one gets, line by line."""
    visits, valid_days = plan.credits, plan.valid_days
    if plan.kind == PricingPlan.Kind.UNLIMITED:
        return [_("Come as often as you like"), _("For one person")]
    words = ngettext("%(n)d visit", "%(n)d visits", visits or 0) % {"n": visits or 0}
    if plan.kind == PricingPlan.Kind.CREDITS:
        often = {"visits": words, "period": period_words(plan.period_months)}
        return [_("%(visits)s %(period)s") % often, _("Guests welcome")]
    good = (
        ngettext("Valid for %(n)d day", "Valid for %(n)d days", valid_days) % {"n": valid_days}
        if valid_days
        else _("Never expires")
    )
    return [words, good]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line of a plan's ledger: change is in visits, "" where nobody counts. by is whoever of
    the team wrote it, for the team's eyes only."""

    at: datetime
    words: str
    detail: str
    change: str
    left: int | None
    booking_reference: str
    by: AbstractBaseUser | None = None


def ledger_of(*, purchase: PlanPurchase) -> list[LedgerLine]:
    """The newest first, in plain words for customer and owner alike; one query."""
    entries = purchase.entries.select_related("booking__service", "by").order_by("-pk")[:MOST_LINES]
    return [_line(entry, counts=purchase.balance is not None) for entry in entries]


def _line(entry: CreditEntry, *, counts: bool) -> LedgerLine:
    booking = entry.booking
    return LedgerLine(
        at=entry.at,
        words=entry.get_kind_display(),
        detail=booking.title if booking else entry.reason,
        change=f"{entry.amount:+d}".replace("-", "\N{MINUS SIGN}") if counts else "",
        left=entry.left,
        booking_reference=booking.reference if booking else "",
        by=entry.by,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How the money of a plan that was not paid yet stands."""

    is_under_way: bool
    has_failed: bool


def standing_of(*, purchase: PlanPurchase) -> Standing:
    """Return where the last attempt to pay is; one query."""
    attempts = Payment.objects.filter(order__purchase=purchase, kind=Payment.Kind.ONLINE).order_by(
        "-pk"
    )
    last = attempts.first()
    return Standing(
        is_under_way=last is not None and last.status in UNDECIDED,
        has_failed=last is not None and last.status == Payment.Status.FAILED,
    )


def find_plan_used(*, booking: Booking) -> PlanPurchase | None:
    """Return the plan that paid for a booking, None where none did; one query."""
    uses = CreditEntry.objects.filter(booking=booking, kind=CreditEntry.Kind.USED)
    use = uses.select_related("purchase").first()
    return use.purchase if use else None
