"""What the pages of plans show: those that are offered, one that somebody has and its next period;
and what is begun, under way, and how often (rule S5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.catalog.queries import list_plans
from apps.checkout.models import UNDECIDED, CreditEntry, GiftCard, Order, Payment, PlanPurchase
from apps.checkout.pricing import Way
from apps.checkout.providers import provider_in_use
from apps.customers.queries import identity_of, perhaps_of_mailbox
from apps.kernel.money import Money
from apps.prepaid.queries.plan_offer import price_again, price_plan
from apps.prepaid.renewals import renews
from apps.web import formatting

MAX_LINES = 200


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan that is offered: price includes tax; renews says that it is paid again for each
    period."""

    slug: str
    name: str
    summary: str
    price: Money
    each_words: str
    terms: tuple[str, ...]
    services: tuple[str, ...]
    renews: bool


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


@dataclass(frozen=True, slots=True)
class PlanPaymentProgress:
    """How the money of a plan that was not paid yet stands."""

    is_under_way: bool
    has_failed: bool


@dataclass(frozen=True, slots=True)
class NextPeriod:
    """price is what the next period costs, tax with it; begins is its first day in words.

    is_ahead: the period that runs now is not the last one that was paid for. is_charged: a card is
    being charged. is_unpaid: it can be paid by hand. has_card: it is charged without a word.
    """

    price: Money
    begins: str
    is_ahead: bool
    is_charged: bool
    is_unpaid: bool
    has_card: bool


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
        renews=renews(plan.kind, plan.price),
    )


def find_begun(*, plan: PricingPlan, among: Sequence[int]) -> PlanPurchase | None:
    """The newest purchase of a plan, of these, that is not paid yet; no query where there is none
    to look for."""
    if not among:
        return None
    drafts = PlanPurchase.objects.filter(pk__in=among, plan=plan, status=PlanPurchase.Status.DRAFT)
    unpaid = drafts.filter(orders__status=Order.Status.INITIALIZED)
    return unpaid.select_related("business").order_by("-pk").first()


def open_orders(purchase: PlanPurchase) -> QuerySet[Order]:
    """The order of a plan that is not paid yet: of a live one that of its next period. There is one
    at most (``one_open_order_of_a_plan``)."""
    return Order.objects.filter(purchase=purchase, status=Order.Status.INITIALIZED)


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


def ledger_of(*, purchase: PlanPurchase) -> list[LedgerLine]:
    """The newest first, in plain words for customer and owner alike; one query."""
    entries = purchase.entries.select_related("booking__service", "by").order_by("-pk")[:MAX_LINES]
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


def plan_payment_progress_of(*, purchase: PlanPurchase) -> PlanPaymentProgress:
    """Return where the last attempt to pay is; one query."""
    attempts = Payment.objects.filter(order__purchase=purchase, kind=Payment.Kind.ONLINE).order_by(
        "-pk"
    )
    last = attempts.first()
    return PlanPaymentProgress(
        is_under_way=last is not None and last.status in UNDECIDED,
        has_failed=last is not None and last.status == Payment.Status.FAILED,
    )


def find_plan_used(*, booking: Booking) -> PlanPurchase | None:
    """Return the plan that paid for a booking, None where none did; one query."""
    uses = CreditEntry.objects.filter(booking=booking, kind=CreditEntry.Kind.USED)
    use = uses.select_related("purchase").first()
    return use.purchase if use else None


def next_period_of(purchase: PlanPurchase) -> NextPeriod | None:
    """The next period of a live membership; None for all other plans. Four queries at most."""
    if (
        purchase.status not in PlanPurchase.LIVE
        or purchase.period_months is None
        or purchase.ends_at is None
    ):
        return None
    last = purchase.orders.filter(status=Order.Status.APPROVED).order_by("-pk").first()
    if last is None:
        return None
    unpaid = open_orders(purchase).first()
    is_charged = unpaid is not None and is_charged_now(unpaid)
    day = purchase.ends_at.astimezone(purchase.zone).date()
    return NextPeriod(
        price=Money(price_again(last).total, last.currency),
        begins=formatting.format_day(day, locale=purchase.business.locale, year=True),
        is_ahead=purchase.opens_at is not None,
        is_charged=is_charged,
        is_unpaid=unpaid is not None and not is_charged,
        has_card=has_card(purchase),
    )


def is_charged_now(order: Order) -> bool:
    """Whether a saved card is being charged for this order and nobody knows yet how that went."""
    under_way = order.payments.filter(status__in=UNDECIDED)
    return under_way.exclude(saved_card="").exists()


def has_card(purchase: PlanPurchase) -> bool:
    """Whether a card is kept that this portal's provider can charge."""
    provider = provider_in_use()
    return provider is not None and bool(purchase.saved_card) and purchase.provider == provider.name


def count_bought_since(*, business_id: int, email: str, since: datetime) -> int:
    """Count the plans and gift cards that a mailbox, in all its spellings, began to buy since then
    (UTC) and whose money is here; one query."""
    both = ("purchase__customer__email", "gift_card__buyer_email")
    perhaps = perhaps_of_mailbox(both[0], email) | perhaps_of_mailbox(both[1], email)
    paid = Order.objects.filter(
        perhaps,
        business=business_id,
        placed_at__gte=since,
        payments__captured__gt=F("payments__refunded"),
    )
    found = paid.values_list("pk", *both).distinct()
    wanted = identity_of(email)
    return sum(wanted in {identity_of(it or "") for it in typed} for _pk, *typed in found)


def find_begun_card(*, card_id: int) -> GiftCard | None:
    """The card of this number while it is not paid yet; one query."""
    return GiftCard.objects.filter(pk=card_id, status=GiftCard.Status.DRAFT).first()


def has_payment_under_way(card: GiftCard) -> bool:
    """Whether the provider may still say that a card is paid; one query."""
    attempts = Payment.objects.filter(order__gift_card=card).order_by("-pk")
    last = attempts.first()
    return last is not None and last.status in UNDECIDED
