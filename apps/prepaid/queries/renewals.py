"""What a plan's page says of its next period."""

from dataclasses import dataclass

from apps.checkout.models import UNDECIDED, Order, PlanPurchase
from apps.checkout.providers import provider_in_use
from apps.kernel.money import Money
from apps.prepaid.queries.plan_offer import price_again
from apps.web import formatting


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
    unpaid = purchase.orders.filter(status=Order.Status.INITIALIZED).first()
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
