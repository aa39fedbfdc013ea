"""Orders of a business as a list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.checkout.models import Order, Payment
from apps.checkout.queries.orders import PAYER, Payer, payer_of, receipt_of, state_words
from apps.dashboard.access import Access
from apps.kernel.money import Money

ENDED = (Booking.Status.CANCELED, Booking.Status.DECLINED)
_OVER = Q(booking__status__in=ENDED)
PAGE = 50
LONGEST_SEARCH = 100


class State(StrEnum):
    """The chips above the list."""

    ALL = ""
    OPEN = "open"
    UNDER_WAY = "under-way"
    UNCLEAR = "another-amount"
    ASIDE = "kept-aside"
    PAID = "paid"
    BACK = "given-back"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """left is what came and did not go back; receipt the number of its receipt, or ""."""

    payer: Payer
    reference: str
    placed_at: datetime
    what: str
    total: Money
    left: Money
    state_words: str
    receipt: str
    is_open: bool
    has_failed: bool


@dataclass(frozen=True, slots=True)
class OrderList:
    """older is where the next page begins, None on the last one."""

    rows: tuple[OrderRow, ...]
    older: int | None


def list_orders(*, access: Access, state: State, search: str, before: int | None) -> OrderList:
    """The newest orders in this state whose customer, booking, plan, card or receipt is searched
    for; one query."""
    orders = _named(_in_state(_placed(access), state), search.strip())
    if before is not None:
        orders = orders.filter(pk__lt=before)
    found = list(orders.select_related("receipt", *PAYER).order_by("-pk")[: PAGE + 1])
    rows, more = found[:PAGE], found[PAGE:]
    return OrderList(tuple(map(_row, rows)), older=rows[-1].pk if more else None)


def _placed(access: Access) -> QuerySet[Order]:
    """Without those that nobody has begun to pay: these are drafts."""
    payments = Payment.objects.filter(order=OuterRef("pk"))
    summed = (
        payments.order_by()
        .values("order")
        .annotate(came=Sum(F("captured") - F("excess")), sum=Sum(F("captured") - F("refunded")))
    )
    orders = access.business.orders.annotate(
        came=Coalesce(Subquery(summed.values("came")), 0),
        left=Coalesce(Subquery(summed.values("sum")), 0),
        failed=Exists(payments.filter(status=Payment.Status.FAILED)),
        unclear=Exists(payments.filter(status=Payment.Status.UNCLEAR)),
        aside=Exists(payments.filter(status=Payment.Status.AUTHORIZED)),
        back=Exists(payments.filter(refunded__gt=0)),
        owed=Coalesce("fee", F("total") - F("credited")),
    )
    begun = Q(payment_status=Order.PaymentStatus.PENDING) | Q(failed=True)
    return orders.filter(~Q(status=Order.Status.INITIALIZED) | begun)


def _in_state(orders: QuerySet[Order], state: State) -> QuerySet[Order]:
    money = Order.PaymentStatus
    unpaid = Q(payment_status__in=(money.NOT_PAID, money.PARTIALLY_PAID))
    wanted = {
        State.ALL: Q(),
        State.OPEN: Q(came__lt=F("owed"), status=Order.Status.APPROVED, aside=False)
        & (~_OVER | Q(fee__isnull=False)),
        State.UNDER_WAY: Q(payment_status=money.PENDING, unclear=False),
        State.UNCLEAR: Q(unclear=True),
        State.ASIDE: Q(aside=True),
        State.PAID: Q(payment_status=money.PAID),
        State.BACK: Q(back=True),
        State.FAILED: unpaid & Q(failed=True),
    }
    return orders.filter(wanted[state])


def _named(orders: QuerySet[Order], search: str) -> QuerySet[Order]:
    if not search:
        return orders
    reference = search.replace(" ", "").upper()
    named = Q(reference=reference)
    for of in ("booking", "purchase", "gift_card"):
        named |= Q(**{f"{of}__reference": reference})
    for name in ("booking__contact_name", "purchase__customer__name", "gift_card__buyer_name"):
        named |= Q(**{f"{name}__icontains": search})
    year, dash, number = search.partition("-")
    if dash and year.isdecimal() and number.isdecimal() and len(search) < PAGE:
        named |= Q(receipt__year=min(int(year), 9999), receipt__number=min(int(number), 2**31 - 1))
    return orders.filter(named)


def _row(order: Any) -> OrderRow:
    """An order with what ``_placed`` reads along."""
    is_over = order.booking is not None and order.booking.status in ENDED
    is_owed = order.status == Order.Status.APPROVED and order.came < order.bill
    return OrderRow(
        payer=payer_of(order),
        reference=order.reference,
        placed_at=order.placed_at,
        what=_what(order),
        total=Money(order.bill, order.currency),
        left=Money(order.left, order.currency),
        state_words=_state_words(order),
        receipt=receipt_of(order),
        is_open=is_owed and (not is_over or order.fee is not None),
        has_failed=order.failed,
    )


def _state_words(order: Any) -> str:
    """Nothing is paid for what a plan pays in whole."""
    if order.way == Order.Way.PLAN and not order.total:
        return str(order.get_way_display())
    return state_words(order, is_unclear=order.unclear, is_authorized=order.aside)


def _what(order: Order) -> str:
    if order.booking is not None:
        return order.booking.title
    return order.purchase.name if order.purchase is not None else _("Gift card")
